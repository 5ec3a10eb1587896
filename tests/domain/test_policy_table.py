"""The whole table as a person read it once, and what the methods of a viewer make of it: these notice every small mistake.

`tests/golden/policy.txt` is the table in words. Whoever changes the policy changes that page too, by hand or by
`python -m tests.domain.test_policy_table`, and a reviewer reads the difference: that is the point of it.
"""

from __future__ import annotations

import uuid
from itertools import product
from pathlib import Path

import pytest

from mdo_portal.domain.grant import GrantKind
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import BY_GRANT, POLICY, Act, Relation
from mdo_portal.domain.viewer import Viewer

GOLDEN = Path(__file__).parents[1] / "golden" / "policy.txt"
OWN, ELSEWHERE, BOARD, OTHER_BOARD, CASE, OTHER_CASE = (uuid.UUID(int=number) for number in range(1, 7))
CLINICIANS = (Role.SPECIALIST, Role.CASE_MANAGER)
READ_BY_GRANT = (Act.CASE_READ, Act.DOCUMENT_READ, Act.DECISION_READ)


def table() -> str:
    """One line per act; per relation the roles, in the order of `Role`."""
    lines = []
    for act in sorted(Act, key=lambda one: one.value):
        lines.append(f"{act.value}")
        for relation in Relation:
            held = {role for role, by in POLICY[act] if by is relation}
            words = ["everybody"] * (None in held) + [role.value for role in Role if role in held]
            if words:
                lines.append(f"    {relation.value}: {', '.join(words)}")
    return "\n".join(lines) + "\n"


def viewer(
    *roles: Role,
    boards: dict[uuid.UUID, frozenset[Role]] | None = None,
    grants: dict[uuid.UUID, frozenset[GrantKind]] | None = None,
) -> Viewer:
    return Viewer(uuid.UUID(int=99), "", OWN, frozenset(roles), boards or {}, grants or {})


def test_the_table_is_what_a_person_read() -> None:
    assert table() == GOLDEN.read_text(encoding="utf-8")


def test_each_kind_of_grant_is_a_relation_of_its_own() -> None:
    assert BY_GRANT == {
        GrantKind.SECOND_READER: Relation.SECOND_READER,
        GrantKind.TREATING_HOSPITAL: Relation.TREATING_HOSPITAL,
        GrantKind.EMERGENCY: Relation.EMERGENCY,
    }


# What the methods make of it


@pytest.mark.parametrize(("role", "kind"), list(product(Role, GrantKind)))
def test_a_grant_lets_a_clinician_read_that_case_and_no_more(role: Role, kind: GrantKind) -> None:
    for act in Act:
        _reads_by_grant(role, kind, act)


def _reads_by_grant(role: Role, kind: GrantKind, act: Act) -> None:
    reader, plain = viewer(role, grants={CASE: frozenset({kind})}), viewer(role)
    reads = role in CLINICIANS and act in READ_BY_GRANT

    assert reader.relations(act, case_id=CASE) == ([BY_GRANT[kind]] if reads else plain.relations(act))
    assert reader.may(act, case_id=OTHER_CASE) is plain.may(act)
    assert reader.may(act) is plain.may(act)
    assert reader.may_by_grant(act) is (reads or plain.may(act))
    assert not plain.may_by_grant(act)
    assert reader.may_at_all(act) is (reads or plain.may_at_all(act))
    assert viewer(boards={BOARD: frozenset({role})}, grants={CASE: frozenset({kind})}).may(act, case_id=CASE) is plain_anyone(act)


def plain_anyone(act: Act) -> bool:
    return (None, Relation.ANYONE) in POLICY[act]


def test_two_kinds_of_grant_are_two_relations_the_ordinary_one_first() -> None:
    every = viewer(Role.SPECIALIST, Role.MEMBER, boards={BOARD: frozenset({Role.MEMBER})}, grants={CASE: frozenset(GrantKind)})

    assert every.relations(Act.CASE_READ, hospital_id=OWN, board_id=BOARD, case_id=CASE) == [
        Relation.OWN_HOSPITAL, Relation.BOARD, Relation.TREATING_HOSPITAL, Relation.SECOND_READER, Relation.EMERGENCY,
    ]  # fmt: skip


