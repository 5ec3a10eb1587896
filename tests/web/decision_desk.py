"""A chair at the pages of what was signed, and what the letters of it say beside what the chair read."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import ndiff

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.services.decisions import decision_content
from tests import make, pdf_text
from tests.people import PASSWORD, Region
from tests.web.portal import CSRF, signed_in

MINUTE = timedelta(minutes=1)


@dataclass
class Desk:
    """A round of which somebody signed or will sign something, and who reads and signs at its pages."""

    app: Flask
    database: Database
    region: Region
    round_id: uuid.UUID
    case_id: uuid.UUID
    now: datetime
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    def who(self, name: str) -> FlaskClient:
        if name not in self.clients:
            self.clients[name] = signed_in(self.app, self.database, self.region, name)
        return self.clients[name]

    def at(self, path: str) -> str:
        return f"/rounds/{self.round_id}/{path}"

    def post(self, path: str, *, by: str = "Bram", **fields: str) -> TestResponse:
        return self.who(by).post(self.at(path), data=fields | {"csrf_token": CSRF})

    def page(self, path: str, *, by: str = "Bram") -> str:
        answer = self.who(by).get(path)
        assert answer.status_code == 200, answer.status_code
        return answer.text

    def write(self, form: str, **fields: str) -> str:
        """Written and read; the hash of what was shown."""
        shown = self.post(f"{form}/read", **fields)
        assert shown.status_code == 200
        (seen,) = re.findall(r'name="seen" value="([^"]+)"', shown.text)
        return str(seen)

    def sign(self, form: str, *, seen: str = "", password: str = PASSWORD, by: str = "Bram", **fields: str) -> TestResponse:
        seen = seen or self.write(form, **fields)
        return self.post(form, by=by, seen=seen, password=password, **fields)

    def signed(self) -> list[Decision]:
        with self.database.transaction() as session:
            return decision_content.of_round(session, self.round_id)

    def case(self) -> Case:
        with self.database.transaction() as session:
            return session.get_one(Case, self.case_id)


def on_the_table(session: Session, region: Region, *, now: datetime) -> Round:
    """A case of ZEED, on the agenda of a meeting that began a minute before."""
    return on_the_agenda(session, region, now=now, starts_at=now - MINUTE, closes_at=now - 60 * MINUTE)


def on_the_agenda(session: Session, region: Region, *, now: datetime, starts_at: datetime, closes_at: datetime) -> Round:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=now, board_id=region.boards["URO-P"])
    meeting = session.get_one(Meeting, region.meeting)
    meeting.starts_at, meeting.registration_closes_at = starts_at, closes_at
    return make.planned(session, case, meeting, viewer=region.aisha, now=now)


class Kept:
    def __init__(self) -> None:
        self.came: list[OutgoingDecision] = []

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        self.came.append(decision)
        return Receipt(ReceiptKind.ACCEPTED, "AA", reference="x")


def sent(desk: Desk) -> list[OutgoingDecision]:
    """Every letter that waited, in the order in which they leave."""
    receiver = Kept()
    senders, later = {Channel.MLLP: receiver, Channel.FHIR: receiver}, datetime.now(UTC) + timedelta(hours=1)
    while dispatch.send_next(desk.database, senders, clock=lambda: later):
        pass
    return receiver.came


#: what a concept says otherwise than the letter, beside the lines of its signature: a mark, its number, that it is not signed, a masked BSN
MARKS = re.compile(
    r"Concept — niet definitief|concept|Datum|Documentnummer|nog niet getekend|Nog niet getekend|concept en geen advies|Namens het MDO"
    r"|getekend door|Bram|uroloog|op \w+dag|\(Europe/Amsterdam\)|MDO-20\d\d-\d{6}|BSN|\d+ \w+ 20\d\d$|\d+ van \d+"
)


def differences(preview: bytes, letter: bytes) -> list[str]:
    """Lines of one that the other has not."""
    one, other = (pdf_text.whole(pdf).splitlines() for pdf in (preview, letter))
    return [line for line in ndiff(one, other) if line[:2] in ("- ", "+ ") and not MARKS.search(line)]
