"""What a message says it is: MSH-9, also as senders write it who know older versions only, or only the structure."""

from __future__ import annotations

import re

from integrations.hl7v2.text.er7 import Message

SAID_ALONE = {
    "ORU": "R01",
    "ORM": "O01",
    "OMG": "O19",
    "OML": "O21",
    "REF": "I12",
    "ORU_R01": "R01",
    "ORM_O01": "O01",
    "OMG_O19": "O19",
    "OML_O21": "O21",
}
"""MSH-9 without an event (HL7 2.1 and 2.2 have none for results and orders), or with a structure in its place: the only event there is.

A structure that belongs to several events is not here: SIU_S12 is a booking and its withdrawal alike. REF by itself is: who knows
no events sends referrals and nothing else.
"""


_EVENT = re.compile(r"[A-Z]\d\d")


def kind_of(message: Message) -> str:
    """`ORU^R01`: kind and event. What MSH-9 leaves out of it its structure says (`^^ORU_R01`), where that has one event."""
    said, event = _said(message), event_of(message)
    event = event or SAID_ALONE.get(said, "")
    return "^".join(filter(None, (said.partition("_")[0] if event else said, event)))


def event_of(message: Message) -> str:
    """The event alone, `A08`; "" when the message says none. Where MSH-9 has none EVN-1 says which, as in HL7 2.1."""
    if said := message.get("MSH-9-2").strip().upper():
        return said
    said = message.get("EVN-1-1").strip().upper()
    return said if _EVENT.fullmatch(said) else ""


def _said(message: Message) -> str:
    """MSH-9.1, else MSH-9.3."""
    return message.get("MSH-9-1").strip().upper() or message.get("MSH-9-3").strip().upper()
