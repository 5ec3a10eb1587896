"""A text of which every line has its number in OBX-4, from 0 or 1 and each once: not what is told of a first and a second material."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from integrations.hl7v2.message.items import Item
from integrations.hl7v2.text.packed import value_type
from integrations.hl7v2.text.segment import LargeSegment, Segment

_TEXT = "TX"
"""What is sent line by line. A formatted text (FT) has its lines within it: there OBX-4 says of which material it is."""
_FIRST = ("0", "1")
LONGEST = 9
"""Digits of a number that counts anything."""
_FEWEST = 3
"""Lines of a text that is sent so."""


class NumberedLines:
    """What the numbers of a message count; asked only where one comes behind another."""

    def __init__(self, found: Sequence[Item]) -> None:
        self._found = found
        self._other: set[tuple[int, str]] | None = None

    def follows(self, first: Segment, last: Segment, item: Item) -> bool:
        """Whether `item` is the line behind `last` of the text that `first` begins."""
        number, following = last.field(4).strip(), item.segment.field(4).strip()
        is_counted = all(one.isdecimal() and len(one) <= LONGEST for one in (number, following))
        if not is_counted or int(following) != int(number) + 1:
            return False
        return first.field(4).strip() in _FIRST and value_type(first) == _TEXT and _text_of(item) not in self._others()

    def _others(self) -> set[tuple[int, str]]:
        """Texts of which a number comes twice, or has several lines under it; and two of one name may be two of a kind."""
        if self._other is None:
            seen: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
            self._other = set()
            for item in self._found:
                if item.segment.name == "OBX" and not isinstance(item.segment, LargeSegment):
                    seen[_text_of(item)].append(item.segment.field(4).strip())
                    if item.loose or "\n" in item.segment.field(5):
                        self._other.add(_text_of(item))
            self._other |= {text for text, numbers in seen.items() if len(numbers) < _FEWEST or len(set(numbers)) < len(numbers)}
        return self._other


def _text_of(item: Item) -> tuple[int, str]:
    return id(item.order), item.segment.as_sent(3)
