"""FHIR XML as other toolkits write it: with prefixes, with empty elements, with the name of an encoding that it is not in."""

from __future__ import annotations

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Unreadable

PATIENT = '<Patient><id value="p"/><identifier><system value="urn:oid:2.25.1"/><value value="0042"/></identifier></Patient>'
ASKED = '<ServiceRequest>{}<identifier><value value="REF-1"/></identifier><status value="active"/><intent value="order"/><subject><reference value="Patient/p"/></subject>{}</ServiceRequest>'
NOTE = '<note><text value="Operatie?"/></note>'


def message(page: str = "", more: str = NOTE, head: str = "") -> str:
    inside = "".join(f"<entry><resource>{one}</resource></entry>" for one in (PATIENT, ASKED.format(page, more)))
    return f'{head}<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>{inside}</Bundle>'


def read(said: str) -> IncomingReferral:
    found = FhirReader().read(said.encode(), "generic-r4")
    assert isinstance(found, IncomingReferral)
    return found


def test_a_page_whose_tags_have_a_prefix_is_words() -> None:
    page = '<text><status value="additional"/><h:div xmlns:h="http://www.w3.org/1999/xhtml"><h:p>Kan <h:b>operatie</h:b>?</h:p></h:div></text>'
    assert [one.text for one in read(message(page)).facts] == ["Kan operatie?"]


def test_a_page_that_is_written_as_it_stands_keeps_its_words() -> None:
    page = (
        '<text><status value="additional"/><div xmlns="http://www.w3.org/1999/xhtml"><![CDATA[Kan operatie nog?]]></div></text>'
    )
    assert [one.text for one in read(message(page)).facts] == ["Kan operatie nog?"]


def test_what_begins_so_in_a_remark_and_never_ends_is_passed_over() -> None:
    page = '<text><status value="additional"/><div xmlns="http://www.w3.org/1999/xhtml"><!-- <![CDATA[ <![CDATA[ -->Kan operatie?</div></text>'
    assert [one.text for one in read(message(page)).facts] == ["Kan operatie?"]


@pytest.mark.parametrize("empty", ["<note/>", '<note><text value=""/></note>', '<reasonCode><text value=""/></reasonCode>'])
def test_an_empty_element_costs_nothing(empty: str) -> None:
    first, last = ("", empty) if "note" in empty else (empty, "")
    assert read(message(more=first + NOTE + last)).question_board == "Operatie?"


@pytest.mark.parametrize("name", ["utf-16", "UTF-16", "iso-8859-1", "windows-1252"])
def test_the_name_of_another_encoding_harms_nothing_where_every_sign_is_the_same_in_both(name: str) -> None:
    """.NET writes a document into a string as UTF-16, says so, and sends it in UTF-8."""
    head = f'<?xml version="1.0" encoding="{name}"?>'
    assert read(message(head=head)).question_board == "Operatie?"


def test_where_a_sign_is_not_the_same_nobody_says_which_it_is() -> None:
    with pytest.raises(Unreadable):
        read(message(head='<?xml version="1.0" encoding="iso-8859-1"?>', more=NOTE.replace("Operatie", "Één")))


def test_a_name_of_an_encoding_that_could_say_something_else_is_refused() -> None:
    with pytest.raises(Unreadable):
        read(message(head='<?xml version="1.0" encoding="utf-7"?>'))


def denied(inside: str) -> str:
    return (
        '<entry><resource><Condition><id value="c"/><verificationStatus>'
        + inside
        + '</verificationStatus><code><text value="Levermetastasen"/></code><subject><reference value="Patient/p"/></subject></Condition></resource></entry>'
    )


def of_stu3(*entries: str) -> IncomingReferral:
    asked = ASKED.format("", '<description value="Operatie?"/>').replace("ServiceRequest", "ReferralRequest")
    inside = "".join(f"<entry><resource>{one}</resource></entry>" for one in (PATIENT, asked)) + "".join(entries)
    said = f'<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>{inside}</Bundle>'
    found = FhirReader().read(said.encode(), "generic-stu3")
    assert isinstance(found, IncomingReferral)
    return found


def test_a_state_that_stands_in_a_code_where_the_version_has_a_word_is_never_read_past() -> None:
    """As R4 writes it, sent over a link of STU3: what was denied stood there as found."""
    once = of_stu3(denied('<coding><code value="refuted"/></coding>'))
    twice = of_stu3(denied('<coding><code value="W"/></coding><coding><code value="refuted"/></coding>'))

    assert [one.text for one in once.facts] == ["Levermetastasen (weerlegd)"]
    assert not twice.facts and len(twice.quarantined) == 1


def test_a_referral_that_was_revoked_says_so_in_a_code_too() -> None:
    said = message().replace('<status value="active"/>', '<status><coding><code value="revoked"/></coding></status>')

    assert read(said).cancelled


def test_what_hangs_on_a_word_stays_beside_it() -> None:
    why = '<extension url="http://hl7.org/fhir/StructureDefinition/data-absent-reason"><valueCode value="unknown"/></extension>'
    said = message().replace('<intent value="order"/>', f'<intent value="order"/><priority id="a">{why}</priority>')

    assert read(said).question_board == "Operatie?"
