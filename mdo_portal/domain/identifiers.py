"""Numbers of things and people: our own ids, and the BSN as a checked value."""

from __future__ import annotations

import os
import re
import time
import uuid

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""What cannot be seen in a name or number, turns it round or ends a line."""


def new_id() -> uuid.UUID:
    """A random id whose first half is the time to a quarter of a microsecond (UUID version 7): ids made one after the other
    by one process lie in that order, also two events of one transaction.
    """
    millis, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000  # RFC 9562, 6.2 method 3
    chance = int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=(millis << 80) | (0x7 << 76) | (fraction << 64) | (0x2 << 62) | chance)


def is_bsn_shaped(text: str) -> bool:
    """Nine digits. Says nothing about whose number it is."""
    return len(text) == 9 and text.isascii() and text.isdigit()


def typed_bsn(text: str) -> str:
    """A BSN that somebody typed or copied, without the points and blanks that EPDs show in it (`1234.56.782`)."""
    return "".join(letter for letter in UNSEEN.sub("", text) if letter not in ".-" and not letter.isspace())


def typed_number(text: str) -> str:
    """A number or address that somebody typed or copied, without what nobody sees in it: Windows copies a mark of direction along."""
    return UNSEEN.sub("", text).strip()


def passes_eleven_test(bsn: str) -> bool:
    """The elfproef of Dutch BSNs: 9·a + 8·b + … + 2·h − i is a multiple of 11; nine zeros are nobody. Flags, never refuses."""
    if not is_bsn_shaped(bsn) or bsn == "000000000":
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(weight * int(digit) for weight, digit in zip(weights, bsn, strict=True)) % 11 == 0


def masked_bsn(bsn: str) -> str:
    """`•••••••11`: enough to compare with a card, too little to copy."""
    return "•••••••" + bsn[-2:] if bsn else ""
