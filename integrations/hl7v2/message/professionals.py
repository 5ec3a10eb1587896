"""A professional at a place of a profile, and what one is called. Who has a role: roles.py."""

from __future__ import annotations

from integrations.hl7v2.message.surnames import is_prefix, prefix_aside, surname, with_prefix
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


def professional_name(name: Repetition, family_at: int) -> str:
    """Title, initials and surname of an XCN or XPN, in which the surname stands at component `family_at`."""
    prefix, own, partner_prefix, partner = (name.component(family_at, s) for s in range(2, 6))
    shown, _ = with_prefix(name.component(family_at), prefix, own, partner)
    family = shown or surname(prefix, own, partner_prefix, partner)
    title, given = name.component(family_at + 4), name.component(family_at + 1)
    if before := prefix_aside(name, family_at):
        family, title = family if prefix else f"{before} {family}", "" if is_prefix(title) else title
    family = family.removesuffix(f", {given.strip()}")  # some write `Jansen, L.^L.`
    return " ".join(filter(None, (title, given.strip(), name.component(family_at + 2), family)))
