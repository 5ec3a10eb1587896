"""The work list: one statement, no row twice, no row left out, nobody else's row."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import event
from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import PersonName
from mdo_portal.services.cases import worklist, worklist_boards
from mdo_portal.services.cases.worklist_rows import Filter, WorkListRow, initials_and_family
from tests import make
from tests.make import NOW
from tests.people import Region


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []

    def count(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", count)
    yield seen
    event.remove(engine, "before_cursor_execute", count)


def ids(rows: list[WorkListRow]) -> list[uuid.UUID]:
    return [row.id for row in rows]


def test_a_page_is_one_statement_however_many_rows(session: Session, region: Region, zeed: Hospital) -> None:
    for _ in range(8):
        make.case(session, zeed, latest_useful_on=date(2026, 3, 20))
    session.flush()

    with statements(session) as seen:
        rows = worklist.page(session, region.aisha, Filter(words="voorbeeld zieken"))

    assert len(rows) == 8
    assert len(seen) == 1


def test_carla_sees_nothing_of_it_and_her_own(session: Session, region: Region, zeed: Hospital) -> None:
    make.case(session, zeed)
    make.case(session, zeed, board_hint="?")

    assert ids(worklist.page(session, region.carla, Filter())) == [region.other_case]


def test_the_referrer_sees_the_own_hospitals_cases_only(session: Session, region: Region, zeed: Hospital) -> None:
    own = make.case(session, zeed)
    make.case(session, session.get_one(Hospital, region.hospitals["ODUL"]))

    assert ids(worklist.page(session, region.dirk, Filter())) == [own.id]


def test_a_member_of_the_board_plans_nothing_and_gets_no_list(session: Session, region: Region, zeed: Hospital) -> None:
    make.case(session, zeed)

    assert worklist.page(session, region.mila, Filter()) == []


def test_the_most_urgent_stands_first_and_no_date_last(session: Session, region: Region, zeed: Hospital) -> None:
    late, none, soon = (make.case(session, zeed, latest_useful_on=day) for day in (date(2026, 4, 9), None, date(2026, 3, 9)))

    rows = worklist.page(session, region.aisha, Filter())

    assert ids(rows) == [soon.id, late.id, none.id]
    assert [row.has_due_date for row in rows] == [True, True, False]


def test_a_closed_case_is_off_the_list(session: Session, region: Region, zeed: Hospital) -> None:
    case = make.case(session, zeed)
    case.move(CaseState.WITHDRAWN, now=NOW, reason="dubbel")
    session.flush()

    assert worklist.page(session, region.aisha, Filter()) == []


def test_filters_narrow_and_never_widen(session: Session, region: Region, zeed: Hospital) -> None:
    plain = make.case(session, zeed)
    incomplete = make.case(session, zeed, facts=())
    unrouted = make.case(session, zeed, board_hint="?", patient=make.identity("8812"))

    def found(**wanted: object) -> set[uuid.UUID]:
        return set(ids(worklist.page(session, region.aisha, Filter(**wanted))))  # type: ignore[arg-type]

    assert found(incomplete=True) == {incomplete.id}
    assert found(unrouted=True) == {unrouted.id}
    assert found(board_id=region.boards["URO-P"]) == {plain.id, incomplete.id}
    assert found(state=CaseState.READY) == {plain.id}
    assert found(words="8812") == {unrouted.id}
    assert found(words="100%") == set()
    assert found(board_id=region.boards["GI"]) == found(hospital_id=region.hospitals["KREE"]) == set()


def test_a_patient_is_found_by_the_name_that_the_list_shows(session: Session, region: Region, zeed: Hospital) -> None:
    """*H.B. Bosch (1948)*, copied from a page or said over the telephone: of seven of that surname none was found."""
    names = (("H.B.", "", "Bosch", 1948), ("H.B.", "", "Bosch", 1968), ("", "Henk", "Bosch", 1948), ("A.", "", "Bosch", 1948))
    one, two, given_only, _other = (
        make.case(
            session,
            zeed,
            patient=make.identity(f"90{n}", name=PersonName(family, initials=initials, given=given), birth_on=date(year, 9, 18)),
        ).id
        for n, (initials, given, family, year) in enumerate(names)
    )

    def found(words: str) -> set[uuid.UUID]:
        return set(ids(worklist.page(session, region.aisha, Filter(words=words))))

    assert found("H.B. Bosch (1948)") == {one}
    assert found("h. bosch 1948") == {one, given_only}
    assert found("Bosch 1968") == {two}
    assert found("Bosch 2026") == found("X. Bosch") == set()


@settings(max_examples=8)
@given(some.lists(some.one_of(some.none(), some.integers(0, 3)), min_size=0, max_size=3 * 6), some.integers(1, 6))
def test_page_after_page_shows_every_case_once(session: Session, region: Region, due: list[int | None], size: int) -> None:
    """Also when many have the same date, and whatever the size of the page."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    with session.begin_nested() as nested, pytest.MonkeyPatch.context() as patch:
        patch.setattr(worklist, "PAGE", size)
        made = {
            make.case(session, zeed, latest_useful_on=None if days is None else date(2026, 3, 9) + timedelta(days=days)).id
            for days in due
        }
        session.flush()
        seen: list[WorkListRow] = []
        wanted = Filter()
        while rows := worklist.page(session, region.aisha, wanted)[:size]:
            seen += rows
            wanted = Filter(after=(rows[-1].due_on, rows[-1].id))
        nested.rollback()

    assert ids(seen) == [row.id for row in sorted(seen, key=lambda row: (row.due_on, row.id))]
    assert len(seen) == len(made) and set(ids(seen)) == made


def test_one_row_more_says_that_there_is_a_next_page(
    session: Session, region: Region, zeed: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "PAGE", 3)
    for _ in range(5):
        make.case(session, zeed)

    assert len(worklist.page(session, region.aisha, Filter())) == 4


def test_the_counts_are_those_of_the_list(session: Session, region: Region, zeed: Hospital) -> None:
    make.case(session, zeed, facts=())
    make.case(session, zeed)
    make.case(session, zeed, board_hint="?")
    make.case(session, zeed, board_hint="?", facts=())
    session.flush()

    (uro,) = worklist_boards.boards(session, region.aisha, now=NOW)

    assert (uro.code, uro.waiting, uro.incomplete, uro.scheduled) == ("URO-P", 2, 1, 0)
    assert uro.next_meeting_id == region.meeting
    assert worklist_boards.unrouted(session, region.aisha) == (2, 1)
    assert worklist_boards.unrouted(session, region.carla) == (0, 0)


def test_a_line_tells_no_more_than_initials_and_year(session: Session, region: Region, zeed: Hospital) -> None:
    make.case(session, zeed)

    row = worklist.page(session, region.aisha, Filter())[0]
    assert (row.initials_and_family, row.birth_year) == ("A.B. van Voorbeeld", "(1960)")


def test_a_first_name_without_initials_is_abbreviated_as_initials_are() -> None:
    assert initials_and_family("JP", "Jan", "van der Meulen") == "J.P. van der Meulen"
    assert initials_and_family("", "Test", "Verzonnenaar") == "T. Verzonnenaar"
    assert initials_and_family("", "", "Verzonnenaar") == "Verzonnenaar"
