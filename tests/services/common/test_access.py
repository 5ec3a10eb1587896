"""What a viewer may not see does not exist: the same answer for another's case and for none at all."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import POLICY, Act, Relation
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import NotAllowed, NotFound, PortalError
from mdo_portal.services.access_log import audit_lines
from mdo_portal.services.cases import worklist
from mdo_portal.services.cases.worklist_rows import Filter
from mdo_portal.services.common import access
from mdo_portal.services.inbox import inbox
from mdo_portal.services.letters import post
from mdo_portal.services.meetings import meetings
from tests import make
from tests.make import NOW
from tests.people import Region

CASE_ACTS = [act for act in Act if act.value.partition(":")[0] in {"case", "document", "note", "round", "decision", "letter"}]
MEETING_ACTS = [act for act in Act if act.value.partition(":")[0] in {"meeting", "room"}]


@pytest.fixture
def case(session: Session, region: Region) -> Case:
    return make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))


@pytest.mark.parametrize("act", CASE_ACTS)
def test_for_carla_the_case_does_not_exist(session: Session, region: Region, case: Case, act: Act) -> None:
    for case_id in (case.id, uuid.uuid4()):
        with pytest.raises(NotFound) as refusal:
            access.case_for(session, region.carla, act, case_id, now=NOW)
        assert (refusal.value.sentence, refusal.value.params) == (NotFound.sentence, {})


@pytest.mark.parametrize("act", CASE_ACTS)
@pytest.mark.parametrize("name", ["aisha", "bram", "dirk"])
def test_who_sees_the_case_may_what_the_table_says(session: Session, region: Region, case: Case, name: str, act: Act) -> None:
    viewer: Viewer = getattr(region, name)
    by_board = {(role, Relation.BOARD) for role in viewer.board_roles.get(region.boards["URO-P"], ())}
    by_hospital = {(role, Relation.OWN_HOSPITAL) for role in viewer.hospital_roles if viewer.hospital_id == case.hospital_id}
    expected = POLICY[act] & (by_board | by_hospital)

    if expected:
        assert access.case_for(session, viewer, act, case.id, now=NOW).relation in {relation for _, relation in expected}
    else:
        with pytest.raises(NotAllowed):
            access.case_for(session, viewer, act, case.id, now=NOW)
    assert access.may(session, viewer, act, case, now=NOW) is bool(expected)


@pytest.mark.parametrize("act", MEETING_ACTS)
def test_for_carla_the_meeting_does_not_exist(session: Session, region: Region, act: Act) -> None:
    for meeting_id in (region.meeting, uuid.uuid4()):
        with pytest.raises(NotFound):
            access.meeting_for(session, region.carla, act, meeting_id)
    with pytest.raises(NotFound):
        access.board_for(session, region.carla, act, region.boards["URO-P"])


def test_a_member_sees_the_case_from_agenda_until_two_weeks_after(session: Session, region: Region, case: Case) -> None:
    with pytest.raises(NotFound):
        access.case_for(session, region.mila, Act.CASE_READ, case.id, now=NOW)

    meeting = session.get_one(Meeting, region.meeting)
    make.planned(session, case, meeting, viewer=region.aisha)
    until = meeting.starts_at + access.MEMBERS_SEE_AFTER

    assert (
        access.case_for(session, region.mila, Act.CASE_READ, case.id, now=until - timedelta(minutes=1)).relation is Relation.BOARD
    )
    with pytest.raises(NotFound):
        access.case_for(session, region.mila, Act.CASE_READ, case.id, now=until + timedelta(minutes=1))


def test_a_case_without_a_board_is_seen_by_secretaries_of_boards_its_hospital_is_in(session: Session, region: Region) -> None:
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    unrouted = make.case(session, zeed, board_hint="?")

    assert access.case_for(session, region.aisha, Act.CASE_ROUTE, unrouted.id, now=NOW).case is unrouted
    with pytest.raises(NotFound):  # ZEED takes no part in Carla's board
        access.case_for(session, region.carla, Act.CASE_READ, unrouted.id, now=NOW)


def test_another_hospital_of_the_board_does_not_see_the_case_for_that_reason(
    session: Session, region: Region, case: Case
) -> None:
    colleague = Viewer(
        person_id=uuid.uuid4(), name="", hospital_id=region.hospitals["DELT"], hospital_roles=frozenset({Role.SPECIALIST})
    )

    with pytest.raises(NotFound):
        access.case_for(session, colleague, Act.CASE_READ, case.id, now=NOW)


# Whoever looks, whatever they do


def sees(viewer: Viewer, case: Case, region: Region, on_agenda: set[uuid.UUID]) -> bool:
    """What DESIGN 7 says, in other words than the code's."""
    if case.hospital_id == viewer.hospital_id and viewer.hospital_roles & {Role.SPECIALIST, Role.CASE_MANAGER}:
        return True
    here = {"URO-P": ("ZEED", "DELT", "ODUL"), "GI": ("KREE", "DELT")}
    for code, board_id in region.boards.items():
        roles = viewer.board_roles.get(board_id, frozenset())
        takes_part = case.hospital_id in [region.hospitals[one] for one in here[code]]
        if roles & {Role.SECRETARY, Role.CHAIR} and (case.board_id == board_id or (case.board_id is None and takes_part)):
            return True
        if roles and case.board_id == board_id and case.id in on_agenda:
            return True
    return False


