"""What was written, where a secretary would have to retype it: RTF and reports line by line, ends of lines, moments, numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mdo_portal.exchange import IncomingAppointment, IncomingReferral

from .few_lines import labelled, read, result
from .retyped import refers
from .samples import PDF_TEXT

RTF = [r"{\E\rtf1\E\ansi{\E\fonttbl{\E\f0 Arial;}}\E\f0\E\fs20", r"\E\b Macroscopie\E\b0\E\par Vier pijp", r"jes.\E\par}"]


def test_rtf_that_comes_line_by_line_is_one_text() -> None:
    lines = [f"OBX|{n}|TX|V^Verslag||{one}||||||F" for n, one in enumerate(RTF, 1)]

    found = result("OBR|1||F1|H^Histologie", *lines, "OBX|4|TX|V^Verslag||Los.||||||F")

    assert [fact.text for fact in found.facts if fact.label == "Verslag (Histologie)"] == ["Macroscopie\nVier pijpjes.", "Los."]


@pytest.mark.parametrize("kind", ["ED", "ST"])
def test_a_pdf_in_a_data_address_is_a_document(kind: str) -> None:
    found = result("OBR|1||F1|B^Brief", f"OBX|1|{kind}|B^Brief||data:application/pdf;base64,{PDF_TEXT}||||||F")

    assert [one.media_type for one in found.documents] == ["application/pdf"]
    assert "Brief" not in labelled(found)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (r"Gen\.ti20\Resultaat", "Gen Resultaat"),
        (r"acenocoumarol\.fi\volgens schema", "acenocoumarol volgens schema"),
        (r"een\.br\\.in+4\twee", "een\ntwee"),
        (r"een\\.br\\twee", "een\ntwee"),
        (r"een\E\.br\E\twee", "een\ntwee"),
        (r"een\nTwee\r\n3", "een\nTwee\n3"),
        (r"een&#13;&#10;twee&#xD;drie", "een\ntwee\ndrie"),
        ("een<br/>twee<BR>drie", "een\ntwee\ndrie"),
        (r"\\server\nieuw <3 cm", r"\\server\nieuw <3 cm"),
    ],
)
def test_the_end_of_a_line_is_one_however_an_engine_wrote_it(sent: str, shown: str) -> None:
    assert labelled(result("OBR|1||F1|L^Lab", f"OBX|1|FT|B^Beloop||{sent}||||||F"))["Beloop"] == shown
    assert labelled(result("OBR|1||F1|L^Lab", "OBX|1|FT|B^Beloop||x||||||F", f"NTE|1||{sent}"))["Beloop"] == f"x\n{shown}"


def test_a_telephone_number_among_values_is_that_number() -> None:
    assert labelled(result("OBR|1||F1|L^Lab", "OBX|1|XTN|T^Bereikbaar||053-4871234^WPN^PH||||||F"))["Bereikbaar"] == "053-4871234"


def test_the_number_of_the_order_that_a_letter_answers_to_is_its_number() -> None:
    found = read(
        "MDM^T02", "TXA|1|B^Verwijsbrief MDO long|TX|||||||01012345^Jansen^P||||R-2525", "OBX|1|TX|B^Brief||SBRT?||||||F"
    )

    assert isinstance(found, IncomingReferral)
    assert (found.number, found.referrer.name) == ("R-2525", "P Jansen")


def test_a_moment_in_zulu_time_or_with_a_colon_in_its_offset_is_that_moment() -> None:
    found = read("SIU^S12", "SCH|A1||||||MDO^MDO||||^^30^20261203223000Z^2026-12-04T00:00:00+01:00", "RGS|1")

    assert isinstance(found, IncomingAppointment)
    assert (found.starts_at, found.ends_at) == (datetime(2026, 12, 3, 22, 30, tzinfo=UTC), datetime(2026, 12, 3, 23, tzinfo=UTC))


def text_of(found: object, label: str) -> list[str]:
    return [fact.text for fact in getattr(found, "facts", ()) if fact.label == label]


def test_a_report_that_comes_line_by_line_is_one_text_with_every_line_of_it() -> None:
    lines = ["CT:", "Geen afwijkingen.", "", "   MRI:", "Geen afwijkingen.", ""]
    report = [f"OBX|{n}|TX|V^Verslag|1|{one}||||||F" for n, one in enumerate(lines, 1)]
    whole = "CT:\nGeen afwijkingen.\n\n   MRI:\nGeen afwijkingen."

    assert text_of(result("OBR|1||F1|R^Radiologie", *report), "Verslag (Radiologie)") == [whole]
    assert text_of(refers("OBR|1|A1||MDO^MDO long", *report), "Verslag") == [whole]


@pytest.mark.parametrize(
    "other",
    [
        "OBX|2|TX|V^Verslag|2|Twee||||||F",  # another part
        "OBX|2|TX|V^Verslag|1|Twee||||||C",  # corrected
        "OBX|2|TX|V^Verslag|1|Twee||||||F|||20260301",  # of another day
        "OBX|2|TX|V^Verslag|1|2|mg|||||F",  # a value with its unit
        "OBX|2|ST|V^Verslag|1|Twee||||||F",  # values are no lines
        "OBX|2|TX|W^Verslag|1|Twee||||||F",
        "NTE|1||Bij een.\rOBX|2|TX|V^Verslag|1|Twee||||||F",  # a note stands below its line
    ],
)
def test_what_is_told_apart_by_its_sender_stays_apart(other: str) -> None:
    found = result("OBR|1||F1|R^Radiologie", "OBX|1|TX|V^Verslag|1|Een||||||F", *other.split("\r"))

    assert len([fact for fact in found.facts if fact.label.startswith("Verslag")]) == 2


def test_a_text_in_html_is_no_line_of_a_plain_one_and_a_page_of_it_may_come_in_lines() -> None:
    lines = ["Een", "<p>Twee</p>", "CEA <5 > 3", "<html><body>", "<p>Drie</p>", "</body></html>", "Vier"]
    found = result("OBR|1||F1|R^Radiologie", *(f"OBX|{n}|TX|V^Verslag|1|{one}||||||F" for n, one in enumerate(lines, 1)))

    assert text_of(found, "Verslag (Radiologie)") == ["Een", "Twee", "CEA <5 > 3", "Drie", "Vier"]
