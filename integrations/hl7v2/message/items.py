"""The walk over a message: every segment with the notes and loose lines that belong to it, and the order it stands under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from integrations.hl7v2.message.enclosed import Enclosed, enclosed
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.notes import note, note_aside
from integrations.hl7v2.text.packed import is_document
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.values import label, observed

UNDER_ORDER = ("OBR", "OBX", "SPM", "TQ1")
DRUGS = ("RXO", "RXE", "RXD", "RXG", "RXA")
ORDERED = ("OBR", *DRUGS)
"""What an ORC speaks for."""


@dataclass
class Item:
    """One segment that is no NTE, with what follows it."""

    segment: Segment
    position: int  # counted per name, from 1
    order: Segment | None = None  # the OBR above it
    common: Segment | None = None  # of an OBR or a drug: the nearest ORC above it
    notes: list[str] = field(default_factory=list)
    note_labels: list[str] = field(default_factory=list)  # NTE-4.2 of each note
    loose: list[Segment] = field(default_factory=list)  # lines without a name: text with a bare line end in it
    # of an OBX those that go on with it (pieces.py); of a drug when and by which way it is given (TQ1, RXR)
    more: list[Item] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Its path, as in a profile: occurrences count from 0, and the first needs no number."""
        return f"{self.segment.name}({self.position - 1})" if self.position > 1 else self.segment.name

    @cached_property
    def is_document(self) -> bool:
        """Whether it is an OBX with a document: asked many times of each."""
        return is_document(self.segment)

    @cached_property
    def label(self) -> str:
        """What an OBX is about: asked many times of each."""
        return label(self.segment)

    @cached_property
    def enclosed(self) -> list[Enclosed]:
        """The documents in it."""
        return enclosed([(one.segment, one.loose_texts) for one in (self, *self.more)])

    @property
    def text(self) -> str:
        """The value of an OBX with its loose lines and notes."""
        return "\n".join(filter(None, [self._observed, *self.loose_texts, *self.notes]))

    @cached_property
    def _observed(self) -> str:
        return observed(self.segment, [one.segment for one in self.more if one.segment.name == "OBX"])

    @property
    def remarks(self) -> list[tuple[str, str]]:
        """The notes with their names; those without one that follow each other are lines of one, for many break them."""
        found: list[tuple[str, str]] = []
        for text, shown in zip(self.notes, self.note_labels, strict=True):
            if found and not shown and not found[-1][1]:
                found[-1] = (f"{found[-1][0]}\n{text}", "")
            else:
                found.append((text, shown))
        return found

    @property
    def loose_texts(self) -> list[str]:
        """The loose lines up to where the fields of the segment go on."""
        return [line.field(0) for line in self.loose]


def name_of(order: Segment) -> str:
    """What an OBR is called: its code and its words, for many put MDO in the code."""
    return f"{order.component(4)} {words_ordered(order)}"


def words_ordered(order: Segment) -> str:
    """The words for what is ordered: those of the other coding where the first has none at all."""
    return order.component(4, 2, 0) or ("" if order.component(4) else order.component(4, 5, 0) or order.component(4, 9, 0))


def ordered_as(order: Segment) -> str:
    """The words for what is ordered, else its code."""
    return words_ordered(order) or order.component(4)


def line_of(item: Item) -> tuple[int, str]:
    """Of which text an OBX is a line: its order (`id`) and its name."""
    return id(item.order), item.segment.field(3)


def line_of_value(item: Item) -> tuple[int, str] | None:
    return line_of(item) if item.segment.name == "OBX" and not item.is_document else None


def is_around(name: str) -> bool:
    """Whether a segment may stand behind the end of any message: a trailer of its batch, a sender's own, a pointer to what follows."""
    return name in ("BTS", "FTS", "DSC") or name.startswith("Z")


def items(message: Message) -> list[Item]:
    """All of the message, in order; nothing is left out."""
    found: list[Item] = []
    order: Segment | None = None
    counts: dict[str, int] = {}
    common: Segment | None = None
    in_note = specimens_lead = False
    timing: Segment | None = None  # the TQ1 of the order, before its drug
    for segment in message.segments:
        name = segment.name
        if name == "NTE" and found:
            _add_note(_noted(found), segment)
        elif name in ("RXR", "TQ1") and found and found[-1].segment.name in DRUGS:
            found[-1].more.append(Item(segment, len(found[-1].more) + 1))
        elif not name and found:
            if not segment.field(0).strip():
                continue
            _add_loose(found[-1], segment, in_note=in_note)
            continue
        else:
            counts[name] = counts.get(name, 0) + 1
            specimens_lead = specimens_lead or (name == "SPM" and order is None)
            if name == "OBR":
                order = segment
            elif name == "SPM" and specimens_lead:
                order = None  # OUL^R22: what follows is of the next specimen, no longer of the order before it
            common = segment if name == "ORC" else common
            found.append(Item(segment, counts[name], order if name in UNDER_ORDER else None))
            timing = segment if name == "TQ1" else None if name in ("ORC", "OBR") else timing
            found[-1].common = common if name in ("OBR", *DRUGS) else None
            if name in DRUGS and timing is not None:
                found[-1].more.append(Item(timing, 0))
        in_note = name == "NTE"
    return found


def _noted(found: Sequence[Item]) -> Item:
    """What a note speaks of: the segment before it, and behind who found a value (PRT, v2.7) that value."""
    if found[-1].segment.name != "PRT":
        return found[-1]
    before = next((one for one in reversed(found) if one.segment.name != "PRT"), found[-1])
    return before if before.segment.name == "OBX" else found[-1]


def _add_note(item: Item, segment: Segment) -> None:
    text = note(segment)
    if text:
        item.notes.append(text)
        own = "" if segment.component(4) == _REMARK else segment.component(4, 2, 0)
        item.note_labels.append(own or _about(segment.component(2)))
    elif text := note_aside(segment):
        item.notes.append(text)
        item.note_labels.append("")


_REMARK = "RE"
"""NTE-4 (table 0364) of a note that is one: no name of its own."""


def _about(source: str) -> str:
    """NTE-2 in words; of a letter (table 0105: who says it) or a code nothing."""
    is_words = len(source) > _CODE and source[:1].isalpha() and (" " in source or not source.isupper())
    return source if is_words else ""


_CODE = 4
"""Signs of the longest code for who wrote a note."""


def _add_loose(item: Item, line: Segment, *, in_note: bool) -> None:
    if in_note and item.notes:
        item.notes[-1] += "\n" + line.field(0)
    else:
        item.loose.append(line)
