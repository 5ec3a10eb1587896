"""Comparing the name of a reader with the name of a patient: rules for pointing at lines, never for deciding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from mdo_portal.exchange.surnames import plain

TITLES = frozenset({"dr", "drs", "prof", "mr", "ir", "ing", "mevr", "dhr", "mw", "bc", "msc", "phd"})


@lru_cache(maxsize=4096)
def of_person(shown: str) -> tuple[str, tuple[str, ...]]:
    """`dr. E. van den Hoek` → (`e`, [`hoek`]): first initial and the words of the surname. A lone word is a surname."""
    words = [word for word in shown.split() if word.strip(".").casefold() not in TITLES]
    initials = [word for word in words if re.fullmatch(r"(?:\w{1,2}\.)+", word)]
    rest = [word for word in words if word not in initials]
    if not initials and len(rest) > 1:  # `Aisha Bakker`
        initials, rest = rest[:1], rest[1:]
    return (plain(initials[0])[0][:1] if initials and plain(initials[0]) else ""), plain(" ".join(rest))


def same_surname(person: Sequence[str], *families: str) -> bool:
    """Whether the two share a word of a surname that says something (three letters or more)."""
    own = {word for word in person if len(word) > 2}
    return bool(own) and any(not own.isdisjoint(plain(family)) for family in families if family)
