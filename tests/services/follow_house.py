"""A signed decision with recommendations, for whoever tests what becomes of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.follow_up import FollowUp
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.decisions import decisions
from mdo_portal.services.letters import deliveries
from mdo_portal.services.room import advice
from tests import make
from tests.make import NOW
from tests.people import Region

OPERATION = {"kind": "surgery", "text": "Prostatectomie", "place": "Ziekenhuis DELT", "responsible": "dr. B. Bakker"}
IMAGING = {"kind": "imaging", "text": "PSMA-PET", "due_on": "2026-03-20"}
LATER = NOW + timedelta(days=1)


def entered(session: Session, region: Region, round_: Round, fields: dict[str, str], *, now: datetime = NOW) -> None:
    item = advice.add(session, round_, person_id=region.bram.person_id, now=now)
    advice.change(session, round_, item.id, fields, seen=1, person_id=region.bram.person_id, now=now)


def discussed(session: Session, region: Region, *items: dict[str, str], now: datetime = NOW) -> Round:
    """A case of ZEED, discussed on Uro-prostaat with these recommendations."""
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=now, board_id=region.boards["URO-P"])
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha, now=now)
    make.discussed(session, round_, viewer=region.bram, now=now)
    for fields in items:
        entered(session, region, round_, fields, now=now)
    return round_


def signed(session: Session, region: Region, *items: dict[str, str], now: datetime = NOW) -> Decision:
    return make.signed(session, discussed(session, region, *items, now=now), viewer=region.bram, now=now)


def corrected(session: Session, region: Region, decision: Decision, *items: dict[str, str], now: datetime = LATER) -> Decision:
    """The same round signed again, with these recommendations instead."""
    round_ = session.get_one(Round, decision.round_id)
    decisions.start_correction(session, round_, session.get_one(Case, decision.case_id))
    for one in advice.items_of(session, round_.id):
        advice.remove(session, round_, one.id, now=now)
    for fields in items:
        entered(session, region, round_, fields, now=now)
    return make.signed(session, round_, viewer=region.bram, now=now, reason="nieuw inzicht")


def delivered(session: Session, decision: Decision, *, now: datetime = NOW) -> None:
    """The hospital says it has the letter."""
    receipt = Receipt(ReceiptKind.ACCEPTED, "AA", reference="x", at=now)
    deliveries.settle(session, make.delivery_of(session, decision).id, receipt, now=now)


def items_of(session: Session, decision: Decision) -> list[FollowUp]:
    query = select(FollowUp).where(FollowUp.decision_id == decision.id).order_by(FollowUp.position)
    return list(session.scalars(query))
