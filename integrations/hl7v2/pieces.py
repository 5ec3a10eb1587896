"""A document that is longer than its sender can put in one OBX comes in several, each with a piece: here they are one again."""

from __future__ import annotations

import binascii
from collections.abc import Sequence

import pybase64

from .items import Item

PDF = b"JVBERi0"
"""How a PDF begins in base64: nobody's words do."""
_TAIL = 2048


def joined(found: Sequence[Item]) -> Sequence[Item]:
    """The walk over a message, with every piece of a PDF under the OBX that begins it."""
    kept: list[Item] = []
    for item in found:
        if kept and _goes_on(kept[-1], item):
            kept[-1].more.append(item)
            kept[-1].notes += item.notes
            kept[-1].note_labels += item.note_labels
        else:
            kept.append(item)
    return kept


def _goes_on(begun: Item, item: Item) -> bool:
    """The same label and type, no beginning of its own, and what was begun has not ended."""
    one, other = begun.segment, item.segment
    if not one.name == other.name == "OBX" or not one.component(2) == other.component(2) == "ED":
        return False
    if any(one.component(n, c, 0) != other.component(n, c, 0) for n, c in ((3, 1), (3, 2), (5, 2), (5, 3))):
        return False
    sent = bytes(other.octets(5, 5)[: len(PDF)])
    return bool(sent) and bytes(one.octets(5, 5)[: len(PDF)]) == PDF != sent and not _is_over(begun)


def _is_over(begun: Item) -> bool:
    """Whether the PDF so far has its last line. A piece may be cut anywhere, so the letters before it say where a group of four begins."""
    *before, last = [begun, *begun.more]
    if last.loose:
        return False
    skipped = -sum(len(one.segment.octets(5, 5)) for one in before) % 4
    whole = bytes(last.segment.octets(5, 5))[skipped:]
    try:
        return b"%%EOF" in pybase64.b64decode(whole[: len(whole) // 4 * 4][-_TAIL:])
    except (binascii.Error, ValueError):
        return False
