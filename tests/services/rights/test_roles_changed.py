"""A role of somebody is changed by who manages that place, once, and not by who has it; what it opened shuts with it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain import granting
from mdo_portal.domain.granting import Place
from mdo_portal.domain.people import BoardMembership, HeldRole, Membership, Person, Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import IllegalMove, Incomplete, NotAllowed, NotFound
from mdo_portal.services.common import changes
from mdo_portal.services.people import sessions
from mdo_portal.services.rights import roles
from mdo_portal.services.rights.term import Term
from tests import make
from tests.make import NOW, TODAY
from tests.people import Region, person_id
from tests.services.giving_roles import ended, given, house, last_line, uro

SOON = Term(None, TODAY + timedelta(days=30))


def of_dirk(session: Session) -> Membership:
    return session.scalars(select(Membership).where(Membership.person_id == person_id("Dirk"))).one()


def signed_in(session: Session, region: Region, name: str, code: str) -> str:
    key = sessions.start_session(session, person_id(name), region.hospitals[code], proof=make.PROOF, now=NOW)
    session.flush()
    return key


def changed(session: Session, viewer: Viewer, row: HeldRole, place: Place, term: Term) -> None:
    roles.set_term(session, viewer, row, place, term, now=NOW)


def test_a_role_at_another_hospital_is_not_there_and_ones_own_hospitals_is_the_link_managers(
    session: Session, region: Region
) -> None:
    row = of_dirk(session)

    assert roles.row_for(session, region.lars, row.id, is_board=False) == (row, house(region, "ZEED"))
    for stranger in (region.carla, region.aisha, region.bram):
        with pytest.raises(NotFound):
            roles.row_for(session, stranger, row.id, is_board=False)
    with pytest.raises(NotFound):
        roles.row_for(session, region.lars, row.id, is_board=True)


def test_who_may_only_read_who_is_what_changes_nobody(session: Session, region: Region) -> None:
    on_board = session.scalars(select(BoardMembership.id).where(BoardMembership.person_id == person_id("Mila"))).one()

    for viewer, row_id, is_board in ((region.bram, on_board, True), (region.petra, of_dirk(session).id, False)):
        with pytest.raises(NotAllowed):
            roles.row_for(session, viewer, row_id, is_board=is_board)
    with pytest.raises(NotFound):
        roles.row_for(session, region.mila, on_board, is_board=True)


def test_what_is_ended_is_not_ended_again_nor_given_other_days(session: Session, region: Region) -> None:
    row, place = of_dirk(session), house(region, "ZEED")
    roles.end(session, region.lars, row, place, now=NOW)
    was = row.ended_at

    for again in (
        lambda: roles.end(session, region.ada, row, place, now=NOW + timedelta(hours=1)),
        lambda: changed(session, region.lars, row, place, SOON),
    ):
        with pytest.raises(IllegalMove) as refused:
            again()
        assert refused.value.sentence == roles.NO_SUCH
    assert (row.ended_at, row.ended_by, row.ends_on) == (was, region.lars.person_id, None)


def test_nobody_stretches_their_own_role_nor_one_that_they_could_not_give(session: Session, region: Region) -> None:
    own = session.scalars(select(Membership).where(Membership.person_id == person_id("Lars"))).one()
    given(session, region.ada, house(region, "ZEED"), "Petra", Role.LINK_MANAGER)
    given(session, region.ada, house(region, "ZEED"), "Lars", Role.ADMINISTRATOR, SOON)
    admin = session.scalars(
        select(Membership).where(Membership.person_id == person_id("Lars"), Membership.role == Role.ADMINISTRATOR)
    ).one()
    petra = replace(region.lars, person_id=person_id("Petra"))

    with pytest.raises(NotAllowed) as refused:
        changed(session, region.lars, own, house(region, "ZEED"), SOON)
    assert refused.value.sentence == granting.YOURSELF
    with pytest.raises(NotAllowed) as refused:
        changed(session, petra, admin, house(region, "ZEED"), Term())
    assert (refused.value.sentence, admin.ends_on) == (granting.NOT_YOURS, SOON.ends_on)


def test_days_that_are_over_are_refused(session: Session, region: Region) -> None:
    row = of_dirk(session)

    with pytest.raises(Incomplete):
        changed(session, region.lars, row, house(region, "ZEED"), Term(None, TODAY - timedelta(days=1)))

    assert row.ends_on is None


def test_the_log_says_what_it_was_and_is(session: Session, region: Region) -> None:
    changed(session, region.lars, of_dirk(session), house(region, "ZEED"), SOON)

    line = last_line(session)
    place = f"hospital {region.hospitals['ZEED']}"
    assert (line.detail, line.object_id) == (f"{place}: specialist .. -> specialist ..{SOON.ends_on}", str(person_id("Dirk")))


def test_whose_only_role_begins_later_is_signed_out_of_that_hospital(session: Session, region: Region) -> None:
    given(session, region.ada, house(region, "DELT"), "Dirk", Role.SPECIALIST)
    here, elsewhere = (signed_in(session, region, "Dirk", code) for code in ("ZEED", "DELT"))
    row = session.scalars(
        select(Membership).where(Membership.person_id == person_id("Dirk"), Membership.hospital_id == region.hospitals["ZEED"])
    ).one()

    changed(session, region.lars, row, house(region, "ZEED"), Term(TODAY + timedelta(days=7)))

    assert sessions.signed_in(session, here, now=NOW) is None
    assert sessions.signed_in(session, elsewhere, now=NOW) is not None


def test_who_keeps_a_role_there_stays_signed_in(session: Session, region: Region) -> None:
    given(session, region.ada, house(region, "ZEED"), "Dirk", Role.CASE_MANAGER)
    key = signed_in(session, region, "Dirk", "ZEED")

    ended(session, region.lars, house(region, "ZEED"), "Dirk", Role.SPECIALIST)

    assert sessions.signed_in(session, key, now=NOW) is not None


def test_open_screens_hear_that_what_somebody_may_do_changed(
    session: Session, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, uuid.UUID]] = []
    monkeypatch.setattr(changes, "announce", lambda _, topic, one, **more: heard.append((topic, one)))

    given(session, region.aisha, uro(region), "Dirk", Role.MEMBER)

    assert ("rights", person_id("Dirk")) in heard


# The last of its kind


def test_a_colleague_who_is_shut_out_is_no_successor(session: Session, region: Region) -> None:
    given(session, region.aisha, uro(region), "Dirk", Role.SECRETARY)
    session.get_one(Person, person_id("Dirk")).disabled_at = NOW
    session.flush()

    with pytest.raises(IllegalMove):
        ended(session, region.ada, uro(region), "Aisha", Role.SECRETARY)


def test_nor_is_one_who_is_there_for_today_alone(session: Session, region: Region) -> None:
    given(session, region.aisha, uro(region), "Dirk", Role.SECRETARY, Term(None, TODAY))
    with pytest.raises(IllegalMove):
        ended(session, region.ada, uro(region), "Aisha", Role.SECRETARY)


def test_an_administrator_may_leave_when_another_hospital_has_one(session: Session, region: Region) -> None:
    given(session, region.ada, house(region, "ZEED"), "Lars", Role.ADMINISTRATOR)
    lars = replace(region.ada, person_id=person_id("Lars"))

    ended(session, lars, house(region, "DELT"), "Ada", Role.ADMINISTRATOR)


def test_a_hospital_needs_no_secretary_of_its_own(session: Session, region: Region) -> None:
    ended(session, region.ada, house(region, "DELT"), "Aisha", Role.SECRETARY)


def test_a_role_that_is_still_to_come_may_go_though_nobody_else_stays(session: Session, region: Region) -> None:
    """Nobody is missed by it today; who is there until this evening is another question."""
    given(session, region.aisha, uro(region), "Dirk", Role.SECRETARY, Term(TODAY + timedelta(days=7)))
    session.scalars(select(BoardMembership).where(BoardMembership.person_id == person_id("Aisha"))).one().ends_on = TODAY
    session.flush()

    ended(session, region.ada, uro(region), "Dirk", Role.SECRETARY)
