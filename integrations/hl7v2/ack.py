"""Acknowledgements: the answer we give in the sender's own delimiters, and the reading of the answer we get."""

from __future__ import annotations

from datetime import datetime

from mdo_portal.exchange import Answer, MessageHeader, Receipt, ReceiptKind, Unreadable, Verdict

from .charset import codec_named
from .er7 import Message
from .header import header_line
from .marks import STANDARD, Marks, marks_of
from .segment import Segment

_LETTER = {Verdict.STORED: "A", Verdict.REFUSED: "E", Verdict.NOT_HERE: "R", Verdict.NOT_NOW: "R"}

ERROR_CODES = {
    "no_header": ("100", "Segment sequence error"),
    "broken": ("100", "Segment sequence error"),
    "no_patient": ("101", "Required field missing"),
    "no_control_id": ("101", "Required field missing"),
    "hostile_delimiters": ("102", "Data type error"),
    "undecodable": ("102", "Data type error"),
    "unknown_kind": ("200", "Unsupported message type"),
    "unknown_event": ("201", "Unsupported event code"),
    "wrong_version": ("203", "Unsupported version id"),
    "duplicate": ("205", "Duplicate key identifier"),
}
"""Our reasons in table 0357; every other reason is 207."""

_INTERNAL = ("207", "Application internal error")
_KINDS = {"AA": ReceiptKind.ACCEPTED, "CA": ReceiptKind.ACCEPTED, "AE": ReceiptKind.REFUSED, "CE": ReceiptKind.REFUSED}
_KINDS |= {"AR": ReceiptKind.LATER, "CR": ReceiptKind.LATER}
_STAMP_SIGNS = str.maketrans("", "", "-:T")
_OLD = ("2.0", "2.1", "2.2", "2.3", "2.4")


def build_ack(raw_or_header: bytes | MessageHeader, answer: Answer, *, now: datetime, control_id: str) -> bytes:
    """The acknowledgement of a message, in its own delimiters, character set and mode (CA/CE/CR when asked for).

    A message without MSH-10 can't be accepted: it gets AE with 101. Bytes without a readable MSH get AR in the standard
    delimiters, with the answer's control id.
    """
    marks, fields = _sender(raw_or_header)
    if not fields.get(10) and answer.verdict is Verdict.STORED:
        answer = Answer(Verdict.REFUSED, "", "no_control_id", "MSH-10 is missing")
    code = ("C" if fields.get(15) not in (None, "", '""', "NE") else "A") + _LETTER[answer.verdict]
    lines = [
        _header_line(fields, marks, now, control_id),
        _joined(marks, ["MSA", code, fields.get(10) or marks.escaped(answer.control_id), marks.escaped(answer.text)]),
    ]
    if answer.verdict is not Verdict.STORED:
        lines.append(_error_line(fields.get(12, ""), answer, marks))
    text = "".join(line + "\r" for line in lines)
    return text.encode("latin-1", "replace")  # the sender's own bytes, read as latin-1, come out as they went in


def read_ack(raw: bytes, expects: str) -> Receipt:
    """What the other side said about the message with control id `expects`.

    Anything that is not clearly about that message is UNKNOWN: junk, another id, no code.
    """
    try:
        message = Message.parse(raw)
    except Unreadable as trouble:
        return Receipt(ReceiptKind.UNKNOWN, code=trouble.reason)
    code, reference = message.get("MSA-1-1").strip().upper(), message.get("MSA-2")
    if reference != expects or code not in _KINDS:
        return Receipt(ReceiptKind.UNKNOWN, code="foreign" if code in _KINDS else "no_code", reference=reference)
    return Receipt(_KINDS[code], code=code, reference=reference, text=_words(message))


def _words(message: Message) -> str:
    places = ("MSA-3", "ERR-8", "ERR-7", "ERR-3-2", "ERR-1-4-2")
    return " / ".join(dict.fromkeys(filter(None, (message.get(place).strip() for place in places))))


def _sender(raw_or_header: bytes | MessageHeader) -> tuple[Marks, dict[int, str]]:
    """The delimiters and the MSH fields, as sent, of the message that is answered."""
    if isinstance(raw_or_header, MessageHeader):
        return STANDARD, _fields_of(raw_or_header)
    try:
        line = header_line(raw_or_header).decode("latin-1")
        marks = marks_of(line[:10])
    except Unreadable:
        return STANDARD, {}
    return marks, dict(enumerate(Segment(line, marks).split()))


def _fields_of(header: MessageHeader) -> dict[int, str]:
    texts = {
        3: header.sending_application,
        4: header.sending_facility,
        5: header.receiving_application,
        6: header.receiving_facility,
        10: header.control_id,
        12: header.version,
    }
    fields = {n: STANDARD.escaped(text) for n, text in texts.items()}
    return fields | {9: header.kind, 15: "AL" if header.wants_accept else ""}


def _header_line(fields: dict[int, str], marks: Marks, now: datetime, control_id: str) -> str:
    event = fields.get(9, "").split(marks.component)[1:2]
    kind = marks.component.join(["ACK", *event, "ACK"] if event and event[0] else ["ACK"])
    values = [
        "MSH", marks.msh2, *(fields.get(n, "") for n in (5, 6, 3, 4)), _stamp(now), "", kind,
        marks.escaped(control_id), fields.get(11) or "P", fields.get(12) or "2.5", *[""] * 5, _charset(fields, marks),
    ]  # fmt: skip
    return _joined(marks, values)


def _stamp(now: datetime) -> str:
    # A quarter of the time of strftime, and this is said once per message.
    text = now.isoformat(timespec="seconds")
    return text[:19].translate(_STAMP_SIGNS) + text[19:].replace(":", "")


def _charset(fields: dict[int, str], marks: Marks) -> str:
    # What we write ourselves is ASCII, and so right in any character set that we echo.
    stated = fields.get(18, "").split(marks.repetition)[0]
    return stated if codec_named(stated) else ""


def _error_line(version: str, answer: Answer, marks: Marks) -> str:
    number, meaning = ERROR_CODES.get(answer.reason, _INTERNAL)
    place = ["MSH", "1", "10"] if answer.reason == "no_control_id" else []
    if version.startswith(_OLD):
        wrong = marks.component.join([*(place or ["", "", ""]), marks.sub.join([number, meaning])])
        return _joined(marks, ["ERR", wrong])
    code = marks.component.join([number, meaning, "HL70357"])
    texts = [marks.escaped(answer.reason), marks.escaped(answer.text)]
    return _joined(marks, ["ERR", "", marks.component.join(place), code, "E", "", "", *texts])


def _joined(marks: Marks, values: list[str]) -> str:
    return marks.field.join(values).rstrip(marks.field)
