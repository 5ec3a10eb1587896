"""What the fourteenth round of messages showed of values, urgency and people: gone, under a wrong name, or to be typed again.

Most harm first: a value that nobody sees, then one that seems to be of something else.
"""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral, Section

from .few_lines import labelled, read, result

ASKS = "OBR|1|A1||AANM^Aanmelding MDO Long"


def registration(*lines: str) -> IncomingReferral:
    found = read("ORU^R01", ASKS, *lines)
    assert isinstance(found, IncomingReferral)
    return found


def section_of(name: str, text: str = "waarde", unit: str = "") -> Section:
    found = registration(f"OBX|1|TX|X^{name}||{text}|{unit}", "OBX|2|TX|Q^Vraagstelling||Opereren?")
    return next(fact.section for fact in found.facts if fact.label == name)


@pytest.mark.parametrize(
    "line",
    [
        "OBX|1|NM|HB^Hb|7,1|mmol/l|7,5-10|L||||F",
        "OBX|1|NM|HB^Hb|||7,1|mmol/l|7,5-10|L||||F",
        "OBX|NM|HB^Hb||7,1|mmol/l|7,5-10|L||||F",
    ],
    ids=["one early", "one late", "without a set id"],
)
def test_a_value_of_which_the_line_is_shifted_is_shown_with_its_unit(line: str) -> None:
    assert labelled(result("OBR|1|L1||HB^Hb|||20261119", line))["Hb"].startswith("7,1 mmol/l")


def test_a_value_whose_line_is_shifted_is_taken_back_where_it_says_so() -> None:
    found = result("OBR|1|L1||HB^Hb|||20261119", "OBX|1|NM|HB^Hb|||7,1|mmol/l|7,5-10|L||||D")
    assert [fact.text for fact in found.facts if fact.status == "withdrawn"] == ["7,1 mmol/l (7,5-10, L)"]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("OBX|1|NM|HB^Hb|1|n/a||||||F", "n/a"),
        ("OBX|1|ST|HB^Hb|2|positief|7,5-10|||||F", "positief 7,5-10"),
        ("OBX|1|NM|HB^Hb|1|7,1|mmol/l|7,5-10|L|||F", "7,1 mmol/l (7,5-10, L)"),
        ("OBX||NM|HB^Hb||7,1|mmol/l|7,5-10|L|||F", "7,1 mmol/l (7,5-10, L)"),
        ("OBX|1|SN|HB^Hb|1|>^7|mmol/l|7,5-10|H|||F", "> 7 mmol/l (7,5-10, H)"),
    ],
)
def test_a_line_that_is_not_shifted_stays_as_it_is(line: str, text: str) -> None:
    assert labelled(result("OBR|1|L1||HB^Bloed|||20261119", line))["Hb"] == text


def test_which_of_two_things_a_word_is_said_of_is_shown() -> None:
    lines = [
        f"OBX|{n}|ST|{code}|{which}|{words}||||||F"
        for n, (code, which, words) in enumerate(
            (("GEN^Gen", 1, "KRAS"), ("VAR^Variant", 1, "p.G12C"), ("GEN^Gen", 2, "TP53"), ("VAR^Variant", 2, "p.R175H")), start=1
        )
    ]
    found = labelled(result("OBR|1|C1||NGS^NGS panel|||20261110", *lines))
    assert (found.get("Variant (1)"), found.get("Variant (2)")) == ("p.G12C", "p.R175H")


def test_a_word_says_of_which_it_is_where_a_number_under_the_same_does() -> None:
    lines = [
        f"OBX|{n}|{kind}|{code}|{which}|{value}||||||F"
        for n, (kind, code, which, value) in enumerate(
            (
                ("NM", "DIAM^Diameter", 1, "12"), ("ST", "LOC^Locatie", 1, "segment 7"),
                ("NM", "DIAM^Diameter", 2, "30"), ("ST", "LOC^Locatie", 2, "segment 4"),
            ), start=1,
        )
    ]  # fmt: skip
    found = labelled(result("OBR|1|C1||CT^CT abdomen|||20261110", *lines))
    assert (found.get("Locatie (1)"), found.get("Locatie (2)")) == ("segment 7", "segment 4")


@pytest.mark.parametrize(
    ("name", "said"),
    [("Is er spoed?", "ja"), ("Spoedaanvraag", "ja"), ("Voorrang", "ja"), ("Spoed", "X"), ("Spoed", "1"), ("Spoed", "true")],
)
def test_a_form_that_says_in_its_own_words_that_it_cannot_wait(name: str, said: str) -> None:
    assert registration(f"OBX|1|ST|S^{name}||{said}", "OBX|2|TX|Q^Vraagstelling||Opereren?").urgency == "urgent"


@pytest.mark.parametrize(
    ("name", "said", "means"),
    [
        ("Urgentie", "binnen 1 week", "binnen 1 week"),
        ("Urgentie aanmelding", "S", "asap"),
        ("Urgentie aanmelding", "Hoog", "Hoog"),
        ("Urgentie MDO", "binnen 1 week", "binnen 1 week"),
    ],
)
def test_how_soon_is_heard_where_it_is_no_complaint_of_the_bladder(name: str, said: str, means: str) -> None:
    assert registration(f"OBX|1|ST|S^{name}||{said}", "OBX|2|TX|Q^Vraagstelling||Opereren?").urgency == means


