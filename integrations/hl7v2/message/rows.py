"""Fields of a form that stand on one line: in columns, or in the cells of a table."""

from __future__ import annotations

import re
from collections.abc import Collection

from integrations.letter_end import HEAD, USUAL


def in_columns(line: str) -> list[str]:
    """The fields that a form prints on one line, each with its heading."""
    gaps = [one for one in _GAP.finditer(line) if not _FREE.match(line, one.end())] if USUAL.match(line.strip()) else []
    ends = (*(one.start() for one in gaps), len(line))
    return [line[start:end] for start, end in zip((0, *(one.end() for one in gaps)), ends, strict=True)]


_GAP = re.compile(rf"(?<=\S)(?: {{3,}}|\t+ *)(?={HEAD}:\s)")
_FREE = re.compile(r"(?:opties?|keuze|let op|n\.?b\.?|graag|specifiek|concreet|alternatie(?:f|ven))\b", re.IGNORECASE)


def answered(text: str) -> str:
    """A text in which each question of a form has its answer below it (`Question: Casemanager?`, `Answer: E. Bruin`) with these as fields
    of a form: `Casemanager: E. Bruin`.
    """
    return _ANSWERED.sub(lambda found: f"{found['asked'].rstrip(' ?:')}: {found['said']}", text) if ANSWER.search(text) else text


ANSWER = re.compile(r"(?:answer|antwoord) ?\d{0,2} ?:", re.IGNORECASE)
_ANSWERED = re.compile(
    r"^[ \t]*(?:[\w-]+ ){0,3}(?:question|vraag) ?\d{0,2} ?:[ \t]*(?P<asked>[^\n]{2,100}?)[ \t]*\n?[ \t]*"
    r"(?:answer|antwoord) ?\d{0,2} ?:[ \t]*(?P<said>[^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)


def rows(text: str, headings: Collection[str]) -> list[str]:
    """What stands behind one of these at the beginning of a line, as the cells of a table are written (`Urgentie Spoed`): anything may."""
    lines = (re.sub(r"\s+", " ", line).strip(" |") for line in text.split("\n"))
    found = [(line, one) for line in lines for one in headings if line[: len(one) + 1].casefold() == f"{one} "]
    return [line[len(one) :].strip(" |") for line, one in found]


def row_of(line: str, headings: Collection[str]) -> str:
    """What stands behind a heading in a row of a table: in the next cell, or without a colon where it asks
    (`Vraagstelling Borstsparend mogelijk?`).
    """
    if "|" in line or "\t" in line:
        name, *cells = (cell.strip() for cell in _CELL.split(line.strip().strip("|")))
        if any(cells) and name.casefold() in headings:
            return " ".join(filter(None, cells))
    if not line.rstrip().endswith("?"):
        return ""
    shown = line.strip()
    heads = (one for one in headings if len(one) > _SHORT and shown.casefold().startswith(f"{one} "))
    rest = shown[len(max(heads, key=len, default=shown)) :].strip()
    return rest if rest[:1].isupper() else ""


_CELL = re.compile(r"\||\t")
_SHORT = len("question")
"""A word that is no longer may begin any sentence."""
