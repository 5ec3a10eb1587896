"""The text of a note (NTE), also where it stands a field or two beside its own."""

from __future__ import annotations

from integrations.hl7v2.text.about import with_about
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.tidy import shown
from integrations.hl7v2.text.values import coded, lines_of, text_of


def note(segment: Segment) -> str:
    """NTE-3."""
    return _at(segment, 3)


def note_aside(segment: Segment) -> str:
    """What a note without a text says in another field: who wrote it (NTE-2), its number (NTE-1), what kind it is (NTE-4), or by a code
    (NTE-9, v2.9).

    A name or a code is none: it says something in three words, or ends as a sentence.
    """
    said = next((one for one in (_at(segment, n) for n in (2, 1) if segment.as_sent(n)) if _tells(one)), "")
    kind = segment.component(4, 1, 0)
    return said or (kind if _tells(kind) else "") or "; ".join(filter(None, map(coded, segment.repetitions(9))))


def _at(segment: Segment, n: int) -> str:
    return shown("\n".join(with_about([lines_of(text_of(one)) for one in segment.repetitions(n)], segment.repetition)))


def _tells(said: str) -> bool:
    return any(map(str.islower, said)) and (len(said.split()) > _FEW or said.rstrip()[-1:] in (".", "?", "!"))


_FEW = 2
"""Words of a department that wrote a note."""
