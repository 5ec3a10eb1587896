"""A region with signed decisions, receivers that answer as told, and a worker on a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Audience, Delivery
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.recipient import RecipientChannel
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Address, Contact, OutgoingDecision, Receipt, ReceiptKind
from tests import make
from tests.make import BSN, NOW
from tests.people import Region

HOUR = timedelta(hours=1)
AA, AE, LATER, SILENCE = (
    Receipt(ReceiptKind.ACCEPTED, "AA", reference="ref-1"),
    Receipt(ReceiptKind.REFUSED, "AE", text="patient unknown"),
    Receipt(ReceiptKind.LATER, "unreachable"),
    Receipt(ReceiptKind.UNKNOWN, "timeout"),
)


@dataclass
class Receiver:
    """The other side: answers as told, one answer per letter, the last one for ever; remembers what came."""

    answers: list[Receipt | Exception]
    came: list[OutgoingDecision] = field(default_factory=list)

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        self.came.append(decision)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Outbox:
    """One region with signed decisions, and a worker on a clock that the test moves."""

    def __init__(self, database: Database, region: Region) -> None:
        self.database, self.region, self.now = database, region, NOW

    def signed(self, *, hospital: str = "ZEED", gp: str = "") -> Round:
        with self.database.transaction() as session:
            patient = make.identity("4711" if hospital == "ZEED" else "", bsn=BSN)
            at = session.get_one(Hospital, self.region.hospitals[hospital])
            case = make.case(session, at, patient=patient, gp=Contact(name=gp))
            meeting = session.get_one(Meeting, self.region.meeting)
            round_ = make.discussed(
                session, make.planned(session, case, meeting, viewer=self.region.aisha), viewer=self.region.bram
            )
            make.signed(session, round_, viewer=self.region.bram)
        return round_

    def corrected(self, round_: Round) -> None:
        self.now += timedelta(minutes=1)
        with self.database.transaction() as session:
            make.corrected(session, session.get_one(Round, round_.id), viewer=self.region.bram, now=self.now)

    def work(self, receiver: Receiver, *, at: datetime | None = None) -> bool:
        self.now = at or self.now
        return dispatch.send_next(self.database, {Channel.MLLP: receiver, Channel.FHIR: receiver}, clock=lambda: self.now)

    def copies_to_gps(self, channel: Channel = Channel.MLLP, *, hospital: str = "ZEED") -> None:
        """From now on general practitioners of this hospital's patients get a letter."""
        with self.database.transaction() as session:
            at = self.region.hospitals[hospital]
            session.add(RecipientChannel(hospital_id=at, audience=Audience.GP, channel=channel, phone="088-1234567"))

    def drain(self, receiver: Receiver) -> int:
        """Work until nothing may go now; says how many letters went."""
        count = 0
        while self.work(receiver):
            count += 1
        return count

    def patient_of(self, gp: str, round_: Round) -> None:
        """From now on the patient of this case has another general practitioner, or none."""
        with self.database.transaction() as session:
            session.get_one(Case, round_.case_id).gp_name = gp

    def letters(self, round_: Round, *, version: int) -> list[Delivery]:
        query = select(Delivery).join(Decision, Decision.id == Delivery.decision_id)
        with self.database.transaction() as session:
            return list(session.scalars(query.where(Decision.round_id == round_.id, Decision.version == version)))

    def letter(self, round_: Round, *, version: int = 1, audience: Audience = Audience.REFERRER) -> Delivery:
        query = select(Delivery).join(Decision, Decision.id == Delivery.decision_id).where(Delivery.audience == audience)
        with self.database.transaction() as session:
            return session.scalars(query.where(Decision.round_id == round_.id, Decision.version == version)).one()

    def case(self, round_: Round) -> Case:
        with self.database.transaction() as session:
            return session.get_one(Case, round_.case_id)

    def events(self, round_: Round) -> list[str]:
        query = select(CaseEvent.what).where(CaseEvent.case_id == round_.case_id, CaseEvent.what.like("letter.%"))
        with self.database.transaction() as session:
            return list(session.scalars(query.order_by(CaseEvent.at, CaseEvent.id)))
