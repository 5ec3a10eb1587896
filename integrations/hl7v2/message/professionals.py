"""A professional at a place of a profile, and what one is called. Who has a role: roles.py."""

from __future__ import annotations

from integrations.hl7v2.message.names import professional_name
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.segment import Repetition
from integrations.hl7v2.text.telephone import is_moment, is_telephone
from mdo_portal.exchange import Contact


def professional(message: Message, place: str) -> Contact | None:
    """The first person or number of an XCN field such as `ORC-12`, of `ORC(1)-12` in the second alone; None when there is none."""
    name, _, n = place.partition("-")
    found = message.all(name[:3])
    for segment in found[int(name[4:-1]) :][:1] if name[3:] else found:
        for one in segment.repetitions(int(n)):
            number = one.component(1).strip()
            if ((number and not is_moment(number)) or one.component(2, 0).strip()) and not is_telephone(one):
                named = professional_name(one, 2)
                is_name = not named and " " in number and not any(map(str.isdigit, number))  # written as one
                return Contact(number, "", authority_of(one)) if is_name else Contact(named, number, authority_of(one))
    return None


def authority_of(xcn: Repetition) -> str:
    """Who gave the number of a professional (`VEKTIS` for AGB)."""
    return xcn.component(9) or xcn.component(9, 2)
