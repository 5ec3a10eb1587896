"""exchange.Reader for HL7 v2: the header without a parser, the message through its profile."""

from __future__ import annotations

from integrations.profiles import load
from mdo_portal.exchange import Incoming, MessageHeader

from . import kinds
from .er7 import Message
from .header import read_header


class Hl7Reader:
    """Reads what hospitals send over MLLP. Holds no state."""

    def header(self, raw: bytes) -> MessageHeader:
        """Enough to keep and to answer. Raises Unreadable: no_header, hostile_delimiters, undecodable."""
        return read_header(raw)

    def read(self, raw: bytes, profile: str, charset: str = "") -> Incoming:
        """What the message means under `profile`; `charset` is what the link is known to send.

        Raises Unreadable (no_header, hostile_delimiters, undecodable, too_large, unknown_kind, no_patient, broken) and
        KeyError for a profile that is not there.
        """
        rules = load(profile)
        return kinds.read(Message.parse(raw, charset or rules["charset"]), rules)
