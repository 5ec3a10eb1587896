"""How soon, below its heading in a letter or a note, where no field says it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from integrations.hl7v2.message.headed import below
from integrations.hl7v2.message.labels import how_soon
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.rows import rows
from integrations.hl7v2.text.words import holds_any


def soon(reading: Reading, _: str) -> str:
    """By a word of the profile, or it tells of something else. Below `Urgentie` yes and no say nothing, for of the bladder it is a
    complaint; nor does it in a letter that tells of a visit to the SEH, where it is the triage.
    """
    for called, least in ((reading.labels.headings("urgency"), 0), (frozenset({"urgentie"}), len("YES"))):
        letters = (text for text in with_any(reading, called) if not least or _TRIAGE.search(text) is None)
        lines = (line for text in letters for line in (below(text, called).partition("\n")[0], *rows(text, called)))
        if word := next((one for one in (how_soon(line, reading.profile) for line in lines) if len(one) > least), ""):
            return word
    lines = (line.strip() for text in reading.letters if not _TRIAGE.search(text) for line in text.split("\n", _HEAD)[:_HEAD])
    return next((one for one in lines if _CRIED.fullmatch(one) and how_soon(one, reading.profile)), "").rstrip("! ")


_CRIED = re.compile(r"[A-Z]{4,}[! ]*|[^\W\d_]{4,} ?!+")
"""Above a letter and nothing else on the line: `SPOED`, `Spoed!`"""
_HEAD = 6


_TRIAGE = re.compile(r"\b(?:seh|triage|spoedeisende)\b", re.IGNORECASE)


def with_any(reading: Reading, called: frozenset[str]) -> Iterator[str]:
    """The letters in which one of these stands at all: to look at every line of a long one takes long."""
    return (text for text in reading.letters if holds_any(text.casefold(), called))
