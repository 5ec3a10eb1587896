"""The post of the story: letters are printed and sent as a worker does it, to receivers that answer as the story says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.link import Link
from mdo_portal.domain.recipient import RecipientChannel
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.services.letters import handing_over
from mdo_portal.services.links import recipient_channels

HOOK_SECRET = "demo-huisartsen-geen-geheim"
"""What posts to the invented address are signed with: no secret, and only believed in the demo."""
_MOST_TIMES = 6
REFUSED = Receipt(ReceiptKind.REFUSED, "422", text="patiënt niet gevonden onder dit nummer")
SILENT = Receipt(ReceiptKind.LATER, "unreachable")


def _taken(code: str) -> Receipt:
    return Receipt(ReceiptKind.ACCEPTED, code, "ontvangen")


@dataclass
class Receiver:
    """Everybody's EPD of then."""

    fates: Mapping[str, str]  # referral number -> what became of its letter
    usual: Receipt

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        return {"refused": REFUSED, "silent": SILENT}.get(self.fates.get(decision.referral_number, ""), self.usual)


class Postman:
    """Delivers what was signed so far."""

    def __init__(self, database: Database, fates: Mapping[str, str]) -> None:
        self._database, self._fates = database, fates
        self._senders = {
            Channel.MLLP: Receiver(fates, _taken("AA")),
            Channel.FHIR: Receiver(fates, _taken("201")),
            Channel.FOLDER: Receiver({}, _taken("laid")),
            Channel.HOOK: Receiver({}, _taken("200")),
            Channel.NOTICE: Receiver({}, Receipt(ReceiptKind.UNKNOWN, "mailed")),
        }

    def agree_channels(self, session: Session, agreed: Mapping[str, Mapping[str, Any]], *, hook_url: str, folder: Path) -> None:
        """How letters for the general practitioners of these hospitals go."""
        for code, said in agreed.items():
            hospital = session.scalars(select(Hospital).where(Hospital.code == code)).one()
            made = RecipientChannel(
                hospital_id=hospital.id, audience=Audience.GP, tls=True, **{**said, "channel": Channel(said["channel"])}
            )
            if made.channel is Channel.FOLDER:
                own = folder / code.lower()
                own.mkdir(parents=True, exist_ok=True)
                made.folder = str(own)
            session.add(made)
            if made.channel is Channel.HOOK:
                made.url = hook_url
                recipient_channels.seal(session, made, HOOK_SECRET)
            session.flush()

    def silence(self, session: Session, silent: Mapping[str, Mapping[str, Any]]) -> None:
        """Letters to these hospitals go where nobody answers."""
        for code, said in silent.items():
            link = session.scalars(
                select(Link).join(Hospital, Hospital.id == Link.hospital_id).where(Hospital.code == code)
            ).one()
            for name, value in said.items():
                setattr(link, name, Channel(value) if name == "channel_out" else value)

    def deliver(self, *, at: datetime) -> None:
        """Everything that may go at that moment, or soon after it for who does not answer at once."""
        for number in range(_MOST_TIMES):
            self._work(at + timedelta(minutes=2 * number))
        with self._database.transaction() as session:
            self._carried(session, at=at + timedelta(hours=2))
        self._work(at + timedelta(hours=2, minutes=1))  # copies wait for the hospital's own letter, also when that is printed

    def _work(self, moment: datetime) -> None:
        while dispatch.send_next(self._database, self._senders, clock=lambda: moment):
            pass

    def _carried(self, session: Session, *, at: datetime) -> None:
        """On paper: printed by the secretary the same day."""
        query = select(Delivery).where(Delivery.channel == Channel.PAPER.value, Delivery.state == DeliveryState.WAITING)
        for delivery in session.scalars(query):
            if delivery.audience is Audience.REFERRER:
                handing_over.printed(session, delivery, now=at)
