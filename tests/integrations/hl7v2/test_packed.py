"""A document is one document wherever its sender laid it: in the first place of an ED, in a value that is called a text, in pieces."""

from __future__ import annotations

import pybase64
import pytest

from .few_lines import result
from .samples import PDF, PDF_TEXT

ORDER = "OBR|1|A1|F1|PA^Pathologie^L|||20260301||||||||||||||||||F"
RTF = r"{\rtf1\ansi Conclusie: geen maligniteit\par Einde}"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40)


def packed(content: bytes) -> str:
    return pybase64.b64encode(content).decode()


def test_rtf_in_the_first_place_of_an_ed_is_the_document_and_its_words_are_read() -> None:
    read = result(ORDER, "OBX|1|ED|CP^Verslag^L||" + RTF.replace("\\", "\\E\\") + "^TEXT^RTF^A^||||||F")
    assert [(one.media_type, one.content) for one in read.documents] == [("text/rtf", RTF.encode())]
    assert [fact.text for fact in read.facts if fact.label == "Verslag (Pathologie)"] == ["Conclusie: geen maligniteit\nEinde"]


def test_an_ed_that_holds_words_and_nothing_else_is_those_words() -> None:
    (document,) = result(ORDER, "OBX|1|ED|CP^Verslag^L||Geen aanwijzing voor maligniteit||||||F").documents
    assert (document.media_type, document.content, document.kind) == ("text/plain", b"Geen aanwijzing voor maligniteit", "")


@pytest.mark.parametrize("value", ["HIX^TEXT^RTF^A^", "HIX^application^pdf^Base64^", "HIX&1.2.3&ISO^IM"])
def test_who_sent_an_empty_document_is_no_word_of_it(value: str) -> None:
    (document,) = result(ORDER, f"OBX|1|ED|CP^Verslag^L||{value}||||||F").documents
    assert document.content == b""


@pytest.mark.parametrize(
    ("content", "media"),
    [(RTF.encode(), "application/rtf"), (PNG, "image/png"), (JPEG, "image/jpeg"), (PDF, "application/pdf")],
)
@pytest.mark.parametrize("kind", ["ST", "TX", ""])
def test_a_picture_or_letter_in_a_value_that_is_called_a_text_is_a_document(kind: str, content: bytes, media: str) -> None:
    read = result(ORDER, f"OBX|1|{kind}|JPG^Opname^L||{packed(content)}||||||F")
    assert [(one.title, one.media_type, one.content) for one in read.documents] == [("Opname", media, content)]
    assert not [fact for fact in read.facts if packed(content)[:20] in fact.text]


@pytest.mark.parametrize("start", [b"II*\0", b"MM\0*"])
def test_a_scan_without_a_type_is_called_what_it_is(start: bytes) -> None:
    (document,) = result(ORDER, f"OBX|1|ED|SC^Scan^L||^^^Base64^{packed(start + bytes(40))}||||||F").documents
    assert document.media_type == "image/tiff"


@pytest.mark.parametrize("kind", ["TX", "ST", "FT"])
@pytest.mark.parametrize("cut", [400, 401])
def test_a_pdf_in_several_lines_of_text_is_one_document(kind: str, cut: int) -> None:
    pieces = PDF_TEXT[:cut], PDF_TEXT[cut : cut * 2], PDF_TEXT[cut * 2 :]
    lines = [f"OBX|{n}|{kind}|PDF^Verslag^L|{n}|{one}||||||F" for n, one in enumerate(pieces, 1)]
    read = result(ORDER, *lines, f"OBX|4|{kind}|PDF^Verslag^L|4|Zie ook de bijlage||||||F")
    assert [one.content for one in read.documents] == [PDF]
    assert [fact.text for fact in read.facts if fact.label.startswith("Verslag")] == ["Zie ook de bijlage"]


def test_words_behind_a_pdf_that_broke_off_are_still_read() -> None:
    read = result(
        ORDER, f"OBX|1|TX|PDF^Verslag^L|1|{PDF_TEXT[:400]}||||||F", "OBX|2|TX|PDF^Verslag^L|2|Zie ook de bijlage||||||F"
    )
    assert [fact.text for fact in read.facts if fact.label.startswith("Verslag")] == ["Zie ook de bijlage"]


def test_a_pdf_that_came_along_with_an_address_is_a_document_and_its_words_stand_beside_it() -> None:
    """OBX-2 RP: an address, and behind it all that it points at."""
    read = result(ORDER, f"OBX|1|RP|CT^CT thorax^L||Geen afwijkingen^^^^{packed(PDF)}||||||F")
    assert [(one.media_type, one.content) for one in read.documents] == [("application/pdf", PDF)]
    assert [fact.text for fact in read.facts if fact.label == "CT thorax"] == ["Geen afwijkingen"]


@pytest.mark.parametrize("end", ["\\E\\.br\\E\\", "\\n", "\\r\\n", "&#xD;", "&#13;&#10;", "%0D%0A"])
def test_base64_with_line_ends_in_the_signs_of_another_language_is_the_document(end: str) -> None:
    whole = packed(PDF)
    value = end.join(whole[n : n + 20] for n in range(0, len(whole), 20))
    value = value.replace("=", "%3D") if end == "%0D%0A" else value
    (document,) = result(ORDER, f"OBX|1|ED|CP^Verslag^L||^application^pdf^Base64^{value}||||||F").documents
    assert (document.media_type, document.content) == ("application/pdf", PDF)