viewers = some.builds(
    lambda house, roles, boards: (house, frozenset(roles), boards),
    some.sampled_from(["ZEED", "DELT", "ODUL", "KREE"]),
    some.sets(
        some.sampled_from([Role.SPECIALIST, Role.CASE_MANAGER, Role.LINK_MANAGER, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER]),
        max_size=2,
    ),
    some.dictionaries(
        some.sampled_from(["URO-P", "GI"]),
        some.sets(
            some.sampled_from([Role.SECRETARY, Role.CHAIR, Role.SCRIBE, Role.MEMBER, Role.OBSERVER]), min_size=1, max_size=2
        ),
        max_size=2,
    ),
)
filters = some.builds(
    Filter,
    unrouted=some.booleans(),
    incomplete=some.booleans(),
    words=some.sampled_from(["", "Voorbeeld", "ziekenhuis", "%", "VW"]),
    state=some.sampled_from([None, CaseState.READY, CaseState.SCHEDULED, CaseState.RECEIVED]),
)


@pytest.fixture(scope="module")
def crowd(shared_database: object, region: Region) -> object:
    """Cases of every hospital, with and without a board, planned and not, some signed; rolled back after the module."""
    from_engine = shared_database.engine  # type: ignore[attr-defined]
    with Session(from_engine, expire_on_commit=False) as session:
        session.info["sealer"] = make.sealer()
        fill_crowd(session, region)
        yield session
        session.rollback()


def fill_crowd(session: Session, region: Region) -> None:
    chairs = {"URO-P": (region.bram, region.meeting), "GI": (region.carla, region.other_meeting)}
    for hospital_id in region.hospitals.values():
        hospital = session.get_one(Hospital, hospital_id)
        for hint in ("Uro-prostaat", "Lage GI", "?"):
            waiting, going, signed = (make.case(session, hospital, board_hint=hint) for _ in range(3))
            if waiting.board_id is None:
                continue
            viewer, meeting_id = chairs["URO-P" if hint == "Uro-prostaat" else "GI"]
            meeting = session.get_one(Meeting, meeting_id)
            make.planned(session, going, meeting, viewer=viewer)
            round_ = make.discussed(session, make.planned(session, signed, meeting, viewer=viewer), viewer=viewer)
            make.signed(session, round_, viewer=viewer)
    session.flush()


def asked(session: Session, viewer: Viewer, act: Act, case: Case) -> type[PortalError] | None:
    """Nothing when they may, else how they were refused."""
    try:
        access.case_for(session, viewer, act, case.id, now=NOW)
    except PortalError as refusal:
        return type(refusal)
    return None


@settings(max_examples=25)
@given(whose=viewers, act=some.sampled_from(Act), wanted=filters)
def test_no_viewer_ever_gets_a_foreign_case(crowd: Session, region: Region, whose: tuple, act: Act, wanted: Filter) -> None:  # type: ignore[type-arg]
    house, roles, boards = whose
    board_roles = {region.boards[code]: frozenset(given_roles) for code, given_roles in boards.items()}
    viewer = Viewer(uuid.uuid4(), "", region.hospitals[house], roles, board_roles)
    cases = list(crowd.scalars(select(Case)))
    on_agenda = set(crowd.scalars(select(Round.case_id)))
    visible = {case.id for case in cases if sees(viewer, case, region, on_agenda)}

    shown = {row.id for row in worklist.page(crowd, viewer, wanted)}
    letters = {row.case_id for row in post.rows(crowd, viewer, everything=True)}
    reached = set()
    for case in cases:
        said = asked(crowd, viewer, act, case)
        assert (said is NotFound) is (case.id not in visible)
        reached |= {case.id} if said is None else set()

    assert shown <= visible
    assert reached <= visible
    assert {row.hospital for row in inbox.rows(crowd, viewer)} <= {None} or viewer.hospital_roles
    managed = {case.id for case in cases if case.hospital_id == viewer.hospital_id and Role.LINK_MANAGER in roles}
    assert letters <= visible | managed


def test_the_crowd_is_no_empty_stage(crowd: Session, region: Region) -> None:
    assert len(worklist.page(crowd, region.aisha, Filter())) > 5
    assert len(worklist.page(crowd, region.carla, Filter())) > 5
    assert crowd.scalars(select(Delivery.id)).first() and not crowd.scalars(select(CaseDocument.id)).first()
    assert len(meetings.agenda(crowd, region.meeting)) > 5
    assert audit_lines.page(crowd, region.hospitals["ZEED"], audit_lines.Wanted())
