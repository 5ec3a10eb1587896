"""Lines of a text and pieces of a document by their sender's own numbers: which goes on with which, and in which order.

Such a text has its number on every line (OBX-4), from 0 or 1 and each once: not what is told of a first and a second material.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import groupby

from integrations.hl7v2.message.items import Item, line_of
from integrations.hl7v2.text.packed import PDF, place_of, value_type
from integrations.hl7v2.text.segment import LargeSegment, Segment

_DOCUMENT, _TEXT = "ED", "TX"
"""What is sent line by line. A formatted text (FT) has its lines within it: there OBX-4 says of which material it is."""
_FIRST = ("0", "1")
_LONGEST = 9
"""Digits of a number that counts anything."""
_FEWEST = 3
"""Lines of a text that is sent so."""


class NumberedLines:
    """What the numbers of a message count; asked only where one comes behind another."""

    def __init__(self, found: Sequence[Item]) -> None:
        self._found = found

    def follows(self, first: Segment, last: Segment, item: Item) -> bool:
        """Whether `item` is the line behind `last` of the text that `first` begins."""
        number, following = last.field(4).strip(), item.segment.field(4).strip()
        is_counted = all(one.isdecimal() and len(one) <= _LONGEST for one in (number, following))
        if not is_counted or int(following) != int(number) + 1:
            return False
        return first.field(4).strip() in _FIRST and value_type(first) == _TEXT and _text_of(item) not in self._others

    @cached_property
    def _others(self) -> set[tuple[int, str]]:
        """Texts of which a number comes twice, or has several lines under it; and two of one name may be two of a kind."""
        seen: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
        for item in self._found:
            if item.segment.name == "OBX" and not isinstance(item.segment, LargeSegment):
                is_several = item.loose or "\n" in item.segment.field(5)
                seen[_text_of(item)] += [item.segment.field(4).strip()] * (2 if is_several else 1)
        return {text for text, numbers in seen.items() if len(numbers) < _FEWEST or len(set(numbers)) < len(numbers)}


def _text_of(item: Item) -> tuple[int, str]:
    return id(item.order), item.segment.as_sent(3)


FEWEST_TO_ORDER = 2
"""Lines behind the first: of two the wrong number may be a slip."""


def put_in_order(found: Sequence[Item]) -> None:
    """The lines of each text by OBX-4, and the pieces of each document by that, else by OBX-1, before any is joined with the next."""
    for line, alike in groupby(found, _of_numbered):
        if line is not None and len(every := list(alike)) > FEWEST_TO_ORDER:
            if line[0] == _DOCUMENT:
                _pieces_in_order(every)
            elif not any(one.notes or one.loose for one in every):
                by_number(every, 4)


def _of_numbered(item: Item) -> tuple[str, int, str] | None:
    """Of what an OBX may be a line or a piece; None when it is neither. Asked of every one: by its type alone."""
    if item.segment.name != "OBX" or (kind := item.segment.component(2)) not in (_DOCUMENT, _TEXT):
        return None
    return (kind, *line_of(item)) if kind == _DOCUMENT or item.segment.component(4) else None


def _pieces_in_order(pieces: Sequence[Item]) -> None:
    """Only where one of them begins as a PDF: the others are no documents by themselves."""
    begun = [one for one in pieces if bytes(one.segment.octets(5, place_of(one.segment, 0))[: len(PDF)]) == PDF]
    if len(begun) == 1 and not any(one.notes for one in pieces):
        by_number(pieces, 4 if begun[0].segment.component(4) else 1)


def by_number(lines: Sequence[Item], field: int) -> None:
    """These lines by the numbers in a field, where they are so many in a row, each once, and stand in another order."""
    said = [one.segment.field(field).strip() for one in lines]
    if not all(one.isdecimal() and len(one) <= _LONGEST for one in said):
        return
    sent = {int(number): (line.segment, line.loose) for number, line in zip(said, lines, strict=True)}
    wanted = sorted(sent)
    if len(sent) == len(said) and wanted == list(range(wanted[0], wanted[0] + len(wanted))):
        for line, n in zip(lines, wanted, strict=True):
            line.segment, line.loose = sent[n]
