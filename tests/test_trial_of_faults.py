"""What the vendor of an EPD reads of a message with several faults in it: each of them, in Dutch, and still not one value."""

from __future__ import annotations

import re

from tests.integrations.hl7v2 import samples
from tests.test_trial import VALUES, report, tried

FAULTY = re.sub(rb"Base64\^[^|]*", b"Base64^%%%geen base64%%%", samples.REFERRAL).replace(b"999911120^^^", b"123456789^^^")


def test_the_report_names_every_fault_that_the_page_names() -> None:
    """The page said that the BSN fails the eleven-test and that the document cannot be read; the report said *unreadable*."""
    found = tried(FAULTY)
    said = re.sub(r"\s+", " ", report(found))

    assert found.bsn_passes is False and "voldoet niet aan de elfproef" in said
    assert "onleesbaar document" in said and ": kon niet worden gelezen" in said
    assert "unreadable" not in said and "/broken" not in said
    assert [value for value in (*VALUES, "123456789", "geen base64") if value in said] == []


def test_a_document_is_of_a_kind_in_dutch() -> None:
    said = report(tried())
    assert "verwijsbrief" in said and "referral letter" not in said
