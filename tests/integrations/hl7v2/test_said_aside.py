"""What stands beside its place and is meant all the same: a hospital before the board, words behind a flag, the last piece of a file."""

from __future__ import annotations

import pytest

from integrations.hl7v2.explain import Hl7Explainer
from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingReferral, IncomingResult, Section

from .few_lines import PID, labelled, read, referral, result
from .samples import PDF, PDF_TEXT


def about(pid: str) -> IncomingReferral:
    lines = ["MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ORM^O01|M1|P|2.5", pid, "ORC|NW|A1", "OBR|1|A1||MDO^MDO long", ""]
    found = Hl7Reader().read("\r".join(lines).encode(), "generic-v2")
    assert isinstance(found, IncomingReferral)
    return found


def refers(*lines: str) -> IncomingReferral:
    found = read("REF^I12", *lines)
    assert isinstance(found, IncomingReferral)
    return found


@pytest.mark.parametrize("house", ["||^^^Universitair Centrum Zeestad", "||||||||Ziekenhuis Duinrand", "Zeestad UMC"])
def test_the_hospital_that_is_asked_gives_way_to_the_board_that_the_order_names_and_is_told(house: str) -> None:
    found = refers(f"PRD|RT|{house}", "OBR|1|A1||HPB^MDO HPB chirurgie")

    assert found.board_hint == "MDO HPB chirurgie"
    assert labelled(found)["Gericht aan"] == house.strip("|^")


def test_without_a_board_elsewhere_the_hospital_is_what_there_is() -> None:
    found = refers("PRD|RT|||^^^Zeestad UMC", "OBR|1|A1||CT^CT thorax")

    assert found.board_hint == "Zeestad UMC"
    assert "Gericht aan" not in labelled(found)


@pytest.mark.parametrize(
    ("flag", "shown"),
    [
        ("H^verhoogd t.o.v. vorige bepaling", "12 ug/l (<5, H: verhoogd t.o.v. vorige bepaling)"),
        ("LL^kritisch laag, doorgebeld aan arts^L", "12 ug/l (<5, LL: kritisch laag, doorgebeld aan arts)"),
        ("H^High", "12 ug/l (<5, H)"),
        ("H^Above high normal^HL70078", "12 ug/l (<5, H)"),
    ],
)
def test_what_a_laboratory_says_behind_a_flag_is_told(flag: str, shown: str) -> None:
    assert labelled(result("OBR|1||F1|L^Lab", f"OBX|1|NM|C^CEA||12|ug/l|<5|{flag}|||F"))["CEA"] == shown


@pytest.mark.parametrize("last", ["{}", "^application^pdf^Base64^{}"])
def test_the_last_piece_of_a_file_may_come_without_what_stands_before_it(last: str) -> None:
    pieces = PDF_TEXT[:800], PDF_TEXT[800:1603], PDF_TEXT[1603:]
    lines = [f"OBX|{n}|ED|P^Brief|{n}|^application^pdf^Base64^{one}||||||F" for n, one in enumerate(pieces[:2], 1)]

    found = referral(*lines, f"OBX|3|ED|P^Brief|3|{last.format(pieces[2])}||||||F")

    assert [one.content for one in found.documents] == [PDF]


def test_words_beside_a_file_that_is_not_whole_are_no_piece_of_it() -> None:
    found = referral(f"OBX|1|ED|P^Brief||^application^pdf^Base64^{PDF_TEXT[:800]}||||||F", "OBX|2|ED|P^Brief||Zie bijlage||||||F")

    assert [one.media_type for one in found.documents] == ["application/pdf", "text/plain"]


@pytest.mark.parametrize(
    "line", ["ORC|NW|A1||||||||||||01012345^dr. P. de Haan, uroloog", "ORC|NW|A1||||||||||||01012345^Haan^P^^^dr."]
)
def test_who_asks_is_no_telephone_number(line: str) -> None:
    found = read("ORM^O01", line, "OBR|1|A1||MDO^MDO urologie")

    assert isinstance(found, IncomingReferral)
    assert (found.referrer.number, found.referrer.phone) == ("01012345", "")
    assert "Haan" in found.referrer.name


