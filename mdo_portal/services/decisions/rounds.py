"""Rounds: finding one for a viewer, and the text of a conclusion that is not signed yet."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.conclusion import Note, NoteSection
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, NotAllowed, NotFound
from mdo_portal.services.common import access
from mdo_portal.services.decisions import decision_content
from mdo_portal.services.room import conclusions

_SIGNED = (CaseState.DECIDED, CaseState.DELIVERED, CaseState.FOLLOWED_UP, CaseState.CLOSED)


OF_ITS_BOARD = frozenset({Act.NOTE_WRITE, Act.ROUND_OUTCOME, Act.DECISION_SIGN, Act.DECISION_OBJECT, Act.DECISION_REVISE})
"""What is said in a discussion, and signed of it, is said in the name of the board that had it, wherever the case went since (ADR 0087)."""
OF_ANOTHER = N_(
    "Dit is in een ander MDO besproken; alleen dat MDO verandert en tekent wat daar is gezegd. Er is niets veranderd. "
    "Moet het worden herzien, wijs de casus dan weer aan dat MDO toe zolang hij wacht."
)


def round_for(
    session: Session, viewer: Viewer, act: Act, round_id: uuid.UUID, *, now: datetime, lock: bool = False
) -> tuple[Round, Case, Board, Relation]:
    """The round with its case and board, if this viewer may do `act` with it; otherwise it does not exist, or NotAllowed."""
    found = session.get(Round, round_id)
    if found is None:
        raise NotFound()
    grant = access.case_for(session, viewer, act, found.case_id, now=now, lock=lock)
    meeting = session.get_one(Meeting, found.meeting_id)
    if not may(viewer, act, meeting.board_id):
        raise NotAllowed(OF_ANOTHER)
    return found, grant.case, session.get_one(Board, meeting.board_id), grant.relation


def may(viewer: Viewer, act: Act, board_id: uuid.UUID) -> bool:
    """Whether who may do this with the case may do it with a discussion of this board."""
    return act not in OF_ITS_BOARD or viewer.may(act, board_id=board_id)


def open_conclusion(session: Session, case: Case) -> dict[NoteSection, str]:
    """The conclusion of the newest round as it is being typed; empty once it is signed or when nothing was typed."""
    query = select(Round.id).where(Round.case_id == case.id).order_by(Round.number.desc()).limit(1)
    round_id = session.scalar(query)
    if round_id is None or decision_content.newest(session, round_id) is not None:
        return {}
    texts = conclusions.texts_of(session, round_id)
    return texts if any(text.strip() for text in texts.values()) else {}


def is_signed(session: Session, case: Case, round_id: uuid.UUID) -> bool:
    """Whether what was typed in this round was signed, also while it is being corrected: from then on it is the advice.

    Asked for who only observes, to whom PostgreSQL shows no decision.
    """
    return case.state in _SIGNED or conclusions.is_frozen(session, round_id)


def is_being_revised(session: Session, round_id: uuid.UUID) -> bool:
    """Of a round that was signed: whether a correction is being written."""
    frozen = session.scalars(select(Note.frozen_at).where(Note.round_id == round_id)).all()
    return bool(frozen) and not any(frozen)
