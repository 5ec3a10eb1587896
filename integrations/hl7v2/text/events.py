"""What a message says it is: MSH-9, also as senders write it who know older versions only, or only the structure."""

from __future__ import annotations

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


def kind_of(message: Message) -> str:
    """`ORU^R01`: kind and event. Of an ADT without an event EVN-1 says which, as in HL7 2.1."""
    name, event = message.get("MSH-9-1").strip().upper(), event_of(message)
    if not event and (event := SAID_ALONE.get(name, "")):
        name = name[:3]
    return "^".join(filter(None, (name, event)))


def event_of(message: Message) -> str:
    """The event alone, `A08`; "" when the message says none."""
    said = message.get("MSH-9-2").strip().upper()
    if not said and message.get("MSH-9-1").strip().upper() == "ADT":
        return message.get("EVN-1-1").strip().upper()
    return said
