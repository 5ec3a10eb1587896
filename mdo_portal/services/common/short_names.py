"""How a list names a patient: enough to find a line, too little for a passer-by."""

from __future__ import annotations

import unicodedata
from datetime import date

from mdo_portal.exchange import dotted

#: seen by nobody; ends what is read from right to left (UAX 9). Without it "(1946)" stands before the name, where one seeks initials.
_FROM_HERE_LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"


def short_name(initials: str, given: str, family: str, birth_on: date | None) -> str:
    """`J.P. de Vries (1960)`."""
    return f"{initials_and_family(initials, given, family)} {birth_year(birth_on)}".strip()


def initials_and_family(initials: str, given: str, family: str) -> str:
    """`J.P. de Vries`; a name in Arabic or Hebrew leaves what is written behind it in its place."""
    name = f"{dotted(initials or given[:1])} {family}".strip()
    return name + _FROM_HERE_LEFT_TO_RIGHT if _reads_from_the_right(name) else name


def birth_year(birth_on: date | None) -> str:
    """`(1960)`; nothing when the birth date is not known."""
    return f"({birth_on.year})" if birth_on else ""


def _reads_from_the_right(name: str) -> bool:
    return not name.isascii() and any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in name)
