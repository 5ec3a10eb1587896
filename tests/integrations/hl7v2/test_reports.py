"""Parts of a report and the words of a document: which they are of, and where they stand."""

from __future__ import annotations

from datetime import date

import pytest

from mdo_portal.exchange import Incoming, IncomingReferral, IncomingResult, Section

from .few_lines import labelled, read, referral, result


def test_parts_of_one_report_say_which_they_are_and_are_known_apart() -> None:
    """OBX-3 with a suffix (HL7 v2.5.1 7.1.4): radiology writes findings, impression and addendum so."""
    found = result(
        "OBR|1|P7|ACC7|MRM^MRI mamma|||20260301",
        "OBX|1|TX|MRM&GDT^MRI mamma||Massa links||||||F",
        "OBX|2|TX|MRM&IMP^MRI mamma||BI-RADS 6||||||F",
        "OBX|3|TX|MRM&ADT^MRI mamma||Ook rechts 5 mm||||||C",
        "OBX|4|TX|MRM&ZZ9^MRI mamma||Eigen deel||||||F",
    )
    facts = [(fact.label, fact.text) for fact in found.facts[1:]]
    assert facts == [
        ("MRI mamma (bevindingen)", "Massa links"), ("MRI mamma (conclusie)", "BI-RADS 6"), ("MRI mamma (addendum)", "Ook rechts 5 mm"),
        ("MRI mamma (ZZ9)", "Eigen deel"),
    ]  # fmt: skip
    assert len({fact.key for fact in found.facts[1:]}) == 4
    assert not any("#" in fact.key for fact in found.facts), (
        "an addendum that comes alone must not take the place of the conclusion"
    )


def test_the_words_of_a_document_say_which_document_they_are_of() -> None:
    """The OBX of an MDM is often called `Verslag` alone; TXA-2 and TXA-25 (v2.7) say of what."""
    found = read(
        "MDM^T02",
        f"TXA|1|OP^Operatieverslag|TX|20260310||||||||D-9{'|' * 13}Hemicolectomie rechts",
        "OBX|1|FT|VS^Verslag^L||Bloedverlies 100 ml||||||F",
        "OBX|2|ED|VP^Verslag PDF^L||^application^pdf^Base64^JVBERi0xLjQKJSVFT0YK||||||F",
        "OBX|3|TX|C^Operatieverslag conclusie^L||R0||||||F",
    )
    assert isinstance(found, IncomingResult)
    shown = [(fact.label, fact.section) for fact in found.facts]
    assert shown == [
        ("Verslag (Operatieverslag; Hemicolectomie rechts)", Section.TREATMENT),
        ("Operatieverslag conclusie (Hemicolectomie rechts)", Section.TREATMENT),
    ]
    assert [one.title for one in found.documents] == ["Verslag PDF (Operatieverslag; Hemicolectomie rechts)"]


def test_where_words_of_english_senders_stand() -> None:
    found = referral(
        "OBX|1|CWE|60593-1^Medications^LN||M^Metformine||||||F",
        "OBX|2|FT|11348-0^History of past illness^LN||COPD||||||F",
        "OBX|3|NM|CA15^CA 15-3||14|kU/L|||||F",
    )
    sections = {fact.label: fact.section for fact in found.facts}
    assert sections["Medications"] is Section.MEDICATION
    assert sections["History of past illness"] is Section.COMORBIDITY
    assert sections["CA 15-3"] is Section.MARKER


@pytest.mark.parametrize(
    ("service", "section"), [("RAD", Section.IMAGING), ("NMR", Section.IMAGING), ("SP", Section.PATHOLOGY), ("CH", Section.OTHER)]
)
def test_a_report_without_a_telling_name_stands_where_its_department_says(service: str, section: Section) -> None:
    """OBR-24 (table 0074)."""
    found = result(f"OBR|1||F1|UIT^Uitslag|||20260301{'|' * 17}{service}|F", "OBX|1|TX|T^Tekst||Nodus 8 mm||||||F")
    assert found.facts[-1].section is section


def test_the_letter_under_an_order_for_a_referral_letter_is_one() -> None:
    found: Incoming = read(
        "REF^I12", "RF1||R|||||V1", "PRD|RT|MDO long", "OBR|1|O1|R1|57133-1^Referral note^LN|||20260301",
        "OBX|1|ED|PDF^Display format in PDF^AUSPDI||^application^pdf^Base64^JVBERi0xLjQKJSVFT0YK||||||F",
    )  # fmt: skip
    assert isinstance(found, IncomingReferral)
    assert [(one.kind, one.dated_on) for one in found.documents] == [("referral letter", date(2026, 3, 1))]


def test_a_file_of_another_name_under_an_order_for_a_letter_is_no_letter() -> None:
    found = referral(
        "OBR|2|A2||VB^Verwijsbrief^L", "OBX|1|ED|LAB^Labuitslagen||^application^pdf^Base64^JVBERi0xLjQKJSVFT0YK||||||F"
    )
    assert [one.kind for one in found.documents] == [""]


