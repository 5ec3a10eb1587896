"""OBX lines that came in another order than their sender's own numbers: lines of a text, pieces of a document."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from integrations.hl7v2.message.items import Item, line_of
from integrations.hl7v2.message.numbered_lines import LONGEST
from integrations.hl7v2.text.packed import PDF, place_of

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


_DOCUMENT, _TEXT = "ED", "TX"


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
    if not all(one.isdecimal() and len(one) <= LONGEST for one in said):
        return
    sent = {int(number): (line.segment, line.loose) for number, line in zip(said, lines, strict=True)}
    wanted = sorted(sent)
    if len(sent) == len(said) and wanted == list(range(wanted[0], wanted[0] + len(wanted))):
        for line, n in zip(lines, wanted, strict=True):
            line.segment, line.loose = sent[n]