def test_until_when_is_read_as_people_write_it() -> None:
    found = registration("OBX|1|ST|D^Uiterste datum||27-11-26", "OBX|2|TX|Q^Vraagstelling||Opereren?")
    assert str(found.latest_useful_on) == "2026-11-27"


@pytest.mark.parametrize(("before", "day"), [(14, "20261105"), (22, "20261110")], ids=["received", "reported"])
def test_a_report_of_which_only_that_day_is_known_says_it(before: int, day: str) -> None:
    order = f"OBR|1|A9|F9|PA^Histologie{'|' * (before - 4)}{day}"
    (fact,) = (one for one in result(order, "OBX|1|TX|C^Conclusie||Carcinoom NST").facts if one.label == "Conclusie")
    assert str(fact.dated_on) == f"{day[:4]}-{day[4:6]}-{day[6:]}" or f"{day[4:6]}-{day[6:]}" in fact.text


def test_the_first_day_of_1900_is_no_day() -> None:
    (fact,) = (
        one for one in result("OBR|1|A9|F9|CT^CT thorax|||19000101", "OBX|1|TX|V^Verslag||2 cm.").facts if one.text == "2 cm."
    )
    assert fact.dated_on is None


def test_a_report_finds_its_column_by_the_only_name_it_has() -> None:
    found = result("OBR|1|A9|F9|^^^CTTH^CT thorax^L|||20261110", "OBX|1|TX|^^^V^Verslag^L||2 cm.")
    assert [fact.section for fact in found.facts if fact.text == "2 cm."] == [Section.IMAGING]


@pytest.mark.parametrize(
    ("name", "text", "unit"), [("Alk. fosfatase", "144", "U/l"), ("ALK fosfatase", "144", "U/l"), ("eGFR", "44", "")]
)
def test_what_the_liver_and_the_kidneys_do_is_no_gene(name: str, text: str, unit: str) -> None:
    assert section_of(name, text, unit) is not Section.PATHOLOGY


@pytest.mark.parametrize(
    "name", ["NR-beleid", "Wat wil de patiënt?", "Wat is belangrijk voor de patiënt?", "Patiëntvoorkeur", "Doelen patiënt"]
)
def test_what_a_patient_wants_stands_first_in_whatever_words(name: str) -> None:
    assert section_of(name) is Section.WISH


def test_another_word_for_anticoagulants_is_medication() -> None:
    assert section_of("Anticoagulantia", "apixaban") is Section.MEDICATION


@pytest.mark.parametrize(
    ("role", "field"), [("CM^Casemanager", "case_manager"), ("HB^Hoofdbehandelaar", "treating"), ("HA^Huisarts", "gp")]
)
def test_who_somebody_is_to_the_patient_may_be_said_in_words_in_a_rol(role: str, field: str) -> None:
    found = read("ORM^O01", "PV1|1|O", f"ROL|1|AD|{role}|V1^Groen^M", "ORC|NW|A1", ASKS)
    assert getattr(found, field).name == "M Groen"


@pytest.mark.parametrize(
    ("name", "field"), [("Hoofdbehandelaar", "treating"), ("Casemanager", "case_manager"), ("Huisarts", "gp")]
)
def test_who_treats_may_be_said_in_the_form(name: str, field: str) -> None:
    found = registration(f"OBX|1|ST|1^{name}||dr. Zwart", "OBX|2|TX|Q^Vraagstelling||Opereren?")
    coded = registration(f"OBX|1|XCN|1^{name}||V12^Zwart^W", "OBX|2|TX|Q^Vraagstelling||Opereren?")
    assert getattr(found, field).name == "dr. Zwart" and labelled(found)[name] == "dr. Zwart"
    assert (getattr(coded, field).name, getattr(coded, field).number) == ("W Zwart", "V12")


@pytest.mark.parametrize(
    "said", ["Op de hoogte", "ja", "Akkoord", "Nog Onbekend", "zie Brief", "chirurg", "Tel 0612345678 Zwart"]
)
def test_what_a_form_says_of_somebody_and_is_no_name_names_nobody(said: str) -> None:
    assert registration(f"OBX|1|ST|1^Huisarts||{said}", "OBX|2|TX|Q^Vraagstelling||Opereren?").gp.name == ""


@pytest.mark.parametrize(
    ("name", "said", "means"),
    [("Prioriteit", "1", "1"), ("Urgentie", "ja", ""), ("Urgentie", "binnen de blaas", ""), ("Spoed", "0", "routine")],
)
def test_what_says_something_else_makes_nothing_urgent(name: str, said: str, means: str) -> None:
    assert registration(f"OBX|1|ST|S^{name}||{said}", "OBX|2|TX|Q^Vraagstelling||Opereren?").urgency == means


def test_lines_of_two_texts_are_no_things_that_come_back() -> None:
    lines = (
        "OBX|1|ST|V^Verslag|1|Een",
        "OBX|2|ST|V^Verslag|2|twee",
        "OBX|3|ST|C^Conclusie|1|Drie",
        "OBX|4|ST|C^Conclusie|2|vier",
    )
    found = result("OBR|1|C1||CT^CT thorax|||20261110", *lines)
    assert not [fact.label for fact in found.facts if "(1)" in fact.label or "(2)" in fact.label]
