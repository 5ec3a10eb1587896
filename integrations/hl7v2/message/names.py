"""What people are called: a patient, a professional, and the prefix of a surname, which senders write before the name, behind it, in a
part of its own, or where HL7 has titles.
"""

from __future__ import annotations

import re
from unicodedata import normalize

from integrations.hl7v2.text.given import given_names
from integrations.hl7v2.text.segment import Repetition
from integrations.person_names import PREFIX, is_prefix
from mdo_portal.exchange import PersonName

_BEHIND = re.compile(rf"([^\s,]+)(?:,\s?((?i:{PREFIX.pattern}))|\s((?:van|de|den|der|ten|ter)(?: (?:de|den|der))?))")
"""A prefix that stands behind its surname (`Vries, de`); without a comma only a Dutch one in small letters (`Vries de`)."""
_OTHER_NAMES = frozenset({"M", "A", "N", "S", "BAD"})  # XPN-7 (table 0200): maiden, alias, nickname, pseudonym, not to be used


def patient_name(names: list[Repetition]) -> PersonName:
    """PID-5: the legal name when marked (`L`), else the first that is none of before. FN.1 is for showing, FN.2-5 are its parts."""
    filled = [name for name in names if name.component(1, 0).strip()]
    present = [name for name in filled if name.component(7).strip() not in _OTHER_NAMES] or filled
    legal = next((name for name in filled if name.component(7).strip() == "L"), present[0] if present else None)
    if legal is None:
        return PersonName()
    family, own_prefix, own, partner_prefix, partner = (_letters(legal.component(1, s)) for s in range(1, 6))
    if not (own_prefix or own or partner) and (behind := _BEHIND.fullmatch(family)):
        own, own_prefix = behind[1], behind[2] or behind[3]
        family = f"{own_prefix} {own}"
    others = _letters(legal.component(3))
    is_before = is_prefix(others) and others.islower() and "." not in others and not (own or own_prefix)  # `Berg^Jan^van der`
    initials, given = given_names(_letters(legal.component(2)), "" if is_before else others)
    if own_prefix == family:  # the surname once more, by who does not know its parts
        own_prefix = ""
    if not (own or own_prefix) and (before := others if is_before else _prefix_aside(legal, 1)):
        own_prefix, own = before, _without(before, family)
        family = f"{before} {own}"
    family, own = _as_shown(family, own_prefix, own, partner_prefix, partner)
    return PersonName(
        family=family,
        own_prefix=own_prefix,
        own_family=own,
        partner_prefix=partner_prefix,
        partner_family=partner,
        initials=initials,
        given=given,
    )


def _without(prefix: str, family: str) -> str:
    """A surname without its prefix, which some write in both places (`van den Berg^Jan^van den`)."""
    return family[len(prefix) + 1 :] if family.casefold().startswith(f"{prefix} ".casefold()) else family


def _letters(part: str) -> str:
    """A letter and its accent as one sign: some send them apart (NFD), and the same name would be another name."""
    return normalize("NFC", part.strip())


def professional_name(name: Repetition, family_at: int) -> str:
    """Title, initials and surname of an XCN or XPN, in which the surname stands at component `family_at`."""
    shown, prefix, own, partner_prefix, partner = (name.component(family_at, s) for s in range(1, 6))
    family, _ = _as_shown(shown, prefix, own, partner_prefix, partner)
    title, given = name.component(family_at + 4), name.component(family_at + 1)
    if before := _prefix_aside(name, family_at):
        family, title = family if prefix else f"{before} {family}", "" if is_prefix(title) else title
    family = family.removesuffix(f", {given.strip()}")  # some write `Jansen, L.^L.`
    return " ".join(filter(None, (title, given.strip(), name.component(family_at + 2), family)))


def _prefix_aside(name: Repetition, family_at: int) -> str:
    """The prefix of a surname where HL7 has titles (`Berg^A^B^^van den`), or what stands behind a name (`Berg^A^B^van den`)."""
    return next(filter(is_prefix, (name.component(family_at + n).strip() for n in (4, 3))), "")


def _as_shown(family: str, prefix: str, own: str, partner_prefix: str, partner: str) -> tuple[str, str]:
    """(the surname to show, one's own name after its prefix) of the parts of a name (FN).

    Some leave FN.1 out: then the partner's stands before one's own. Some write the prefix in FN.2 alone (`Berg&van den&Berg`).
    """
    if not family:
        parts = ((partner_prefix, partner), (prefix, own))
        return " - ".join(filter(None, (" ".join(filter(None, part)) for part in parts))), own
    is_there = family.casefold().startswith(f"{prefix} ".casefold()) or family == prefix
    is_before = own == family or (not own and is_prefix(prefix))
    if not (prefix and is_before) or is_there or (partner and own != family):
        return family, own
    return f"{prefix} {family}", family
