"""Letters that come in over HL7 v2: read, filed in the patient file, and answered as the hospital behaves today."""

from __future__ import annotations

import binascii
import threading
from datetime import UTC, datetime
from uuid import uuid4

import pybase64

from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.numbers import numbers
from integrations.hl7v2.text.values import observed
from integrations.hl7v2.wire.ack import acks_for
from integrations.simulator import behaviour, heard, letters
from integrations.simulator.behaviour import Mode
from integrations.simulator.letters import WITHDRAWAL, Letter
from integrations.simulator.store import Store
from mdo_portal.exchange import Answer, Unreadable, Verdict

TAKEN = ("MDM^T02", "MDM^T04", "MDM^T06", "MDM^T08", "MDM^T10", "MDM^T11", "ORU^R01")
_IN_PLACE = ("MDM^T08", "MDM^T10")
_TAKEN_BACK = ("W", "D", "X")


class Refused(Exception):
    """The letter cannot be filed; `answer` says why, without a value of the patient."""

    def __init__(self, verdict: Verdict, reason: str, text: str) -> None:
        super().__init__(reason)
        self.answer = Answer(verdict, "", reason, text)


class Hl7Desk:
    """Receives whole messages and gives the acknowledgements to send back: none, one or two."""

    def __init__(self, store: Store, stop: threading.Event) -> None:
        self._store, self._stop = store, stop

    def receive(self, raw: bytes) -> list[bytes]:
        now = behaviour.load(self._store)
        if now.mode is Mode.SILENT:
            return []
        if now.mode is Mode.KEEP:
            return _acknowledgements(raw, Answer(Verdict.STORED, ""))[:1]
        answer = self._refusal() if now.mode is Mode.REFUSE else self._answer(raw)
        if now.mode is Mode.SLOW:
            self._stop.wait(now.seconds)
        return _acknowledgements(raw, answer) * (2 if now.mode is Mode.DOUBLE else 1)

    def _refusal(self) -> Answer:
        return Answer(Verdict.REFUSED, "", "refused", "Geweigerd door het gesimuleerde EPD")

    def _answer(self, raw: bytes) -> Answer:
        """Filed before it is acknowledged; a double is acknowledged again."""
        try:
            if heard.is_one(message := Message.parse(raw)):
                heard.write_down(self._store, message)
                return Answer(Verdict.STORED, message.get("MSH-10"))
            letter = read(raw)
        except Refused as refused:
            return refused.answer
        except Unreadable as unreadable:
            return Answer(Verdict.REFUSED, "", unreadable.reason, "message could not be read")
        with self._store.transaction() as db:
            letters.file(db, letter)
        return Answer(Verdict.STORED, letter.control_id)


def _acknowledgements(raw: bytes, answer: Answer) -> list[bytes]:
    """All that MSH-15 and MSH-16 ask for: CA, and AA behind it; a refusal is said once."""
    said = acks_for(raw, answer, now=datetime.now(UTC), control_id=uuid4().hex[:18])
    return said if answer.verdict is Verdict.STORED else said[:1]


def read(raw: bytes) -> Letter:
    """The letter in an MDM or ORU. Raises Refused, or Unreadable when it is no HL7."""
    message = Message.parse(raw)
    kind = f"{message.get('MSH-9-1')}^{message.get('MSH-9-2')}"
    if kind not in TAKEN:
        raise Refused(Verdict.NOT_HERE, "unknown_kind", "only letters: MDM or ORU")
    is_document = message.first("TXA") is not None
    number = _demanded(message.get("TXA-12-1" if is_document else "OBR-3-1"), "no_document_number")
    takes_back = kind == "MDM^T11" or message.get("OBX-11") in _TAKEN_BACK
    return Letter(
        control_id=_demanded(message.get("MSH-10"), "no_control_id"),
        kind=f"{kind}{WITHDRAWAL}" if takes_back else kind,
        document_number=number,
        replaces=number if takes_back else _replaced(message, kind),
        patient_number=_demanded(_own_number(message), "no_patient"),
        title=message.get("OBX-3-2") or "MDO-brief",
        sections=_sections(message),
        pdf=b"" if kind == "MDM^T11" else _pdf(message),
    )


def _replaced(message: Message, kind: str) -> str:
    """The letter that this one takes the place of; an addendum stands beside it."""
    if kind == "ORU^R01":
        return message.get("OBR-29-2") if message.get("OBR-25") == "C" else ""
    return message.get("TXA-13-1") if kind in _IN_PLACE else ""


def _own_number(message: Message) -> str:
    """The hospital's own number in PID-3, the BSN only when there is nothing else."""
    pid = message.first("PID")
    found = numbers(pid, 3) if pid else []
    own = [one.number for one in found if one.kind != "NNNLD"]
    return next(iter([*own, *(one.number for one in found)]), "")


def _sections(message: Message) -> tuple[tuple[str, str], ...]:
    texts = (one for one in message.all("OBX") if one.component(2) in ("FT", "TX", "ST"))
    return tuple((one.component(3, 2, 0), observed(one)) for one in texts)


def _pdf(message: Message) -> bytes:
    found = next((one for one in message.all("OBX") if one.component(2) == "ED"), None)
    if found is None:
        raise Refused(Verdict.REFUSED, "no_document", "no document in OBX")
    try:
        content = pybase64.b64decode(found.octets(5, 5), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content.startswith(b"%PDF"):
        raise Refused(Verdict.REFUSED, "no_pdf", "OBX-5 holds no PDF")
    return content


def _demanded(value: str, reason: str) -> str:
    if not value:
        raise Refused(Verdict.REFUSED, reason, "a required field is empty")
    return value