def test_a_report_in_english_stands_where_one_in_dutch_does() -> None:
    found = result(
        "OBR|1||F1|11529-5^Surgical pathology study^LN|||20260305", "OBX|1|FT|22634-0^Gross observation^LN||3 pijpjes||||||F"
    )
    assert found.facts[-1].section is Section.PATHOLOGY
    assert result("OBR|1||F1|R^Imaging study", "OBX|1|FT|T^Text||Nodus||||||F").facts[-1].section is Section.IMAGING
    assert referral("OBX|1|ST|S^Clinical stage||cT2||||||F").facts[-1].section is Section.DIAGNOSIS


def test_the_lines_of_a_document_without_a_name_are_called_by_the_document() -> None:
    found = read("MDM^T02", "TXA|1|DS^Ontslagbrief|TX|20260310||||||||D-9", "OBX|1|TX|||Gaat goed", "OBX|2|TX|||Naar huis")
    assert [(fact.label, fact.text) for fact in getattr(found, "facts", ())] == [("Ontslagbrief", "Gaat goed\nNaar huis")]


def test_a_report_without_a_name_of_its_own_is_called_by_what_was_ordered() -> None:
    """No OBX-3, or the bare code of the order: the words stand in OBR-4."""
    found = result("OBR|1|P7|A7|R64^X-knie 3 richtingen|||20260301", "OBX|1|FT|||Geen fractuur||||||F")
    assert [(fact.label, fact.text) for fact in found.facts] == [
        ("Aangevraagd", "X-knie 3 richtingen"),
        ("X-knie 3 richtingen", "Geen fractuur"),
    ]
    coded = result("OBR|1|P7|A7|R64^X-knie 3 richtingen|||20260301", "OBX|1|FT|R64&IMP||Geen fractuur||||||F")
    assert coded.facts[1].label == "X-knie 3 richtingen (conclusie)"


@pytest.mark.parametrize("service", ["CR", "DX", "MG", "US", "PT", "NM"])
def test_a_report_of_a_modality_is_imaging(service: str) -> None:
    found = result(f"OBR|1|P7|A7|R64^Knie|||20260301{'|' * 17}{service}", "OBX|1|FT|||Geen fractuur||||||F")
    assert found.facts[1].section is Section.IMAGING


def test_a_range_that_a_program_calls_null_is_none() -> None:
    found = result("OBR|1|P7|A7|K^Kweek", "OBX|1|ST|MIC^Meropenem||>=16|mg/L|null|null|||F")
    assert found.facts[1].text == ">=16 mg/L"


def test_a_document_is_not_called_by_how_it_is_shown() -> None:
    """AUSPDI is what every Australian letter has in OBX-3; what it is stands in OBR-4."""
    found = result(
        "OBR|1|P7|A7|BRF^Ontslagbrief chirurgie",
        "OBX|1|ED|PDF^Display format in PDF^AUSPDI||^application^pdf^Base64^JVBERi0xLjQKJSVFT0YK||||||F",
    )
    assert [one.title for one in found.documents] == ["Ontslagbrief chirurgie"]


def test_what_a_document_says_in_words_says_who_wrote_it() -> None:
    found = read(
        "MDM^T02", "TXA|1|CN^Notitie|TX|20260310|||||88^Visser^H^^^dr.|||D-9", "OBX|1|TX|N^Notitie||Verdraagt kuur||||||F"
    )
    assert [fact.text for fact in getattr(found, "facts", ())] == ["Verdraagt kuur\ndoor: dr. H Visser"]


@pytest.mark.parametrize(
    "order",
    [
        "60568-3^SYNOPTIC REPORT^LN",
        "60569-1^REPORT ADDENDUM.SYNOPTIC^LN",
        "35265-8^PATH REPORT ADDENDUM^LN",
        "S^Synoptisch verslag",
    ],
)
def test_lines_of_a_synoptic_report_are_pathology(order: str) -> None:
    """NAACCR volume V: the code of the order says what it is, the lines name only what was seen."""
    found = result(f"OBR|1|P7|A7|{order}", "OBX|1|CWE|2153^Margin Status^CAPECC||2155^Carcinoma present at margin^CAPECC||||||F")
    assert found.facts[-1].section is Section.PATHOLOGY