def test_who_asks_may_stand_where_he_is_called_by_the_order_and_a_number_there_is_nobody() -> None:
    found = read("ORM^O01", "ORC|NW|A1", "OBR|1|A1||MDO^MDO urologie|||||||||||||01012345^Haan^P^^^dr.")
    called = read("ORM^O01", "ORC|NW|A1", "OBR|1|A1||MDO^MDO urologie|||||||||||||0612345678^PRN^PH")

    assert isinstance(found, IncomingReferral) and isinstance(called, IncomingReferral)
    assert (found.referrer.name, found.referrer.number, found.referrer.phone) == ("dr. P Haan", "01012345", "")
    assert (called.referrer.name, called.referrer.phone) == ("", "0612345678")


@pytest.mark.parametrize(
    ("said", "shown"), [("TR^Turks^ISO639", "Turks"), ("ar", "ar"), ("^Tigrinya~EN^Engels", "Tigrinya; Engels")]
)
def test_the_language_of_a_patient_who_is_referred_stands_on_the_case(said: str, shown: str) -> None:
    found = about(f"PID|1||71^^^ZEED^PI||Giessen^J||19600101|F|||||||{said}|M")

    assert [(one.section, one.text) for one in found.facts if one.label == "Taal"] == [(Section.OTHER, shown)]


def test_who_wrote_a_document_stands_with_it() -> None:
    pdf = f"OBX|1|ED|P^Brief||^application^pdf^Base64^{PDF_TEXT}||||||F"
    told = read("MDM^T02", "TXA|1|B^Brief longziekten|AP|20260301|0155^Vos^C.||||0144^Krol^A.^^^dr.|||D1", pdf)
    sent = referral(pdf)

    assert isinstance(told, IncomingResult)
    assert [one.author for one in told.documents] == ["dr. A. Krol"]
    assert [one.author for one in sent.documents] == [""]


@pytest.mark.parametrize(("said", "sex"), [("Vr", "F"), ("vrw", "F"), ("Mnl", "M")])
def test_a_sex_as_departments_shorten_it(said: str, sex: str) -> None:
    assert about(f"PID|1||71^^^ZEED^PI||Giessen^J||19600101|{said}").patient.sex == sex


@pytest.mark.parametrize(
    ("label", "section"),
    [
        ("Gastroscopie", Section.COURSE), ("Coloscopie", Section.COURSE), ("Bronchoscopie", Section.COURSE),
        ("Cystoscopie", Section.COURSE), ("Roken", Section.COURSE), ("Alcoholgebruik", Section.COURSE), ("Familieanamnese", Section.COURSE),
        ("Gewichtsverlies", Section.COURSE), ("Telescopie", Section.OTHER), ("Alcohol in serum", Section.OTHER),
    ],
)  # fmt: skip
def test_what_is_told_under_these_words_stands_in_its_column(label: str, section: Section) -> None:
    found = result("OBR|1||F1|ALG^Algemeen", f"OBX|1|TX|X^{label}^L||zie onder||||||F")

    assert next(fact.section for fact in found.facts if fact.text == "zie onder") is section


def test_who_stands_in_two_places_is_shown_where_he_was_taken_from() -> None:
    doctor = "01012345^Haan^P^^^dr."
    raw = "\r".join(
        ["MSH|^~\\&|HIX|ZEED|MDO|NET|20260302||ORM^O01|M1|P|2.5", PID, f"ORC|NW|A1||||||||||{doctor}", "OBR|1|A1||MDO^MDO long"]
    )

    fields = Hl7Explainer().explain(f"{raw}|||||||||||||{doctor}\r".encode(), "generic-v2").fields

    assert next(one.place for one in fields if one.name == "referrer.name") == "ORC-12"
