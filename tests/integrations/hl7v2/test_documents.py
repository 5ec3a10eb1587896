"""A letter in a message is one document, however its sender packed it, and its words can be read."""

from __future__ import annotations

import pybase64
import pytest

from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text.charset import Charset
from integrations.hl7v2.text.lines import LARGE
from mdo_portal.exchange import IncomingResult, Section

from .few_lines import labelled, refers, result
from .samples import PDF, PDF_TEXT

HEADER = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||REF^I12|M1|P|2.5||||||UNICODE UTF-8"
PID = "PID|1||7654321^^^ZEED^PI||Giessen&van der&Giessen^J||19600101|F"
RTF = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}{\*\generator Iets;}{\info{\author Niemand}}\f0\fs22 "
    r"{\b Geachte collega,}\par Graag bespreking: co\'ebxistentie, \u8364?5 en \{haken\}.\tab Groet\par\par\par\par Einde\par}"
)
RTF_WORDS = "Geachte collega,\nGraag bespreking: coëxistentie, €5 en {haken}. Groet\n\nEinde"
HTML = "<html><head><title>x</title><style>p {}</style></head><body><p>Geachte collega,</p><p>Graag advies &amp; overleg<br/>dank</p><script>x()</script></body></html>"
HTML_WORDS = "Geachte collega,\n\nGraag advies & overleg\ndank"


def packed(text: str) -> str:
    return pybase64.b64encode(text.encode("cp1252")).decode()


@pytest.mark.parametrize(
    "value",
    [
        f"^IM^PDF^BASE64^{PDF_TEXT}",
        f'^application^pdf^Base64^"{PDF_TEXT}"',
        f"^TEXT^PDF^A^{PDF_TEXT}",
        f"PDF^Base64^{PDF_TEXT}",
        f"^^application^pdf^Base64^{PDF_TEXT}",
        f"&HIX&ISO^application^pdf^^{PDF_TEXT}",
        f"^application^pdf^Base64^{PDF_TEXT[:400]}~{PDF_TEXT[400:802]}~{PDF_TEXT[802:]}",
        "^application^pdf^Base64^" + "\\X0D\\\\X0A\\".join(PDF_TEXT[at : at + 76] for at in range(0, len(PDF_TEXT), 76)),
    ],
)
def test_a_pdf_is_whole_and_a_pdf_whatever_stands_beside_it(value: str) -> None:
    (document,) = refers(f"OBX|1|ED|B^Verwijsbrief^L||{value}||||||F").documents
    assert (document.media_type, document.content, document.kind) == ("application/pdf", PDF, "referral letter")


@pytest.mark.parametrize("cuts", [(400, 802), (401, 1003)])
def test_a_pdf_in_several_observations_is_one_document(cuts: tuple[int, int]) -> None:
    pieces = PDF_TEXT[: cuts[0]], PDF_TEXT[cuts[0] : cuts[1]], PDF_TEXT[cuts[1] :]
    lines = [f"OBX|{n}|ED|B^Verwijsbrief^L|{n}|^application^pdf^Base64^{one}||||||F" for n, one in enumerate(pieces, 1)]
    read = refers(lines[0], "NTE|1||brief.pdf", *lines[1:], "OBX|4|ST|PSA^PSA^L||2||||||F")
    assert [(one.title, one.content) for one in read.documents] == [("brief.pdf", PDF)]
    assert [fact.label for fact in read.facts] == ["PSA"]


def test_two_attachments_with_one_label_stay_two() -> None:
    other = pybase64.b64encode(b"GIF89a" + bytes(50)).decode()
    read = refers(
        f"OBX|1|ED|B^Bijlage^L|1|^application^pdf^Base64^{PDF_TEXT}||||||F",
        f"OBX|2|ED|B^Bijlage^L|2|^application^pdf^Base64^{PDF_TEXT}||||||F",
        f"OBX|3|ED|B^Bijlage^L|3|^application^pdf^Base64^{other}||||||F",
        f"OBX|4|ED|B^Bijlage^L|4|^image^gif^Base64^{other}||||||F",
    )
    assert [len(one.content) for one in read.documents] == [len(PDF), len(PDF), 56, 56]


def test_text_in_no_encoding_is_that_text() -> None:
    (document,) = refers("OBX|1|ED|B^Brief^L||^TEXT^plain^^Geachte collega,\\.br\\dank||||||F").documents
    assert (document.content, document.kind) == (b"Geachte collega,\ndank", "referral letter")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (f"^application^rtf^Base64^{packed(RTF)}", RTF_WORDS),
        ("^text^rtf^A^" + RTF.replace("\\", "\\E\\"), RTF_WORDS),
        (f"^TEXT^HTML^Base64^{packed(HTML)}", HTML_WORDS),
    ],
)
def test_the_words_of_a_letter_in_rtf_or_html_stand_beside_it(value: str, words: str) -> None:
    read = refers(f"OBX|1|ED|B^Verwijsbrief^L||{value}||||||F")
    assert [(fact.label, fact.text) for fact in read.facts] == [("Verwijsbrief", words)]
    assert [one.title for one in read.documents] == ["Verwijsbrief"]


