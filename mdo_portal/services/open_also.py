"""Which cases of a list have another open case of the same person on that same list: a mark, so that nobody plans two for one.

The same patient of one hospital, or the same BSN at another (ADR 0064). Only what stands on the reader's own list is told, so that a
hospital that may not know of the other hears nothing, and nothing is read that the list does not show.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services import access


class Also(NamedTuple):
    """Another open case of the same person."""

    board: str
    hospital: str


_MINE = aliased(Case)


def of_cases(session: Session, viewer: Viewer, case_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[Also]]:
    """One statement for a page of cases; asks nothing for none."""
    found: defaultdict[uuid.UUID, list[Also]] = defaultdict(list)
    if case_ids:
        queries = [_same_patient()] + ([_same_bsn(viewer)] if viewer.board_roles else [])
        told = [_told(viewer, query.where(_MINE.id.in_(case_ids))) for query in queries]
        for case_id, board, hospital in session.execute(told[0].union_all(*told[1:])):
            found[case_id].append(Also(board or "", hospital))
    return found


def _same_patient() -> Select[uuid.UUID]:
    return select(_MINE.id).join(Case, and_(Case.patient_id == _MINE.patient_id, Case.id != _MINE.id))


def _same_bsn(viewer: Viewer) -> Select[uuid.UUID]:
    """At another hospital of the reader's boards; hospital by hospital, so that an index finds them."""
    whose, theirs = aliased(Patient), aliased(Patient)
    taking_part = select(BoardHospital.hospital_id).where(BoardHospital.board_id.in_(viewer.board_roles))
    same = and_(theirs.bsn_index == whose.bsn_index, theirs.bsn_index != b"", theirs.id != whose.id)
    return (
        select(_MINE.id)
        .join(whose, whose.id == _MINE.patient_id)
        .join(theirs, and_(same, theirs.hospital_id.in_(taking_part)))
        .join(Case, Case.patient_id == theirs.id)
    )


def _told(viewer: Viewer, query: Select[uuid.UUID]) -> Select[uuid.UUID, str, str]:
    named = query.join(Hospital, Hospital.id == Case.hospital_id).outerjoin(Board, Board.id == Case.board_id)
    return named.add_columns(Board.name, Hospital.name).where(Case.is_open, access.on_work_list(viewer))
