"""What giving a role may not do: name the first chair, or open a hospital that is not the giver's."""

from __future__ import annotations

import uuid

import pytest

from mdo_portal.domain import granting
from mdo_portal.domain.granting import Place
from mdo_portal.domain.people import Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import NotAllowed

HERE, THERE, BOARD = uuid.UUID(int=1), uuid.UUID(int=2), Place(uuid.UUID(int=3), is_board=True)
COORDINATOR = Viewer(uuid.UUID(int=4), "Aisha", HERE, board_roles={BOARD.id: frozenset({Role.SECRETARY})})
ADMINISTRATOR = Viewer(uuid.UUID(int=5), "Ada", HERE, frozenset({Role.ADMINISTRATOR}))


@pytest.mark.parametrize("role", [Role.CHAIR, Role.MEMBER, Role.SECRETARY])
def test_on_a_board_without_a_chair_a_coordinator_gives_every_role_but_that_one(role: Role) -> None:
    assert granting.refusal(COORDINATOR, BOARD, role, has_chair=False) == (granting.FIRST_CHAIR if role is Role.CHAIR else "")
    assert granting.refusal(ADMINISTRATOR, BOARD, role, has_chair=False) == ""


def opens(viewer: Viewer, place: Place, role: Role, held: list[tuple[uuid.UUID, Role]], on_boards: list[Role]) -> bool:
    """Whether it is refused because it would open another hospital."""
    try:
        granting.check_opens_no_hospital(viewer, place, role, held=held, on_boards=on_boards)
    except NotAllowed as error:
        return error.sentence == granting.OPENS_ANOTHER
    return False


def test_coordinating_a_board_opens_the_hospital_somebody_works_for_and_is_given_by_the_administrator_only() -> None:
    link_manager_there = [(THERE, Role.LINK_MANAGER)]

    assert opens(COORDINATOR, BOARD, Role.SECRETARY, link_manager_there, [])
    assert not opens(ADMINISTRATOR, BOARD, Role.SECRETARY, link_manager_there, [])


@pytest.mark.parametrize(
    ("place", "role", "held", "on_boards"),
    [
        (BOARD, Role.MEMBER, [(THERE, Role.LINK_MANAGER)], []),  # reads nothing of a hospital
        (Place(HERE, is_board=False), Role.SECRETARY, [(THERE, Role.LINK_MANAGER)], []),  # at a hospital, not on a board
        (BOARD, Role.SECRETARY, [(THERE, Role.LINK_MANAGER)], [Role.SECRETARY]),  # of another board already
        (BOARD, Role.SECRETARY, [(THERE, Role.LINK_MANAGER), (THERE, Role.SPECIALIST)], []),  # reads there already
        (BOARD, Role.SECRETARY, [(HERE, Role.LINK_MANAGER)], []),  # of the giver's own hospital
        (BOARD, Role.SECRETARY, [], []),
    ],
)
def test_what_opens_no_other_hospital_a_coordinator_gives(
    place: Place, role: Role, held: list[tuple[uuid.UUID, Role]], on_boards: list[Role]
) -> None:
    assert not opens(COORDINATOR, place, role, held, on_boards)
