"""Which results are loose values: told by how they were written down, never by what they say of a patient.

A board may choose that these do not ask for a look after the discussion (ADR 0050). Nothing is left out anywhere else.
"""

from __future__ import annotations

import re

from mdo_portal.exchange import ORDERED, Fact, IncomingResult, Section

ONLY = "values"
"""In the details of the event of a result: it told nothing but loose values."""
_PLACES = (Section.MARKER, Section.OTHER)
"""Where profiles put what a laboratory measured. A number of a pathologist or radiologist stands in a column of its own."""
_UNIT = r"[^\s();:]{0,12}[/%*^][^\s();:]{0,12}|[A-Za-z\u00b5\u03bc\u00b0]{1,2}"
"""One word that can only be a unit: with a sign that words lack, or of two letters. Any other word may be a remark, which asks."""
_NUMBER = re.compile(rf"[<>≤≥=~]{{0,2}} ?[-+]?\d{{1,9}}([.,]\d{{1,9}})?( ({_UNIT}))?", re.ASCII)
_LONGEST = 40


def are_all(result: IncomingResult, happened: set[str]) -> bool:
    """Whether this message told new loose values and nothing else: no document, nothing corrected or taken back."""
    told = [fact for fact in result.facts if fact.label != ORDERED]  # the name of the order is told by its results
    return happened == {"result.received"} and not result.documents and bool(told) and all(map(_is_loose, told))


def _is_loose(fact: Fact) -> bool:
    text = " ".join(fact.text.split())
    return fact.section in _PLACES and not fact.status and len(text) <= _LONGEST and bool(_NUMBER.fullmatch(text))
