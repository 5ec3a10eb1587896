"""Fields of a form that stand on one line: in columns, or in the cells of a table."""

from __future__ import annotations

import re
from collections.abc import Collection

from integrations.hl7v2.message.heading_style import HEAD, USUAL


def in_columns(line: str) -> list[str]:
    """The fields that a form prints on one line, each with its heading."""
    gaps = [one for one in _GAP.finditer(line) if not _FREE.match(line, one.end())] if USUAL.match(line.strip()) else []
    ends = (*(one.start() for one in gaps), len(line))
    return [line[start:end] for start, end in zip((0, *(one.end() for one in gaps)), ends, strict=True)]


_GAP = re.compile(rf"(?<=\S)(?: {{3,}}|\t+ *)(?={HEAD}:\s)")
_FREE = re.compile(r"(?:opties?|keuze|let op|n\.?b\.?|graag|specifiek|concreet|alternatie(?:f|ven))\b", re.IGNORECASE)


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
