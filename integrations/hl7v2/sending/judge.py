"""Before a letter leaves: is it what was signed, and would a strict receiver take it?"""

from __future__ import annotations

import re
from functools import lru_cache

import pybase64

from integrations.hl7v2.sending.forms import shape_of
from integrations.hl7v2.sending.likeness import likeness
from integrations.hl7v2.text.builder import fitting
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.segment import Segment
from mdo_portal.exchange import OutgoingDecision, Profile

LONG = 20
"""What hl7apy's STRICT tables take everywhere. They refuse documents, letters and many real names for their length alone,
and say so with the whole text; so structure is judged with every value cut to this, and lengths are not."""


class Unsendable(Exception):
    """What we wrote is not what was signed, or not HL7. `reason` names the place, never a value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def judge(raw: bytes, decision: OutgoingDecision, profile: Profile) -> None:
    """Read `raw` back with our own reader and with hl7apy STRICT. Raises Unsendable."""
    message = Message.parse(raw)
    for place, written, signed in _compared(message, decision, profile):
        if written != signed:
            raise Unsendable(place)
    fault = conformance_fault(message)
    if fault:
        raise Unsendable(f"hl7apy {fault}")


def conformance_fault(message: Message) -> str:
    """ "" when hl7apy's STRICT tables take the message, else the kind of fault."""
    return fault_in(as_judged(message))


def as_judged(message: Message) -> str:
    """The message as hl7apy gets it: nothing longer than its tables take."""
    return "\r".join(_shortened(segment, message) for segment in message.segments)


def fault_in(text: str) -> str:
    """hl7apy is asked once about all messages that it cannot tell apart (likeness.py); what it did not take so is asked as it is."""
    alike = likeness(text)
    if alike and _is_taken(alike):
        return ""
    return fault_of(text)


@lru_cache(maxsize=512)
def _is_taken(alike: str) -> bool:
    return not fault_of(alike)


def fault_of(text: str) -> str:
    """The same, of hl7apy itself: 40 to 90 ms of processor time for a letter."""
    from hl7apy.consts import VALIDATION_LEVEL  # heavy: only the sender needs it
    from hl7apy.parser import parse_message

    try:
        parse_message(text, validation_level=VALIDATION_LEVEL.STRICT).validate()
    except ImportError:
        raise  # hl7apy opens its tables when it needs them: that one is gone says nothing of the letter
    except Exception as fault:  # a foreign parser that raises anything, with patient data in the text: keep the kind only
        return type(fault).__name__
    return ""


def _shortened(segment: Segment, message: Message) -> str:
    marks = message.marks
    separators = f"([{re.escape(marks.field + marks.component + marks.repetition + marks.sub)}])"
    return "".join(_cut(part, marks.escape) for part in re.split(separators, segment.line))


def _cut(part: str, escape: str) -> str:
    return part if len(part) <= LONG else part.replace(escape, "")[:LONG]


def _compared(message: Message, decision: OutgoingDecision, profile: Profile) -> list[tuple[str, object, object]]:
    """(place, what is written, what was signed), place by place."""
    wishes, charset = profile["outgoing"], message.get("MSH-18")
    patient = decision.patient
    shape = shape_of(decision, wishes)
    document, parent = ("TXA-12-1", "TXA-13-1") if shape.is_document else ("OBR-3-1", "OBR-29-2")
    numbers = [number for number in (patient.bsn, patient.local_number) if number]
    return [
        ("MSH-10", message.get("MSH-10"), decision.delivery_id.replace("-", "")[: wishes["control_id_length"]]),
        ("PID-3", message.all_values("PID-3-1"), [_fit(number, charset) for number in numbers]),
        ("PID-5", message.get("PID-5-1-1"), _fit(patient.name.family, charset)),
        ("PID-7", message.get("PID-7"), patient.birth_on.strftime("%Y%m%d") if patient.birth_on else ""),
        ("MSH-9", message.get("MSH-9-2"), shape.event[1]),
        (document, message.get(document), _fit(shape.number, charset)),
        (parent, message.get(parent), _fit(shape.parent, charset)),
        *(_content(message, decision, charset) if shape.has_content else [("OBX", len(message.all("OBX")), 0)]),
    ]


def _content(message: Message, decision: OutgoingDecision, charset: str) -> list[tuple[str, object, object]]:
    letter, *sections = message.all("OBX")
    signed = [(_fit(heading, charset), _lines(_fit(text, charset))) for heading, text in decision.sections]
    return [
        ("OBX", [(section.component(3, 2, 0), section.field(5)) for section in sections], signed),
        ("OBX-5", pybase64.b64decode(letter.octets(5, 5), validate=True), decision.letter_pdf),
    ]


def _fit(text: str, charset: str) -> str:
    return fitting(text, charset).replace("\x0b", "").replace("\x1c", "")


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
