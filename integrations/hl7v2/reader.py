"""exchange.Reader for HL7 v2: the header without a parser, the message through its profile."""

from __future__ import annotations

from functools import lru_cache

from integrations.hl7v2 import kinds
from integrations.hl7v2.meaning.of_whom import without_numbers
from integrations.hl7v2.meaning.patient_places import placed
from integrations.hl7v2.message.own_numbers import numbers_at
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.text.er7 import Message, codec_of
from integrations.hl7v2.text.header import read_header
from integrations.hl7v2.text.tidy import storable
from integrations.hl7v2.wire.answers import acknowledged
from integrations.profiles import load
from mdo_portal.exchange import Incoming, IncomingReceipt, MessageHeader, Unreadable, Wire, WrongProfile

RRI = ("RF1", "PRD", "CTD", "PID")
"""The segments of an RRI_I12 that come from the referral (HL7 v2.5 11.3.1)."""


class Hl7Reader:
    """Reads what hospitals send over MLLP. Holds no state."""

    def header(self, raw: bytes) -> MessageHeader:
        """Enough to keep and to answer. Raises Unreadable: no_header, hostile_delimiters, undecodable."""
        return read_header(raw)

    def numbers(self, raw: bytes, profile: str) -> tuple[tuple[str, str], ...]:
        """The patient's numbers at the profile's own places, where it has those (`patient.local_number`, `patient.bsn`)."""
        places = _own_places(profile)
        return tuple(("", number) for number in numbers_at(raw, places)) if places else ()

    def repeats(self, kind: str, profile: str) -> tuple[str, ...]:
        """What an RRI says again, for a referral of a link that wants one (`referral.answer`)."""
        if not kind.startswith("REF^"):
            return ()
        try:
            return RRI if load(profile)["referral"].get("answer") == "RRI" else ()
        except (KeyError, WrongProfile):
            return ()  # whoever reads the message tells a person

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

        An acknowledgement that comes by itself is read under the profile of the letters to this hospital: what it means by its codes.

        Raises Unreadable (other_wire, no_header, hostile_delimiters, undecodable, too_large, unknown_kind, no_patient, broken) and
        KeyError for a profile that is not there.
        """
        rules = load(profile)
        if rules["wire"] != Wire.HL7V2:
            raise Unreadable("other_wire")
        message = Message.parse(storable(raw), charset or rules["charset"])
        if message.get("MSH-9-1").strip().upper() == "ACK" and (said := acknowledged(raw, profile)):
            return IncomingReceipt(*said)
        reading = Reading(message, rules)
        return without_numbers(placed(kinds.read(reading), reading), reading)


@lru_cache(maxsize=256)
def _own_places(profile: str) -> tuple[str, ...]:
    try:
        rules = load(profile)["patient"]
    except (KeyError, WrongProfile):
        return ()  # whoever reads the message tells a person
    return tuple(one for name in ("local_number", "bsn") for one in rules[name] if not one.startswith("@"))


def _profile_charset(profile: str) -> str:
    try:
        return str(load(profile)["charset"])
    except KeyError:
        return ""
