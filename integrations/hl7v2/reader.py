"""exchange.Reader for HL7 v2: the header without a parser, the message through its profile."""

from __future__ import annotations

from integrations.profiles import load
from mdo_portal.exchange import Incoming, MessageHeader, Unreadable

from .change import change
from .er7 import Message, codec_of
from .header import read_header
from .places import placed
from .referral import referral
from .segment import Segment


class Hl7Reader:
    """Reads what hospitals send over MLLP. Holds no state."""

    def header(self, raw: bytes) -> MessageHeader:
        """Enough to keep and to answer. Raises Unreadable: no_header, hostile_delimiters, undecodable."""
        return read_header(raw)

    def charset(self, raw: bytes, profile: str, charset: str = "") -> str:
        """The character set that reads the message and who said so: the link, MSH-18, or else the bytes (`utf-8`, `cp1252`)."""
        if raw.isascii():
            return "ascii"
        try:
            return " ".join(codec_of(raw, charset or _profile_charset(profile)))
        except Unreadable:
            return ""

    def read(self, raw: bytes, profile: str, charset: str = "") -> Incoming:
        """What the message means under `profile`; `charset` is what the link is known to send.

        Raises Unreadable (no_header, hostile_delimiters, undecodable, too_large, unknown_kind, no_patient, broken) and
        KeyError for a profile that is not there.
        """
        rules = load(profile)
        message = Message.parse(raw, charset or rules["charset"])
        kind = "^".join(filter(None, (message.get("MSH-9-1"), message.get("MSH-9-2"))))
        meaning = rules["kinds"].get(kind, "")
        if not meaning:
            raise Unreadable("unknown_kind", "MSH-9")
        pid = _patient_segment(message)
        if meaning == "referral":
            return placed(referral(message, pid, rules), message, rules)
        return placed(change(message, pid, rules, merge=meaning == "merge"), message, rules)


def _profile_charset(profile: str) -> str:
    try:
        return str(load(profile)["charset"])
    except KeyError:
        return ""


def _patient_segment(message: Message) -> Segment:
    """The one PID. Two messages or two patients in one frame must never be read as one case."""
    if len(message.all("MSH")) != 1:
        raise Unreadable("broken", "MSH")
    found = message.all("PID")
    if not found:
        raise Unreadable("no_patient", "PID")
    if len({(pid.as_sent(3), pid.as_sent(5)) for pid in found}) > 1:
        raise Unreadable("broken", "PID(1)")
    return found[0]
