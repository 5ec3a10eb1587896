"""What stands in a line and says nothing: the null, and separators behind which nothing stands."""

from __future__ import annotations

import re
from functools import lru_cache

from integrations.hl7v2.text.marks import Marks


@lru_cache(maxsize=64)
def null(marks: Marks) -> re.Pattern[str]:
    """The null of HL7 (v2.5 2.5.3): a value that is `""` and nothing else, padded or not, says that there is none. In a text two
    quotes stay.
    """
    around = re.escape(marks.field + marks.component + marks.repetition + marks.sub)
    return re.compile(f'(?<=[{around}]) *"" *(?=[{around}]|$)')


_LONG = 65_536
"""Nobody's field with parts is longer; inside one that is, nothing is looked for."""


def without_idle(text: str, marks: Marks) -> str:
    """A field without separators behind which nothing stands: `A^^` and `A&` are `A`, and `^^` is nothing (v2.5.1 2.5.3, 2.6.1)."""
    if text[-1:] in marks.between:
        text = text.rstrip(marks.between)
    if len(text) < _LONG and (marks.repetition in text or (marks.sub in text and marks.component in text)):
        return _before_others(marks).sub("", text)
    return text


@lru_cache(maxsize=64)
def _before_others(marks: Marks) -> re.Pattern[str]:
    """Separators of less before one of more: each run is looked at from its beginning alone."""
    sub, component, repetition = (re.escape(one) for one in (marks.sub, marks.component, marks.repetition))
    return re.compile(f"(?<![{component}{sub}])[{component}{sub}]++(?={repetition})|(?<!{sub}){sub}++(?={component})")