def test_without_an_object_comes_before_the_own_hospital() -> None:
    both = viewer(Role.LINK_MANAGER, Role.ADMINISTRATOR)

    assert both.relations(Act.LINK_READ, hospital_id=OWN) == [Relation.ANYONE, Relation.OWN_HOSPITAL]


def test_a_secretary_of_a_board_registers_for_the_own_hospital_and_for_no_other() -> None:
    secretary = viewer(boards={BOARD: frozenset({Role.CHAIR}), OTHER_BOARD: frozenset({Role.SECRETARY})})

    assert secretary.may(Act.CASE_REGISTER, hospital_id=OWN)
    assert secretary.may_for_own_hospital(Act.CASE_REGISTER)
    assert secretary.may_at_all(Act.CASE_REGISTER)
    assert not secretary.may(Act.CASE_REGISTER, hospital_id=ELSEWHERE)
    assert not viewer(boards={BOARD: frozenset({Role.CHAIR})}).may(Act.CASE_REGISTER, hospital_id=OWN)


def test_a_role_at_the_hospital_is_none_on_a_board_and_the_other_way_round() -> None:
    assert not viewer(Role.CHAIR).may(Act.DECISION_SIGN, board_id=BOARD)
    assert not viewer(boards={BOARD: frozenset({Role.ADMINISTRATOR})}).may(Act.BOARD_MANAGE)


def test_an_object_of_nobody_is_nobody_s() -> None:
    """A message of an unknown sender has no hospital, a case that was not routed has no board."""
    assert not viewer(Role.LINK_MANAGER).may(Act.INBOX_READ, hospital_id=None)
    assert not viewer(boards={BOARD: frozenset({Role.CHAIR})}).may(Act.CASE_READ, board_id=None)


def test_the_boards_for_an_act_are_those_with_a_role_for_it() -> None:
    several = viewer(boards={BOARD: frozenset({Role.CHAIR, Role.MEMBER}), OTHER_BOARD: frozenset({Role.SECRETARY})})

    assert several.boards_for(Act.DECISION_SIGN) == [BOARD]
    assert several.boards_for(Act.CASE_PLAN) == [BOARD, OTHER_BOARD]
    assert several.boards_for(Act.LOG_READ) == []


def test_for_the_own_hospital_means_by_that_relation() -> None:
    assert viewer(Role.SPECIALIST).may_for_own_hospital(Act.CASE_READ)
    assert not viewer(Role.ADMINISTRATOR).may_for_own_hospital(Act.RETENTION_READ), "an administrator may, but for no hospital"
    assert not viewer(Role.SPECIALIST).may_for_own_hospital(Act.GLASS_BREAK)
    assert not viewer(boards={BOARD: frozenset({Role.CHAIR})}).may_for_own_hospital(Act.CASE_READ)


@pytest.mark.parametrize("role", Role)
def test_only_who_is_nothing_but_observer_gets_the_reduced_view(role: Role) -> None:
    alone = viewer(boards={BOARD: frozenset({role}), OTHER_BOARD: frozenset({Role.OBSERVER, Role.MEMBER})})

    assert alone.only_observes(BOARD) is (role is Role.OBSERVER)
    assert alone.only_observes(OTHER_BOARD) is False
    assert alone.only_observes(None) is False
    assert alone.only_observes(uuid.UUID(int=7)) is False


def test_a_viewer_of_whom_nothing_is_said_holds_no_role() -> None:
    """What the access log writes of somebody without a provider, and what a session may that says nothing of its proof."""
    plain = Viewer(uuid.UUID(int=99), "", OWN)

    assert (plain.hospital_roles, dict(plain.board_roles), dict(plain.grants)) == (frozenset(), {}, {})
    assert (plain.method, plain.alternate_id, plain.client_address, plain.trace_id, plain.language) == ("", "", "", "", "nl")
    assert plain.strong is True


if __name__ == "__main__":
    GOLDEN.write_text(table(), encoding="utf-8")
