"""A document, or a text in RTF, that is longer than its sender can put in one OBX comes in several, each with a piece: here they are
one again.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence

import pybase64

from integrations.hl7v2.message.items import Item
from integrations.hl7v2.message.numbered_lines import FEWEST_TO_ORDER, NumberedLines, by_number, put_in_order
from integrations.hl7v2.text.packed import PDF, is_packed, value_type
from integrations.hl7v2.text.segment import LargeSegment, Segment
from integrations.hl7v2.text.status_codes import said
from integrations.rich_text import is_rich

_NO_WORDS = re.compile(rb"[A-Za-z0-9+/]+=*")
_TAIL = 2048


def joined(found: Sequence[Item]) -> Sequence[Item]:
    """The walk over a message, with every piece of a PDF under the OBX that begins it."""
    put_in_order(found)
    kept: list[Item] = []
    before = 0  # letters of base64 in what stands before the last piece
    is_open, lines = RichLines(), NumberedLines(found)
    for item in found:
        if kept and (is_open.take(kept[-1], item) or _is_line(kept[-1], item, lines)):
            _add(kept[-1], item)
        elif kept and _goes_on(kept[-1], item, before):
            before += len(_letters(_last(kept[-1])))
            _add(kept[-1], item)
        else:
            kept.append(item)
            before = 0
    for item in kept:
        is_text = len(item.more) >= FEWEST_TO_ORDER and value_type(item.segment) in _LINES and not _is_rtf(item)
        if is_text and item.segment.component(4) == item.more[0].segment.component(4):
            by_number([item, *item.more], 1)
    return kept


def _add(begun: Item, item: Item) -> None:
    begun.more.append(item)
    begun.notes += item.notes
    begun.note_labels += item.note_labels


def _is_line(begun: Item, item: Item, lines: NumberedLines) -> bool:
    """Whether an OBX is the next line of a text: nothing tells it apart but the number of its line, and it is no value. Below a note
    another text begins.
    """
    one, other = begun.segment, item.segment
    if not one.name == other.name == "OBX" or begun.order is not item.order or value_type(other) not in _LINES:
        return False
    if isinstance(one, LargeSegment) or isinstance(other, LargeSegment):
        return False  # no line is so long, and to look at one again for each that follows takes long
    is_alike = value_type(one) == value_type(other) and all(one.as_sent(n) == other.as_sent(n) for n in _APART)
    is_alike = is_alike and _status(begun) == _status(item)
    is_alike = is_alike and (one.as_sent(4) == other.as_sent(4) or lines.follows(one, _last(begun).segment, item))
    if not is_alike or any(one.as_sent(n) or other.as_sent(n) for n in _OF_VALUES) or _is_closed(begun, item):
        return False
    return not (begun.notes or begun.loose or item.loose or is_packed(one, 1, 0) or is_packed(other, 1, 0))


def _status(item: Item) -> str:
    """Of a line without one that of its order: many say it on the last line alone."""
    return item.segment.as_sent(11).strip().upper() or said(item.order, 25) or _FINAL


_FINAL = "F"


def _is_closed(begun: Item, item: Item) -> bool:
    """Whether either is RTF or HTML by itself: the other is no line of it. A page of HTML goes on until it ends."""
    first, other = (one.segment.field(5)[:_START] for one in (begun, item))
    if first.lstrip().lower().startswith(_PAGES):
        return "</html" in _last(begun).segment.field(5).lower()
    return is_rich(first.encode()) or is_rich(other.encode())


_START = 600
_PAGES = ("<html", "<!doctype", "<?xml", "<head", "<body")
_LINES = ("TX", "FT")
_APART = (3, 14, 16, 17, 20, 23)
"""What it is, its day, who found it, how and where."""
_OF_VALUES = (6, 7, 8)


class RichLines:
    """A text in RTF of which each OBX has a line: none of them can be read alone. It ends where its first brace is closed."""

    def __init__(self) -> None:
        self._begun: Item | None = None
        self._depth = 0

    def take(self, last: Item, item: Item) -> bool:
        """Whether `item` goes on with `last`."""
        if self._begun is not last:
            self._begun, self._depth = last, _depth(last) if _is_rtf(last) else 0
        one, other = last.segment, item.segment
        if self._depth <= 0 or other.name != "OBX" or any(one.component(n, 1) != other.component(n, 1) for n in (2, 3)):
            return False
        if _is_rtf(item):  # another begins
            return False
        self._depth += _depth(item)
        return True


def _is_rtf(item: Item) -> bool:
    return item.segment.name == "OBX" and value_type(item.segment) in _WORDS and item.segment.field(5).lstrip()[:5] == "{\\rtf"


def _depth(item: Item) -> int:
    text = _ESCAPED.sub("", "\n".join((item.segment.field(5), *item.loose_texts)))
    return text.count("{") - text.count("}")


_WORDS = ("TX", "FT", "ST")
_ESCAPED = re.compile(r"\\[{}\\]")
"""A brace that is a letter."""


def _goes_on(begun: Item, item: Item, before: int) -> bool:
    """The same label and type, no beginning of its own, and what was begun has not ended."""
    one, other = begun.segment, item.segment
    if not one.name == other.name == "OBX" or bytes(one.octets(5, _place(one))[: len(PDF)]) != PDF:
        return False
    told = () if _is_bare(other) else ((5, 2), (5, 3))
    if any(one.component(n, c, 0) != other.component(n, c, 0) for n, c in ((2, 1), (3, 1), (3, 2), *told)):
        return False
    sent = other.octets(5, _place(other))
    is_piece = bool(sent) if _place(other) == _DOCUMENT else _NO_WORDS.fullmatch(sent) is not None
    return is_piece and bytes(sent[: len(PDF)]) != PDF and not _is_over(begun, before)


def _place(segment: Segment) -> int:
    """The component with the bytes: what is called a text has no other, nor has a piece without what stands before its bytes."""
    return _DOCUMENT if value_type(segment) == "ED" and not _is_bare(segment) else 1


def _is_bare(segment: Segment) -> bool:
    return bool(segment.octets(5, 1)) and not any(segment.octets(5, n) for n in (2, 3, 4, _DOCUMENT))


_DOCUMENT = 5


def _last(begun: Item) -> Item:
    return begun.more[-1] if begun.more else begun


def _letters(piece: Item) -> bytes:
    """Base64 without the line ends in it, which some send as escapes and others bare."""
    texts = (piece.segment.component(5, _place(piece.segment), 0), *piece.loose_texts)
    return b"".join("".join(texts).encode("ascii", "replace").split())


def _is_over(begun: Item, before: int) -> bool:
    """Whether the PDF so far has its last line. A piece may be cut anywhere, so the letters before it say where a group of four begins."""
    whole = _letters(_last(begun))[-before % 4 :].rstrip(b"=")
    tail = whole[max(0, len(whole) - _TAIL) // 4 * 4 :]
    try:
        return b"%%EOF" in pybase64.b64decode(tail + b"=" * (-len(tail) % 4))
    except (binascii.Error, ValueError):
        return False
