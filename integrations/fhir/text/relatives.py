"""Whose it is what stands under a heading of a form or a letter: a relative's or a donor's, by the words of the heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize

_SOMEBODY = re.compile(
    r"\b(familie(?!naam|name|nname|nstand)\w*|family|famille)\b"  # what runs in families (`familiair`) is the patient's own
    r"|^\W*(biologische |eigen )?(moeder|vader|ouders?|broers?|zus|zussen|zusters?|kind|kinderen|zoon|zonen|dochters?|oma|opa"
    r"|grootmoeder|grootvader|grootouders?|tantes?|ooms?|partner|echtgeno(o)?te?|mother|father|parents?|brothers?|sisters?|siblings?"
    r"|child|children|daughters?|grandmother|grandfather|aunts?|uncles?|spouse|husband|wife|mutter|vater|eltern|bruder|schwester|tochter"
    r"|sohn|donor|foetus|fetus|baby)\b",
    re.IGNORECASE,
)


def is_of_somebody(heading: str) -> bool:
    """Whether what stands under it is of another than the patient."""
    return _SOMEBODY.search(normalize("NFC", heading)) is not None


def from_somebody(above: Sequence[str]) -> tuple[str, ...]:
    """Of the headings above something those from the first that names another person; () when none does."""
    first = next((number for number, one in enumerate(above) if is_of_somebody(one)), None)
    return () if first is None else tuple(above[first:])
