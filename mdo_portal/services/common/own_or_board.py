"""What is somebody's because it is of the own hospital, or of a board of theirs and its patient does not object to sharing.

As a condition for one question, or with the ids left open, for a statement that is put together once: the numbers in the menu are asked
with every page, and to put such a statement together took three times as long as to carry it out.
"""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, or_
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import InstrumentedAttribute

from mdo_portal.domain.case import Case
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer

_IDS: ARRAY[uuid.UUID] = ARRAY(UUID(as_uuid=True))


class Whose(NamedTuple):
    """Whose it is; as a dictionary, what `theirs_open` leaves open."""

    boards: list[uuid.UUID]
    #: None = what is of the own hospital is not theirs for that
    own: uuid.UUID | None


def whose(viewer: Viewer, act: Act) -> Whose:
    return Whose(viewer.boards_for(act), viewer.hospital_id if viewer.may_for_own_hospital(act) else None)


def theirs(viewer: Viewer, act: Act, hospital: InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    """`hospital`: whose it is, beside the case that it is about."""
    boards, own = whose(viewer, act)
    return _either(literal(boards, _IDS), hospital, None if own is None else literal(own))


def theirs_open(hospital: InstrumentedAttribute[uuid.UUID], *, own_too: bool) -> ColumnElement[bool]:
    """Open: `boards`, and `own` when the own hospital's is asked too."""
    own = bindparam("own", type_=UUID(as_uuid=True)) if own_too else None
    return _either(bindparam("boards", type_=_IDS), hospital, own)


def _either(
    boards: ColumnElement[Any], hospital: InstrumentedAttribute[uuid.UUID], own: ColumnElement[Any] | None
) -> ColumnElement[bool]:
    by_board = and_(Case.board_id == func.any(boards), ~Case.objected)
    return by_board if own is None else or_(by_board, hospital == own)
