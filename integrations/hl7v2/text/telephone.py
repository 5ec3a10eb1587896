"""A telephone number of a message; and what stands in such a place, or in that of a person, and is neither."""

from __future__ import annotations

import re

from integrations.hl7v2.text.segment import Repetition, Segment

_MOMENT = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])[0-2]\d[0-5]\d(?:[0-5]\d)?")


def is_moment(text: str) -> bool:
    """Whether these are a day and a time, written as one number: what stands in the place of a person or a telephone is neither."""
    return len(text) in (12, 14) and _MOMENT.fullmatch(text) is not None


_NO_TELEPHONE = ("FX", "INTERNET", "X.400")
"""XTN-3 (table 0202) of what nobody speaks through."""


def telephone(segment: Segment, n: int) -> str:
    """The first telephone number in a field of those (XTN); "" when there is none."""
    found = (_telephone(one) for one in segment.repetitions(n) if one.component(3).upper() not in _NO_TELEPHONE)
    return next(filter(None, found), "")


def is_called(text: str) -> bool:
    """Whether one can call or write there: the name of a ward is no number."""
    return any(map(str.isdigit, text)) or "@" in text


def spoken(xtn: Repetition) -> str:
    """The number or address of an XTN without the codes for what it is of; "" when there is none."""
    return _telephone(xtn) or xtn.component(4).strip()


_USES = frozenset({"PRN", "ORN", "WPN", "VHN", "ASN", "EMR", "NET", "BPN"})
_THROUGH = frozenset({"PH", "FX", "MD", "CP", "BP", "INTERNET", "X.400", "TDD", "TTY", "SAT"})
_DIALLED = re.compile(r"[+(][\d() .+/-]{6,}")


def is_telephone(xtn: Repetition) -> bool:
    """Whether a number to call stands there, in the place of a person: by what it is of (tables 0201, 0202), or as it is written."""
    is_dialled = _DIALLED.fullmatch(xtn.component(1).strip()) is not None and not xtn.component(2).strip()
    return is_dialled or xtn.component(2).strip().upper() in _USES or xtn.component(3).strip().upper() in _THROUGH


def is_number_of_a_thing(text: str) -> bool:
    """Whether this is letters and digits in one, as the number of an order (`RAD20250415001`) is: nobody is called there."""
    return _CODE.fullmatch(text) is not None


_CODE = re.compile(r"[A-Za-z]+\d\w*|\d+[A-Za-z]+")


_LONGEST_EXTENSION = 5
_DIGITS = re.compile(r"[+(]?\d[\d() .+/-]{5,}")
"""Only that: beside the parts (XTN-9, 10) words belong."""


def _telephone(xtn: Repetition) -> str:
    """As one text (XTN-1 or XTN-12), else its parts: country, area, number and extension. A code, a moment or a letter is none."""
    whole = xtn.component(1).strip() or xtn.component(12).strip()
    whole = "" if _CODE.fullmatch(whole) or is_moment(whole) or not is_called(whole) else whole
    country, area, number, extension = (xtn.component(c).strip() for c in (5, 6, 7, 8))
    if whole or not re.search(r"\d", number):
        return whole or next((one for one in (xtn.component(c).strip() for c in (9, 10)) if _DIGITS.fullmatch(one)), "")
    is_number = len(extension) > _LONGEST_EXTENSION  # one component late, as is the area then
    last = extension if is_number else extension and f"x{extension}"
    return " ".join(filter(None, (f"+{country.lstrip('+')}" if country else "", area, number, last)))
