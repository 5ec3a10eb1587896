"""A letter as a clinical document in XML: its words are read in their order, and the file in an envelope comes out of it."""

from __future__ import annotations

import base64

import pytest

from integrations.cda import inside, opened
from integrations.fhir.reader import FhirReader
from integrations.hl7v2.reader import Hl7Reader
from integrations.rich_text import words_in
from mdo_portal.exchange import IncomingDocument, IncomingReferral, IncomingResult

from .fhir.make import bundle, patient, request

PDF = b"%PDF-1.7 invented"
SECTION = """<component><section><title>Conclusie</title><text>
  <paragraph>Er is <content styleCode="Bold">geen</content> aanwijzing voor<br/>metastasen.</paragraph>
  <table><tbody><tr><th>T</th><td>2</td></tr><tr><th>N</th><td>0</td></tr></tbody></table>
  <list><item>CEA 10<sup>3</sup></item><item><content revised="delete">links</content> rechts</item></list>
</text><component><section><title>Advies</title><text>Bespreken</text></section></component></section></component>"""


def cda(
    body: str, before: str = '<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet type="text/xsl" href="CDA.xsl"?>'
) -> bytes:
    return f'{before}<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Brief</title><component>{body}</component></ClinicalDocument>'.encode()


LETTER = cda(f"<structuredBody>{SECTION}</structuredBody>")
ENVELOPE = cda(
    f'<nonXMLBody><text mediaType="application/pdf" representation="B64">\n{base64.b64encode(PDF).decode()}\n</text></nonXMLBody>'
)
WORDS = "\n".join(
    (
        "Conclusie", "Er is geen aanwijzing voor", "metastasen.", "T 2", "N 0", "CEA 10^3", "[doorgehaald: links] rechts", "Advies",
        "Bespreken",
    )
)  # fmt: skip


def test_its_sections_are_read_in_their_order_with_what_was_struck() -> None:
    assert words_in(LETTER) == inside(LETTER).words == WORDS


@pytest.mark.parametrize(
    "content",
    [
        b"<?xml version='1.0'?><a/>",
        b"<ClinicalDocument/>",
        cda("<structuredBody/>", '<!DOCTYPE ClinicalDocument [<!ENTITY a "b">]>'),
        LETTER[:-3],
        cda("<structuredBody><component><section><title>Leeg</title></section></component></structuredBody>"),
        b"ClinicalDocument",
    ],
)
def test_what_is_none_or_says_nothing_has_no_words(content: bytes) -> None:
    assert words_in(content) == ""


def test_a_body_of_plain_text_is_its_words() -> None:
    letter = cda('<nonXMLBody><text mediaType="text/plain">Geen metastasen.\nBespreken.</text></nonXMLBody>')
    assert inside(letter).words == "Geen metastasen.\nBespreken."


def v2(content: bytes) -> IncomingResult:
    coded = base64.b64encode(content).decode()
    lines = (
        "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||MDM^T02|M1|P|2.5", "PID|1||71^^^ZEED^PI||Giessen^J||19600101|F",
        "TXA|1|DS|TX|20260301||||||||D-1", f"OBX|1|ED|BR^Ontslagbrief^L||^text^xml^Base64^{coded}||||||F", "",
    )  # fmt: skip
    found = Hl7Reader().read("\r".join(lines).encode(), "generic-v2")
    assert isinstance(found, IncomingResult)
    return found


def fhir(content: bytes) -> IncomingReferral:
    part = {"contentType": "application/xml", "data": base64.b64encode(content).decode()}
    letter = {
        "resourceType": "DocumentReference", "id": "d", "status": "current", "type": {"text": "Ontslagbrief"},
        "subject": {"reference": "Patient/p"}, "content": [{"attachment": part}],
    }  # fmt: skip
    found = FhirReader().read(bundle(request(), patient(), letter), "generic-r4")
    assert isinstance(found, IncomingReferral)
    return found


MAIL = (
    b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="delta"\r\n\r\n--delta\r\nContent-Type: text/xml\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(LETTER)
    + b"\r\n--delta\r\nContent-Type: application/pdf\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(PDF) + b"\r\n--delta--\r\n"
)


@pytest.mark.parametrize("read", [v2, fhir])
def test_a_parcel_of_a_letter_and_a_file_is_unpacked(read: object) -> None:
    found = read(MAIL)  # type: ignore[operator]
    assert [fact.text for fact in found.facts] == [WORDS]
    assert [(one.content, one.media_type) for one in found.documents[1:]] == [(PDF, "application/pdf")]
    assert found.documents[0].content == MAIL


@pytest.mark.parametrize(
    "content", [b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed\r\n\r\n--\r\n" * 200]
)
def test_a_parcel_with_nothing_in_it_is_kept_as_it_is(content: bytes) -> None:
    found = v2(content)
    assert ([one.content for one in found.documents], found.facts) == ([content], ())


@pytest.mark.parametrize("read", [v2, fhir])
def test_it_is_kept_as_a_document_and_its_words_stand_on_the_case(read: object) -> None:
    found = read(LETTER)  # type: ignore[operator]
    assert [(fact.label, fact.text) for fact in found.facts] == [("Ontslagbrief", WORDS)]
    assert [one.content for one in found.documents] == [LETTER]


@pytest.mark.parametrize("read", [v2, fhir])
def test_the_file_in_an_envelope_is_a_document_of_its_own_under_the_same_number(read: object) -> None:
    found = read(ENVELOPE)  # type: ignore[operator]
    assert [(one.title, one.media_type, one.content) for one in found.documents] == [
        ("Ontslagbrief", found.documents[0].media_type, ENVELOPE),
        ("Ontslagbrief", "application/pdf", PDF),
    ]
    assert len({(one.reference, one.dated_on, one.status) for one in found.documents}) == 1
    assert found.facts == ()


AUTHOR = """<author><time value="20261104"/><assignedAuthor><code displayName="Longarts"/><assignedPerson><name><prefix>dr. </prefix>
<given>A.</given><family>Krol</family></name></assignedPerson><representedOrganization><name>Duinrand</name></representedOrganization>
</assignedAuthor></author><author><assignedAuthor><assignedAuthoringDevice><softwareName>HIX</softwareName></assignedAuthoringDevice>
</assignedAuthor></author>"""


def test_who_wrote_it_stands_with_the_document_and_no_machine() -> None:
    letter = LETTER.replace(b"<component><structuredBody>", AUTHOR.encode() + b"<component><structuredBody>", 1)

    (document,) = opened(IncomingDocument("Brief", "text/xml", letter))

    assert document.author == "dr. A. Krol (Longarts), Duinrand"
    assert opened(IncomingDocument("Brief", "text/xml", letter, author="B. Vos"))[0].author == "B. Vos"
    assert opened(IncomingDocument("Brief", "text/xml", LETTER))[0].author == ""


def test_who_wrote_an_envelope_wrote_the_file_in_it() -> None:
    envelope = ENVELOPE.replace(b"<component><nonXMLBody>", AUTHOR.encode() + b"<component><nonXMLBody>", 1)

    assert [one.author for one in opened(IncomingDocument("Brief", "text/xml", envelope))] == [
        "dr. A. Krol (Longarts), Duinrand"
    ] * 2
