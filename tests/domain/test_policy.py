"""One table says who may do what. Every cell is tried: role × act × what the viewer has to do with the object."""

from __future__ import annotations

import uuid
from itertools import product

import pytest

from mdo_portal.domain.grant import GrantKind
from mdo_portal.domain.people import BOARD_ROLES, HOSPITAL_ROLES, Role
from mdo_portal.domain.policy import POLICY, Act, Relation
from mdo_portal.domain.viewer import Viewer

OWN, ELSEWHERE, BOARD, OTHER_BOARD = (uuid.UUID(int=number) for number in range(1, 5))
MEDICAL = [
    act
    for act in Act
    if act.value.partition(":")[0] in {"case", "document", "note", "decision", "letter", "round", "room", "worklist"}
]
WRITES = [act for act in Act if act.value.partition(":")[2] not in {"read", "join"}]


def at_hospital(*roles: Role) -> Viewer:
    return Viewer(person_id=uuid.uuid4(), name="", hospital_id=OWN, hospital_roles=frozenset(roles))


def on_board(*roles: Role) -> Viewer:
    return Viewer(person_id=uuid.uuid4(), name="", hospital_id=OWN, board_roles={BOARD: frozenset(roles)})


def test_every_act_stands_in_the_table_and_somebody_may_do_it() -> None:
    assert set(POLICY) == set(Act)
    assert all(POLICY.values())


@pytest.mark.parametrize(("role", "act"), list(product(HOSPITAL_ROLES, Act)))
def test_a_role_in_a_hospital_reaches_that_hospital_only(role: Role, act: Act) -> None:
    viewer = at_hospital(role)
    anyone = (None, Relation.ANYONE) in POLICY[act] or (role, Relation.ANYONE) in POLICY[act]
    own = (role, Relation.OWN_HOSPITAL) in POLICY[act]

    assert viewer.may(act, hospital_id=OWN) is (own or anyone)
    assert viewer.may(act, hospital_id=ELSEWHERE) is anyone
    assert viewer.may(act, board_id=BOARD) is anyone
    assert viewer.may(act, hospital_id=ELSEWHERE, board_id=BOARD) is anyone


@pytest.mark.parametrize(("role", "act"), list(product(BOARD_ROLES, Act)))
def test_a_role_on_a_board_reaches_that_board_only(role: Role, act: Act) -> None:
    viewer = on_board(role)
    anyone = (None, Relation.ANYONE) in POLICY[act]
    on_it = (role, Relation.BOARD) in POLICY[act]

    assert viewer.may(act, board_id=BOARD) is (on_it or anyone)
    assert viewer.may(act, board_id=OTHER_BOARD) is anyone
    assert viewer.may(act, hospital_id=ELSEWHERE) is anyone
    assert viewer.may(act, hospital_id=ELSEWHERE, board_id=OTHER_BOARD) is anyone


@pytest.mark.parametrize("act", Act)
def test_who_has_no_role_may_only_what_anyone_may(act: Act) -> None:
    assert at_hospital().may(act, hospital_id=OWN, board_id=BOARD) is ((None, Relation.ANYONE) in POLICY[act])


def test_only_a_chair_signs() -> None:
    assert POLICY[Act.DECISION_SIGN] == frozenset({(Role.CHAIR, Relation.BOARD)})


@pytest.mark.parametrize("act", MEDICAL)
def test_those_without_patients_get_no_patients(act: Act) -> None:
    roles = {role for role, _ in POLICY[act]}

    assert not roles & {Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.LINK_MANAGER, None}


@pytest.mark.parametrize("act", WRITES)
def test_an_observer_changes_nothing(act: Act) -> None:
    assert Role.OBSERVER not in {role for role, _ in POLICY[act]}


def test_only_a_privacy_officer_reads_the_access_log_and_only_of_the_own_hospital() -> None:
    assert POLICY[Act.LOG_READ] == frozenset({(Role.PRIVACY_OFFICER, Relation.OWN_HOSPITAL)})


def test_whoever_may_change_a_case_may_also_see_it() -> None:
    readers = POLICY[Act.CASE_READ]
    changing = [
        act for act in Act if act.value.startswith(("case:", "document:", "note:", "round:")) and act is not Act.CASE_REGISTER
    ]

    assert all(POLICY[act] <= readers for act in changing)


@pytest.mark.parametrize("act", Act)
def test_who_may_nowhere_may_not_open_the_page_either(act: Act) -> None:
    assert at_hospital().may_at_all(act) is ((None, Relation.ANYONE) in POLICY[act])
    for role, relation in POLICY[act]:
        if role is not None:
            holder = on_board(role) if relation is Relation.BOARD else at_hospital(role)
            assert holder.may_at_all(act)


def test_who_only_reads_along_opens_the_page_of_what_was_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Today whoever may by a grant may for the own hospital too; the page must not lean on that."""
    monkeypatch.setitem(POLICY, Act.CASE_READ, frozenset([(Role.SPECIALIST, Relation.SECOND_READER)]))  # type: ignore[arg-type]
    case = {uuid.uuid4(): frozenset({GrantKind.SECOND_READER})}
    reader = Viewer(person_id=uuid.uuid4(), name="", hospital_id=OWN, hospital_roles=frozenset({Role.SPECIALIST}), grants=case)

    assert reader.may_at_all(Act.CASE_READ)
    assert not at_hospital(Role.SPECIALIST).may_at_all(Act.CASE_READ)
