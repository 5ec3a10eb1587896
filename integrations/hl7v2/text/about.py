"""`~5 cm` for about five: a sign that parts repetitions, and that a writer of a letter means as he typed it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_MEASURE = re.compile(
    r"\d{1,4}(?:[.,x-]\d{1,4})?\s?(?:%|(?:cm|mm|kg|gr?|ml|cc|l|jaar|jr|weken|wk|maanden|mnd|dagen|dgn|uur|pakjaren|py|keer)(?!\w))",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][^\W\d_.-]*[^\W\d_]? $")
_LONGEST = 60
"""Signs before a line that was broken because it was full."""


def with_about(lines: Sequence[str], repetition: str) -> list[str]:
    """The lines of a text, those joined that were parted within `van ~5 cm`.

    Only where each of them begins with a measure and stands behind a word and its blank, in a line that is not full: nobody ends a
    line so. What follows a colon, or a name (`Gewicht`), may be a line of its own, and then it is five and not about five.
    """
    is_meant = len(lines) > 1 and all(_is_about(before, behind) for before, behind in pairwise(lines))
    return [repetition.join(lines)] if is_meant else list(lines)


def _is_about(before: str, behind: str) -> bool:
    measure = _MEASURE.match(behind)
    if measure is None or len(before) >= _LONGEST or not _WORD.search(before):
        return False
    return " " in before.strip() or before[:1].islower() or bool(behind[measure.end() :].strip(" ."))
