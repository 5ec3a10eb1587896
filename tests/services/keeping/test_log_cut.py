"""Cutting the access log at its beginning: what the retention job lets go is in order, what anybody else takes away is found."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.audit_chain import CUT, NO_HOSPITAL, AuditSeal, link, words_of
from mdo_portal.domain.retention import Kind
from mdo_portal.services.access_log import audit_seals
from mdo_portal.services.access_log.audit_verify import Harm, verify
from mdo_portal.services.keeping import holds, purging
from tests.people import Region
from tests.services.keeping.test_retention import finished
from tests.services.log_chains import (
    NOW,
    YEAR,
    anchors,
    behind_the_back,
    harms,
    lines,
    make_older,
    places,
    purge,
    seal_at,
    state,
    take_away,
    write,
    written,
)

OLD, YOUNG = [6 * YEAR + timedelta(days=one) for one in range(4)], [timedelta(days=one) for one in range(1, 5)]


@pytest.fixture
def zeed(session: Session, region: Region) -> uuid.UUID:
    """A chain of four lines of six years old and four of last week."""
    written(session, region.hospitals["ZEED"], [*OLD, *YOUNG])
    return region.hospitals["ZEED"]


def test_what_the_retention_job_cut_is_in_order_and_the_chain_says_how_far(session: Session, zeed: uuid.UUID) -> None:
    known = anchors(session)

    assert purge(session) == 4

    found = verify(session, [*known, *anchors(session)], now=NOW + timedelta(minutes=5))
    assert (found.findings, found.cut[zeed]) == ([], 4)
    statement = session.scalars(select(AuditEntry).where(AuditEntry.act == CUT)).one()
    assert (statement.hospital_id, statement.object_id, statement.person_name) == (zeed, "4", "MDO-portaal")
    assert statement.detail == f"{bytes(seal_at(session, zeed, 4).hash).hex()} 5 4"
    assert places(session, zeed) == [5, 6, 7, 8, 9], "the statement is a line of that chain"


def test_it_is_in_order_before_the_statement_is_sealed_too(session: Session, zeed: uuid.UUID) -> None:
    purging.purge(session, Kind.ACCESS_LOG, now=NOW)

    assert harms(session) == set()


def test_batch_after_batch_every_cut_goes_on_from_the_one_before(session: Session, zeed: uuid.UUID) -> None:
    known = anchors(session)
    gone = []
    for _ in range(5):
        gone.append(purge(session, limit=1))
        assert harms(session, known) == set()

    assert gone == [1, 1, 1, 1, 0]


def test_lines_of_no_hospital_are_a_chain_that_is_cut_too(session: Session, region: Region) -> None:
    written(session, NO_HOSPITAL, [*OLD, *YOUNG])

    assert purge(session) == 4 and harms(session) == set()


def test_old_lines_go_without_gaps(session: Session, zeed: uuid.UUID) -> None:
    write(session, zeed, NOW - 6 * YEAR)

    assert purge(session) == 4
    assert places(session, zeed)[:5] == [5, 6, 7, 8, 9], "what comes after a line that stays, stays too"


def test_a_line_that_was_sealed_late_counts_from_its_seal(session: Session, region: Region) -> None:
    written(session, region.hospitals["ZEED"], [])
    write(session, region.hospitals["ZEED"], NOW)
    behind_the_back(session, lambda: session.execute(update(AuditEntry).values(at=NOW - 6 * YEAR)))

    assert purge(session) == 0


def test_a_hold_keeps_the_lines_about_that_patient_and_what_comes_after(session: Session, region: Region) -> None:
    case = finished(session, region)
    holds.place(session, region.petra, case.id, whole_patient=True, reason="onderzoek", now=NOW)
    zeed = region.hospitals["ZEED"]
    written(session, zeed, OLD)
    third = seal_at(session, zeed, 3).seq
    behind_the_back(
        session,
        lambda: session.execute(update(AuditEntry).where(AuditEntry.seq == third).values(patient_id=case.patient_id)),
    )

    assert purge(session) == 2
    assert places(session, zeed) == [3, 4, 5]


def test_what_somebody_took_away_is_not_tidied_up_by_the_retention_job(session: Session, zeed: uuid.UUID) -> None:
    take_away(session, zeed, 2, 2)

    assert purge(session) == 1
    assert harms(session) == {Harm.REMOVED}


def test_a_beginning_that_somebody_took_away_stays_found(session: Session, zeed: uuid.UUID) -> None:
    take_away(session, zeed, 1, 2, seals=(1, 1))

    assert purge(session) == 0
    assert harms(session) == {Harm.BEGINNING, Harm.REMOVED}


def test_a_younger_beginning_does_not_go_by_a_statement_that_somebody_wrote(session: Session, zeed: uuid.UUID) -> None:
    take_away(session, zeed, 1, 6, seals=(1, 5))
    state(session, zeed, 6)

    assert Harm.BEGINNING in harms(session)


@pytest.mark.parametrize(
    ("years", "at"), [(0, NOW), (1, NOW), (-9, NOW), (5, NOW + 5 * YEAR)], ids=["none", "short", "less", "in five years"]
)
def test_a_statement_does_not_shorten_the_term(session: Session, zeed: uuid.UUID, years: int, at: object) -> None:
    take_away(session, zeed, 1, 6, seals=(1, 5))
    state(session, zeed, 6, years=years, at=at)  # type: ignore[arg-type]

    assert Harm.BEGINNING in harms(session)


def test_a_statement_in_another_chain_says_nothing(session: Session, region: Region, zeed: uuid.UUID) -> None:
    seal = bytes(seal_at(session, zeed, 4).hash)
    take_away(session, zeed, 1, 4, seals=(1, 3))
    state(session, region.hospitals["DELT"], 4, seal=seal)

    assert harms(session) == {Harm.BEGINNING, Harm.REMOVED}


def test_a_statement_about_another_seal_says_nothing(session: Session, zeed: uuid.UUID) -> None:
    take_away(session, zeed, 1, 4, seals=(1, 3))
    state(session, zeed, 4, seal=b"x" * 32)

    assert harms(session) == {Harm.BEGINNING, Harm.REMOVED}


def test_a_seal_that_was_made_older_does_not_fit_what_comes_after(session: Session, zeed: uuid.UUID) -> None:
    take_away(session, zeed, 1, 6, seals=(1, 5))
    make_older(session, zeed, 6)
    state(session, zeed, 6)

    assert Harm.BROKEN in harms(session)


def test_a_beginning_made_up_behind_the_last_anchor_is_younger_than_that_anchor(session: Session, zeed: uuid.UUID) -> None:
    """Everything goes, and a seal of nine years old is put behind it: the chain itself is whole."""
    known = anchors(session)
    write(session, zeed, NOW)
    take_away(session, zeed, 1, 9, seals=(1, 8))
    make_older(session, zeed, 9)
    state(session, zeed, 9)

    assert harms(session) == set(), "without an anchor it cannot be seen"
    assert harms(session, known) == {Harm.REPLACED}


def test_a_changed_statement_is_found(session: Session, zeed: uuid.UUID) -> None:
    purge(session)
    behind_the_back(
        session, lambda: session.execute(text("UPDATE audit_entries SET detail = detail || '0' WHERE act = 'retention.cut'"))
    )

    assert Harm.CHANGED in harms(session)


def test_a_cut_end_is_found_after_a_lawful_cut_too(session: Session, zeed: uuid.UUID) -> None:
    purge(session)
    known = anchors(session)
    take_away(session, zeed, 8, 9, seals=(8, 9))

    assert Harm.CUT in harms(session, known)


def test_seals_of_the_first_form_are_still_checked_and_go_with_the_first_dated_one(session: Session, zeed: uuid.UUID) -> None:
    """As in a house from before: the first two seals know neither the moment nor the hash of the words."""

    def as_before() -> None:
        before = b""
        for number in (1, 2):
            seal = seal_at(session, zeed, number)
            entry = session.execute(select(*AuditEntry.__table__.columns).where(AuditEntry.seq == seal.seq)).mappings().one()
            seal.form, seal.words_hash, seal.prev_hash = 1, None, before
            before = seal.hash = link(before, zeed, number, words_of(dict(entry), 1))
        session.flush()

    behind_the_back(session, as_before)
    take_away(session, zeed, 3, 8, seals=(3, 8))
    assert harms(session) == set()
    assert purge(session) == 0, "no dated seal to hang the rest on"
    write(session, zeed, NOW - 6 * YEAR)
    write(session, zeed, NOW)
    assert purge(session) == 3
    assert harms(session) == set()


def test_seals_go_by_the_same_door_only(session: Session, zeed: uuid.UUID) -> None:
    with pytest.raises(DBAPIError, match="only grows"), session.begin_nested():
        session.execute(text("DELETE FROM audit_seals"))
    before = lines(session)
    purge(session)
    with pytest.raises(DBAPIError, match="only grows"), session.begin_nested():
        session.execute(text("DELETE FROM audit_seals WHERE number < 5"))
    assert lines(session) == before - 4 + 2, "four went; the statement, and the line of the job"
    assert session.scalar(select(AuditSeal.number).where(AuditSeal.hospital_id == zeed).order_by(AuditSeal.number).limit(1)) == 4
    assert audit_seals.heads(session)
