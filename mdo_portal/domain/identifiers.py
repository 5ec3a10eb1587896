"""Numbers of things and people: our own ids, and the BSN as a checked value."""

from __future__ import annotations

import os
import time
import uuid


def new_id() -> uuid.UUID:
    """A random id whose first half is the time (UUID version 7), so that rows lie in order of arrival."""
    millis = time.time_ns() // 1_000_000
    value = (millis << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)


def is_bsn_shaped(text: str) -> bool:
    """Nine digits. Says nothing about whose number it is."""
    return len(text) == 9 and text.isascii() and text.isdigit()


def passes_eleven_test(bsn: str) -> bool:
    """The elfproef of Dutch BSNs: 9·a + 8·b + … + 2·h − i is a multiple of 11; nine zeros are nobody. Flags, never refuses."""
    if not is_bsn_shaped(bsn) or bsn == "000000000":
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(weight * int(digit) for weight, digit in zip(weights, bsn, strict=True)) % 11 == 0


def masked_bsn(bsn: str) -> str:
    """`•••••••11`: enough to compare with a card, too little to copy."""
    return "•••••••" + bsn[-2:] if bsn else ""
