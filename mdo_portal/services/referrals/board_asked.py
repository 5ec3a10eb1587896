"""Another board is asked in a later version of a referral: it is never lost, and a board that somebody chose or that was found stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board
from mdo_portal.domain.case import WAITING, Case, CaseFact
from mdo_portal.exchange import Fact, IncomingReferral, Section
from mdo_portal.services.common import changes
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import case_facts, routing
from mdo_portal.services.history import standing

ASKED = "Gevraagd MDO"
"""The label of what the hospital calls the board that it asks now, where the case stands with another."""


def hear(session: Session, case: Case, referral: IncomingReferral, source: Source) -> None:
    """Of a waiting case without a board the words name it; of any other that new words name another one stands on the case."""
    hint = referral.board_hint
    if not hint or (hint == case.board_hint and case.board_id is not None):
        return
    board_id = routing.route(session, source.hospital, referral)
    if case.board_id is None:
        case.board_hint = hint
        if board_id is not None and case.state in WAITING:
            changes.announce(session, "worklist", "unrouted")
            case.board_id = board_id
            standing.happened(session, [case], "case.routed", now=source.at, board=session.get_one(Board, board_id).name)
    elif board_id is not None:
        case.board_hint = hint
        told = (Fact(Section.FORM, hint, ASKED),) if board_id != case.board_id else ()
        _put_aside(session, case, now=source.at)
        case_facts.add_facts(session, case, told, source)


def _put_aside(session: Session, case: Case, *, now: datetime) -> None:
    """What was asked between is asked no more."""
    of_case = (CaseFact.case_id == case.id, CaseFact.label == ASKED, CaseFact.superseded_at.is_(None))
    for one in session.scalars(select(CaseFact).where(*of_case)):
        one.superseded_at = now
