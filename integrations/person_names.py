"""Words that are somebody's name, and the prefix of a surname. The same over every wire."""

from __future__ import annotations

import re

PREFIX = re.compile(
    r"(?:(?:van|von|de|den|der|het|in|op|aan|bij|uit|te|ten|ter|la|le|du|da|del|el|'t|'s|v\.? ?d\.?|v/d|v\.) ?)+", re.IGNORECASE
)
"""A Dutch prefix of a surname where HL7 has titles (XPN-5, `Berg^A^B^^van den`); `dr.` or `mw.` is none."""


def is_prefix(text: str) -> bool:
    """Whether it is the prefix of a surname and nothing else."""
    return PREFIX.fullmatch(text.strip()) is not None


def is_name(text: str) -> bool:
    """Whether words are somebody's name: a title or a first name before a surname, each with a capital but for titles and prefixes."""
    first, *others = (text.split() if len(text) <= _LONGEST_NAME else ()) or ("",)
    is_said = (
        first.casefold() not in NO_NAMES
        and bool(others)
        and others[-1][:1].isupper()
        and not _FUNCTION.fullmatch(others[-1])
        and not any(one.isdigit() or one == "\n" for one in text)
    )
    return is_said and all(one[0].isupper() or is_prefix(one) or _TITLE.fullmatch(one) for one in (first, *others))


_LONGEST_NAME = 60
NO_NAMES = ("ja", "nee", "geen", "nog", "niet", "onbekend", "zie", "is", "volgt")
"""With these begins what is said in place of a name."""
_FUNCTION = re.compile(r"\w*verpleegkundige|specialist|casemanager|consulent|coördinator|team|chirurg|\w+oloog", re.IGNORECASE)
"""What somebody does: `Verpleegkundig Specialist` is nobody's name."""
_TITLE = re.compile(r"(?:drs?|prof|mw|mevr|dhr|mevrouw|meneer|ir|mr|vs|pa)\.?", re.IGNORECASE)