def test_a_number_that_points_at_an_answer_is_not_shown_with_the_value() -> None:
    """CAP eCP: OBX-4 `+2131.1` says that the value goes with the answer 2131.1 of the same item."""
    found = result(
        "OBR|1|P7|A7|60568-3^SYNOPTIC REPORT^LN",
        "OBX|1|CWE|2129^Tumor Size^CAPECC|2131|2131.1^Greatest dimension^CAPECC||||||F",
        "OBX|2|NM|2129^Tumor Size^CAPECC|+2131.1|10|cm|||||F",
    )
    assert [(fact.label, fact.text) for fact in found.facts[1:]] == [
        ("Tumor Size", "Greatest dimension"), ("Tumor Size (Greatest dimension)", "10 cm"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Chest X-Ray Addendum", "ADDENDUM", "Röntgen thorax Nachtrag"])
def test_an_addendum_under_the_code_of_its_report_takes_the_place_of_nothing(name: str) -> None:
    """Some senders have one code for report and addendum (`71020`), and tell them apart by the name alone."""
    order = "OBR|1|A1|F1|71020^Chest X-Ray^L|||20260301||||||||||||||||||C"
    report = result(order, "OBX|1|FT|71020^Chest X-Ray Report^L||Massa links||||||F")
    added = result(order, f"OBX|1|FT|71020^{name}^L||Ook rechts 5 mm||||||C")
    assert {fact.key for fact in added.facts if "rechts" in fact.text}.isdisjoint(fact.key for fact in report.facts)
    assert not set(added.whole) & set(report.whole)


def test_a_report_with_its_addendum_takes_the_place_of_the_report() -> None:
    order = "OBR|1|A1|F1|71020^Chest X-Ray^L|||20260301||||||||||||||||||C"
    report = result(order, "OBX|1|FT|71020^Chest X-Ray Report^L||Massa links||||||F")
    both = result(order, "OBX|1|FT|71020^Chest X-Ray Report with addendum^L||Massa links. Ook rechts 5 mm||||||C")
    assert set(both.whole) == set(report.whole)


@pytest.mark.parametrize(
    "name", ["Chest X-Ray Report", "XRAY LUMBAR SPINE 3 VIEWS", "Bone Scan Whole Body", "Screening mammography"]
)
def test_imaging_of_english_senders_stands_under_imaging(name: str) -> None:
    found = result("OBR|1|A1|F1|71020^Onderzoek^L", f"OBX|1|FT|71020^{name}^L||Massa links||||||F")
    assert [fact.section for fact in found.facts if fact.label == name] == [Section.IMAGING]


def test_a_report_on_several_examinations_is_called_by_all_of_them() -> None:
    """PowerScribe: the report stands under the last order, ORC-1 CN says of the others that it is theirs too."""
    found = result(
        "ORC|CN", f"OBR|1|A1|F1|CTH^CT hersenen{'|' * 21}F", "ORC|RE", f"OBR|2|A2|F2|CTN^CT hals{'|' * 21}F",
        "OBX|1|TX|||Geen bloeding||||||F", "OBX|2|TX|IMP^Conclusie^L||Normaal||||||F",
    )  # fmt: skip
    said = labelled(found)
    assert (said["CT hersenen; CT hals"], said["Conclusie (CT hersenen; CT hals)"]) == ("Geen bloeding", "Normaal")


def test_an_order_with_its_own_report_lends_its_name_to_no_other() -> None:
    found = result(
        "ORC|CN", "OBR|1|A1|F1|CTH^CT hersenen", "OBX|1|TX|||Normaal", "ORC|RE", "OBR|2|A2|F2|CTN^CT hals", "OBX|2|TX|||Abces"
    )
    assert "CT hersenen; CT hals" not in labelled(found)


@pytest.mark.parametrize("name", ["Display format in HTML", "Display format in text", "Display format in RTF"])
def test_words_that_are_called_by_their_format_are_called_by_their_order(name: str) -> None:
    """Australian reports come in several formats, each under the name of the format."""
    found = result(
        "OBR|1||F1|PA^Histologie^L|||20260301||||||||||||||||||F", f"OBX|1|FT|X^{name}^AUSPDI||Geen maligniteit||||||F"
    )
    assert [(fact.label, fact.section) for fact in found.facts if fact.text == "Geen maligniteit"] == [
        ("Histologie", Section.PATHOLOGY)
    ]


def test_a_report_in_the_notes_of_its_order_is_one_text_under_its_name() -> None:
    found = result("OBR|1|A1|F1|MRM^MRI mamma|||20260220|||||||||||||||||RAD|P", "NTE|1|L|Massa 22 mm.", "NTE|2|L|BI-RADS 6.")
    fact = found.facts[-1]
    assert (fact.label, fact.text, fact.section) == ("MRI mamma", "Massa 22 mm.\nBI-RADS 6.", "imaging")
    assert (fact.key, fact.status) == ("F1/MRM/NTE", "preliminary")
    over = result("OBR|1|A1|F1|CT^CT|||20260220|||||||||||||||||RAD|X", "NTE|1|L|Afgezegd.")
    assert labelled(over)["CT"] == "Afgezegd." and over.facts[-1].key == ""
    beside = result("OBR|1|A1|F1|L^Lab", "NTE|1|L|Hemolyse.", "OBX|1|NM|K^Kalium||4|mmol/l|||||F")
    assert labelled(beside)[""] == "Hemolyse."