@pytest.mark.parametrize(("source", "words"), [(RTF.replace("\\", "\\E\\"), RTF_WORDS), (HTML.replace("&", "\\T\\"), HTML_WORDS)])
@pytest.mark.parametrize("kind", ["TX", "FT", "ST"])
def test_a_text_that_is_rtf_or_html_is_read_as_its_words(kind: str, source: str, words: str) -> None:
    assert refers(f"OBX|1|{kind}|VRAAG^Vraagstelling^L||{source}||||||F").question_board == words


@pytest.mark.parametrize(
    ("event", "status", "value", "announced"),
    [
        ("T02", "AV", "Geachte collega", []),
        ("T02", "AV", "", ["Consult"]),
        ("T02", "CA", "Geachte collega", ["Consult"]),
        ("T10", "AV", "Geachte collega", ["Consult"]),
    ],
)
def test_a_letter_in_words_is_not_told_of_as_still_to_come(event: str, status: str, value: str, announced: list[str]) -> None:
    lines = [HEADER.replace("REF^I12", f"MDM^{event}"), PID]
    lines += [f"TXA|1|CN^Consult|TX|20260301||||||||DOC1|DOC0||||AU||{status}", f"OBX|1|TX|B^Brief^L||{value}||||||F"]
    read = Hl7Reader().read("\r".join([*lines, "DG1|1||C61^Prostaatca^ICD10", ""]).encode(), "generic-v2")
    assert isinstance(read, IncomingResult)
    assert [one.title for one in read.documents] == announced


def test_the_words_of_a_report_stand_in_the_column_of_the_report() -> None:
    read = refers("OBR|1|A1||PA^Pathologie", f"OBX|1|ED|B^Verslag^L||^application^rtf^Base64^{packed(RTF)}||||||F")
    assert [fact.section for fact in read.facts if fact.text == RTF_WORDS] == [Section.PATHOLOGY]


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        ("REF^I12", ("RF1|P|A^Spoed^L|MDO^Uro-prostaat^L|||VW1^HIX|20260302",)),
        ("ORU^R01", ("ORC|NW|VW1^HIX", "OBR|1|VW1^HIX||MDO^Uro-prostaat^L|||20260302")),
        ("ORU^R01", ("ORC|RE|A1^HIX", "OBR|1|A1^HIX||PA^Pathologie^L|||20260302")),
        ("MDM^T02", ("TXA|1|CN^Consult|AP|20260301||||||||DOC1||||||AU",)),
    ],
)
def test_a_large_document_is_never_made_a_text(event: str, lines: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """To see that it is there, what it is called and what stands around it takes none of its megabytes; its bytes are looked at once."""
    made: list[int] = []
    text = Charset.text
    monkeypatch.setattr(Charset, "text", lambda self, octets: (made.append(len(octets)), text(self, octets))[1])
    letter = pybase64.b64encode(PDF + bytes(300_000) + PDF).decode()
    values = (f"OBX|1|ED|B^Brief^L||^application^pdf^Base64^{letter}||||||F", "OBX|2|NM|PSA^PSA^L||2||||||F")
    raw = "\r".join([HEADER.replace("REF^I12", event), PID, *lines, *values, ""])

    Hl7Reader().read(raw.encode(), "generic-v2")

    assert made and max(made) < LARGE


@pytest.mark.parametrize("value", ['""', "", "^AP^PDF^Base64^", '^AP^PDF^Base64^""'])
def test_a_document_that_is_taken_back_without_its_bytes_is_over_and_nothing_in_it_is_broken(value: str) -> None:
    found = result("OBR|1|A1|F1|BR^Brief^L", f"OBX|1|ED|PDF^Brief^L||{value}||||||D")
    assert [(one.reference, one.status, one.content) for one in found.documents] == [("F1/BR/PDF/", "withdrawn", b"")]
    assert found.quarantined == ()


@pytest.mark.parametrize("encoding", ["8bit", "UTF-8", "none", "text"])
def test_a_letter_of_which_that_is_said_of_its_letters_and_that_is_packed_all_the_same_is_unpacked(encoding: str) -> None:
    packed = pybase64.b64encode("Beste collega, één nodus.".encode()).decode()
    found = result("OBR|1|A1|F1|BR^Brief^L", f"OBX|1|ED|BR^Brief^L||^text^plain^{encoding}^{packed}")

    assert [one.content.decode() for one in found.documents] == ["Beste collega, één nodus."]


@pytest.mark.parametrize("encoding", ["8bit", "8-bit", "7bit", "UTF-8", "none", "A"])
def test_a_letter_in_no_encoding_is_read_whatever_its_sender_calls_that(encoding: str) -> None:
    found = result(
        "OBR|1|A1|F1|BR^Brief^L", f"OBX|1|ED|BR^Brief^L||^text^html^{encoding}^<html><body>Beste collega</body></html>"
    )

    assert [(one.kind, one.media_type) for one in found.documents] == [("", "text/html")]
    assert labelled(found)["Brief"] == "Beste collega"
    assert found.quarantined == ()
