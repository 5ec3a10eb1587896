"""Discussions that ended without an advice, and the messages about them, for whoever tests what becomes of those."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import DecisionForm, Receipt, ReceiptKind
from mdo_portal.services.decisions import outcome_messages, outcomes
from mdo_portal.services.decisions.decision_forms import Written
from mdo_portal.services.letters import deliveries
from tests import make
from tests.make import NETWORK, NOW
from tests.people import Region

WHY = "De revisie van de PSMA-PET is niet binnen."
FIRST = Written(DecisionForm.OUTCOME, "", "", "")
RESTORED = Written(DecisionForm.OUTCOME, "De revisie van de MRI is niet binnen.", "verkeerd onderzoek genoemd", "")
RECALLED = Written(DecisionForm.RECALL, "", "verkeerde patiënt op tafel", "")


def ended(
    session: Session, region: Region, outcome: RoundOutcome = RoundOutcome.DEFERRED, *, case: Case | None = None, why: str = WHY
) -> Round:
    """On the agenda, and ended so in the room."""
    case = case or make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    end(session, round_, outcome, viewer=region.bram, why=why)
    return round_


def end(session: Session, round_: Round, outcome: RoundOutcome, *, viewer: Viewer, why: str = WHY) -> None:
    case, board = session.get_one(Case, round_.case_id), session.get_one(Meeting, round_.meeting_id).board_id
    at = session.get_one(Board, board)
    outcomes.set_outcome(session, round_, case, outcome, reason=why, board=at, viewer=viewer, now=NOW)
    session.flush()


def tell(
    session: Session, round_: Round, written: Written = FIRST, *, viewer: Viewer, seen: str = "", now: datetime = NOW
) -> Decision:
    """Signed by somebody who read exactly this, unless `seen` is what they read."""
    case = session.get_one(Case, round_.case_id)
    shown = outcome_messages.preview(session, round_, case, written, network=NETWORK, viewer=viewer)
    seen = seen or shown.content_hash
    return outcome_messages.sign(session, round_, case, written, seen_hash=seen, network=NETWORK, viewer=viewer, now=now)


def case_of(session: Session, round_: Round) -> Case:
    return session.get_one(Case, round_.case_id)


def settled(session: Session, decision: Decision, kind: ReceiptKind = ReceiptKind.ACCEPTED) -> None:
    """Its letter was answered so."""
    letter = make.delivery_of(session, decision)
    deliveries.settle(session, letter.id, Receipt(kind, "AA", reference=str(letter.id)), now=NOW)


def planned_and_signed(session: Session, region: Region, case: Case) -> Decision:
    again = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    return make.signed(session, make.discussed(session, again, viewer=region.bram), viewer=region.bram)
