"""Acknowledgements that we give, in the sender's own delimiters. Those that we get: answers.py."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from integrations.hl7v2.text.charset import codec_named
from integrations.hl7v2.text.header import NULL, Opened, Shared, header_line, opened, stamp
from integrations.hl7v2.text.marks import STANDARD, Marks
from mdo_portal.exchange import Answer, MessageHeader, Unreadable, Verdict

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
_OLD = ("2.0", "2.1", "2.2", "2.3", "2.4")


def build_ack(raw_or_header: bytes | MessageHeader, answer: Answer, *, now: datetime, control_id: str) -> bytes:
    """The acknowledgement of a message, in its own delimiters, character set and mode (CA/CE/CR when MSH-15 or MSH-16 is filled).

    A message without MSH-10 can't be accepted: it gets AE with 101. Bytes without a readable MSH get AR in the standard
    delimiters, with the answer's control id.
    """
    found = _sender(raw_or_header)
    return _written(found, _judged(found, answer), "C" if found.shared.is_enhanced else "A", now, control_id)


def acks_for(raw: bytes, answer: Answer, *, now: datetime, control_id: str) -> list[bytes]:
    """Every acknowledgement that the sender of `raw` asked for, in order (HL7 v2.5 2.9.2 and 2.9.3).

    Original mode (MSH-15 and MSH-16 empty): one AA, AE or AR. Enhanced mode: CA, CE or CR when MSH-15 asks for it under this
    outcome, then AA, AE or AR when MSH-16 does and nobody else will say it later (`answer.later`); an empty one of the two means
    never. So there may be two, and there may be none. With `answer.repeats` the application's answer to a stored REF^I12 is an
    RRI^I12: these segments again, as they came. What could not be stored (NOT_NOW) is always said, whatever was asked: a
    sender who hears nothing would think that it is safe. An acknowledgement that asks for none is never answered: two systems
    that did would go on for ever.
    """
    found = _sender(raw)
    said, shared = _judged(found, answer), found.shared
    if not shared.is_enhanced:
        return [] if _is_acknowledgement(shared) else [_written(found, said, "A", now, control_id, raw)]
    accept, application = _is_asked(shared.accept, said.verdict), _is_asked(shared.application, said.verdict)
    if said.verdict is Verdict.NOT_NOW and not (accept or application):
        accept = True
    modes = ["C"] * accept + ["A"] * (application and not answer.later)
    return [_written(found, said, mode, now, control_id + "-A" * n, raw) for n, mode in enumerate(modes)]


def application_number(answer: Answer) -> str:
    """MSH-10 of `application_ack`: ours, and the same each time that it is said."""
    return f"{answer.reference}-A"


def application_ack(raw: bytes, answer: Answer) -> bytes:
    """AA, AE or AR about `raw` as a message of its own, said after the commit. It asks for a commit and never for an application's word.

    Made of the message's header alone (and of an RRI's segments): no text of ours names a patient. Always the same bytes.
    """
    assert answer.at is not None
    return _written(_sender(raw), answer, "A", answer.at, application_number(answer), raw, asks=("AL", "NE"))


def _is_asked(asked: str, verdict: Verdict) -> bool:
    if asked in ("ER", "SU"):
        return (asked == "SU") == (verdict is Verdict.STORED)
    return asked == "AL"


def _is_acknowledgement(shared: Shared) -> bool:
    kind = shared.fields[9]
    return kind[:3].upper() == "ACK" and kind.split(shared.marks.component, 1)[0].strip().upper() == "ACK"


def _judged(found: Opened, answer: Answer) -> Answer:
    if answer.verdict is Verdict.STORED and found.number in ("", NULL):
        return Answer(Verdict.REFUSED, "", "no_control_id", "MSH-10 is missing")
    return answer


def _written(
    found: Opened, answer: Answer, mode: str, now: datetime, control_id: str, raw: bytes = b"", *, asks: tuple[str, ...] = ()
) -> bytes:
    shared = found.shared
    fields, marks = shared.fields, shared.marks
    between = marks.field
    again = _said_again(raw, answer, fields, marks) if answer.repeats and mode == "A" else []
    name = "RRI" if again else "ACK"
    before, middle, after = _as_ever(shared.line, name, asks) if shared.line else _header_of(fields, marks, name, asks)
    lines = [f"{before}{stamp(now)}{middle}{marks.escaped(control_id)}{after}"]
    about = found.number or marks.escaped(answer.control_id)
    said = f"MSA{between}{mode}{_LETTER[answer.verdict]}{between}{about}"
    lines.append(f"{said}{between}{marks.escaped(answer.text)}" if answer.text else said.rstrip(between))
    if answer.verdict is not Verdict.STORED:
        lines.append(_error_line(fields[12], answer, marks))
    lines += [*again, ""]
    return "\r".join(lines).encode("latin-1", "replace")  # the sender's own bytes, read as latin-1, come out as they went in


@lru_cache(maxsize=512)
def _as_ever(line: bytes, name: str, asks: tuple[str, ...]) -> tuple[str, str, str]:
    """`_header_of`, worked out once for all that one sender sends of one kind."""
    shared = opened(line).shared
    return _header_of(shared.fields, shared.marks, name, asks)


def _header_of(fields: list[str], marks: Marks, name: str, asks: tuple[str, ...]) -> tuple[str, str, str]:
    """The header of an acknowledgement: what stands before its time, between that and our number, and behind the number.

    `asks`: its own MSH-15 and MSH-16.
    """
    between = marks.field
    event = fields[9].split(marks.component, 2)[1:2]
    structure = f"RRI_{event[0]}" if name == "RRI" else name
    kind = marks.component.join((name, event[0], structure)) if event and event[0] else name
    before = between.join(("MSH", marks.msh2, fields[5], fields[6], fields[3], fields[4], ""))
    behind = ["", fields[11] or "P", fields[12] or "2.5", "", "", *(asks or ("", "")), "", _charset(fields[18], marks)]
    return before, between.join(("", "", kind, "")), between.join(behind).rstrip(between)


def _said_again(raw: bytes, answer: Answer, fields: list[str], marks: Marks) -> list[str]:
    """The segments of a stored referral that its answer repeats, byte for byte; none for any other message."""
    is_referral = fields[9].upper().startswith("REF" + marks.component) and len(fields[9]) > 4
    if not answer.repeats or answer.verdict is not Verdict.STORED or not is_referral:
        return []
    begins = tuple(name + marks.field for name in answer.repeats)
    return [line for line in raw.decode("latin-1").replace("\n", "\r").split("\r") if line.startswith(begins)]


def _sender(raw_or_header: bytes | MessageHeader) -> Opened:
    """The delimiters and the MSH fields, as sent, of the message that is answered."""
    if isinstance(raw_or_header, MessageHeader):
        shared = Shared(STANDARD, _fields_of(raw_or_header), "AL" if raw_or_header.wants_accept else "")
        return Opened(shared, "", shared.fields[10])
    try:
        return opened(header_line(raw_or_header))
    except Unreadable:
        return Opened(Shared(STANDARD, [""] * 26), "", "")


def _fields_of(header: MessageHeader) -> list[str]:
    texts = {
        3: header.sending_application,
        4: header.sending_facility,
        5: header.receiving_application,
        6: header.receiving_facility,
        10: header.control_id,
        12: header.version,
    }
    fields = {n: STANDARD.escaped(text) for n, text in texts.items()}
    fields |= {9: header.kind}
    return [fields.get(n, "") for n in range(26)]


@lru_cache(maxsize=64)
def _charset(stated: str, marks: Marks) -> str:
    # What we write ourselves is ASCII, and so right in any character set that we echo.
    first = stated.partition(marks.repetition)[0].partition(marks.component)[0]
    return first if codec_named(first) else ""


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
