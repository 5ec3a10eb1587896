"""Which cases of a list have another open case of the same person on that same list: a mark, so that nobody plans two for one.

The same patient of one hospital, or the same BSN at another (ADR 0064). Only what stands on the reader's own list is told, so that a
hospital that may not know of the other hears nothing, and nothing is read that the list does not show.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Select, and_, bindparam, func, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.board import Board
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.common import access


class Also(NamedTuple):
    """Another open case of the same person."""

    board: str
    hospital: str


_MINE, _WHOSE, _THEIRS = aliased(Case), aliased(Patient), aliased(Patient)
_SAME_PATIENT = select(_MINE.id).join(Case, and_(Case.patient_id == _MINE.patient_id, Case.id != _MINE.id))
_SAME_BSN = (
    select(_MINE.id)
    .join(_WHOSE, _WHOSE.id == _MINE.patient_id)
    .join(_THEIRS, and_(_THEIRS.bsn_index == _WHOSE.bsn_index, _THEIRS.bsn_index != b"", _THEIRS.id != _WHOSE.id))
    .join(Case, Case.patient_id == _THEIRS.id)
    .where(_THEIRS.hospital_id.in_(access.TAKING_PART))  # hospital by hospital, so that an index finds them
)


def _told(query: Select[uuid.UUID]) -> Select[uuid.UUID, str, str]:
    named = query.join(Hospital, Hospital.id == Case.hospital_id).outerjoin(Board, Board.id == Case.board_id)
    here = _MINE.id == func.any(bindparam("cases", type_=ARRAY(UUID(as_uuid=True))))
    return named.add_columns(Board.name, Hospital.name).where(here, Case.is_open, access.ON_WORK_LIST)


_ALSO = union_all(_told(_SAME_PATIENT), _told(_SAME_BSN))
"""Put together once: asked with every list. Open: `cases`, and what says whose list it is."""


def of_cases(session: Session, viewer: Viewer, case_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[Also]]:
    """One statement for a page of cases; asks nothing for none."""
    found: defaultdict[uuid.UUID, list[Also]] = defaultdict(list)
    if case_ids:
        asked = {"cases": list(case_ids), **access.work_list_of(viewer)}
        for case_id, board, hospital in session.execute(_ALSO, asked):
            found[case_id].append(Also(board or "", hospital))
    return found
