"""The words of a surname, however it was written: `van den Hoek-Bâ`, `HOEK VAN DEN`."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

PREFIXES = frozenset({"van", "de", "der", "den", "het", "t", "te", "ten", "ter", "in", "op", "el", "al", "von", "du", "la", "le"})


# The same names come back with every look of eight weeks: taken apart each time, the web process was busy for seconds.
@lru_cache(maxsize=4096)
def plain(name: str) -> tuple[str, ...]:
    """The words of a surname without prefixes, accents and hyphens: `van den Hoek-Bâ` → hoek, ba."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))
    return tuple(word for word in re.split(r"[^a-z]+", bare) if word and word not in PREFIXES)


def are_unlike(one: str, other: str) -> bool:
    """Whether two surnames have no word in common. What cannot be taken apart (no surname, another script) is unlike nothing."""
    words, others = plain(one), plain(other)
    return bool(words and others) and set(words).isdisjoint(others)
