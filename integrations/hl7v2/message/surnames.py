"""Surnames with their prefixes, which senders write before the name, behind it, in a part of its own, or where HL7 has titles."""

from __future__ import annotations

import re

from integrations.hl7v2.text.segment import Repetition

PREFIX = re.compile(
    r"(?:(?:van|von|de|den|der|het|in|op|aan|bij|uit|te|ten|ter|la|le|du|da|del|el|'t|'s|v\.? ?d\.?|v/d|v\.) ?)+", re.IGNORECASE
)
"""A Dutch prefix of a surname where HL7 has titles (XPN-5, `Berg^A^B^^van den`); `dr.` or `mw.` is none."""


def is_prefix(text: str) -> bool:
    """Whether it is the prefix of a surname and nothing else."""
    return PREFIX.fullmatch(text.strip()) is not None


def prefix_aside(name: Repetition, family_at: int) -> str:
    """The prefix of a surname where HL7 has titles (`Berg^A^B^^van den`), or what stands behind a name (`Berg^A^B^van den`)."""
    return next(filter(is_prefix, (name.component(family_at + n).strip() for n in (4, 3))), "")


def with_prefix(family: str, prefix: str, own: str, partner: str) -> tuple[str, str]:
    """(the surname to show, the name after its prefix): some write the prefix in FN.2 and leave it out of FN.1 (`Berg&van den&Berg`)."""
    is_there = family.casefold().startswith(f"{prefix} ".casefold()) or family == prefix
    is_before = own == family or (not own and is_prefix(prefix))
    if not (family and prefix and is_before) or is_there or (partner and own != family):
        return family, own
    return f"{prefix} {family}", family


def surname(own_prefix: str, own: str, partner_prefix: str, partner: str) -> str:
    """As it is shown where a name comes in parts: that of the partner, then one's own."""
    own_part = " ".join(filter(None, (own_prefix, own)))
    partner_part = " ".join(filter(None, (partner_prefix, partner)))
    return " - ".join(filter(None, (partner_part, own_part)))
