"""What a discussion needs, and whether it was sent. Items are counted, nothing clinical is judged."""

from __future__ import annotations

from mdo_portal.domain.readiness import ITEMS, missing_items
from mdo_portal.exchange import Section

ALL = {Section.DIAGNOSIS, Section.WISH, Section.CONDITION, Section.IMAGING, Section.PATHOLOGY}


def test_nothing_sent_misses_everything_in_the_order_of_the_page() -> None:
    assert missing_items(question=" ", referrer="", sections=set(), document_kinds=set()) == list(ITEMS)


def test_everything_sent_misses_nothing() -> None:
    assert missing_items(question="?", referrer="dr. D.", sections=ALL, document_kinds=set()) == []


def test_a_report_counts_as_its_item() -> None:
    sections = ALL - {Section.IMAGING, Section.PATHOLOGY}
    kinds = {"radiology report", "pathology report", "referral letter"}

    assert missing_items(question="?", referrer="dr. D.", sections=sections, document_kinds=kinds) == []


def test_other_sections_make_up_for_nothing() -> None:
    sections = {Section.OTHER, Section.FORM, Section.MARKER}

    assert "diagnosis" in missing_items(question="?", referrer="dr. D.", sections=sections, document_kinds={"form"})
