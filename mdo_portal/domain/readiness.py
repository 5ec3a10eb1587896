"""Compleetheid: which items a discussion needs and whether they were sent. Counts items; judges nothing clinical."""

from __future__ import annotations

from collections.abc import Collection

from mdo_portal.errors import N_
from mdo_portal.exchange import Section

#: code -> what a person reads
ITEMS: dict[str, str] = {
    "question": N_("vraag aan het MDO"),
    "diagnosis": N_("diagnose"),
    "wish": N_("wens van de patiënt"),
    "condition": N_("conditie (WHO/ECOG)"),
    "imaging": N_("beeldvorming"),
    "pathology": N_("pathologie"),
    "referrer": N_("verwijzer"),
}

_SECTION_ITEMS = {
    "diagnosis": Section.DIAGNOSIS,
    "wish": Section.WISH,
    "condition": Section.CONDITION,
    "imaging": Section.IMAGING,
    "pathology": Section.PATHOLOGY,
}
_DOCUMENT_ITEMS = {"imaging": "radiology report", "pathology": "pathology report"}


def missing_items(*, question: str, referrer: str, sections: Collection[Section], document_kinds: Collection[str]) -> list[str]:
    """The codes of ITEMS that were not sent. "Not done" and "unknown" are answers: they count as sent."""
    missing = [] if question.strip() else ["question"]
    for item, section in _SECTION_ITEMS.items():
        if section not in sections and _DOCUMENT_ITEMS.get(item) not in document_kinds:
            missing.append(item)
    if not referrer.strip():
        missing.append("referrer")
    return missing
