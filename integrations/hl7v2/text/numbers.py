"""Patient numbers (CX) as the sender gave them: used before parsing by the header and after it by the reader."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import NamedTuple

from integrations.hl7v2.text.segment import Repetition, Segment
from integrations.times import is_an_end


class Number(NamedTuple):
    """One number. Who gave it is a name (CX.4.1), an OID (CX.4.2) or both: a name of the hospital's own must not hide the OID."""

    authority: str  # the name, else the OID
    number: str
    kind: str
    oid: str
    until: str = ""  # CX.8: it has an end

    def is_of(self, systems: Container[str]) -> bool:
        """Whether one of these, in capitals, gave the number: by its name or by its OID."""
        return any(one.strip().upper().removeprefix("URN:OID:") in systems for one in (self.authority, self.oid))


BSN_DIGITS = 9
_NAMED = re.compile(r"BSN[ .:-]*([0-9]{8,9})", re.IGNORECASE)
_GROUPS = re.compile(r"[0-9][0-9 .\-]*[0-9]")


def ungrouped(number: str) -> str:
    """The digits of a number that is written in groups (`9999.11.120`), or behind its name (`BSN: 999911120`); any other as it is."""
    if named := _NAMED.fullmatch(number):
        return named[1]
    return re.sub(r"[ .\-]", "", number) if not number.isalnum() and _GROUPS.fullmatch(number) else number


def identifies(number: str) -> bool:
    """Whether this can be the number of a referral: a letter or two, as of its status (table 0283), are none; nor are two lines."""
    return "\n" not in number and (len(number) > 2 or any(sign.isdigit() for sign in number))


MOST_NUMBERS = 32


def numbers(segment: Segment, n: int) -> list[Number]:
    """Every repetition of field `n` that has a number; nobody has more than MOST_NUMBERS."""
    found = (_number(one) for one in segment.repetitions(n, MOST_NUMBERS))
    return [one for one in found if one.number]


def _number(cx: Repetition) -> Number:
    name, oid = cx.component(4, 1).strip(), cx.component(4, 2).strip()
    until = cx.component(8).strip() if cx.has(8) else ""
    return Number(name or oid, cx.component(1).strip(), cx.component(5).strip(), oid, until if is_an_end(until) else "")
