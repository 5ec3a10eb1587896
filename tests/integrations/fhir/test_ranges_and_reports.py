"""What a usual range says in numbers stands with its words; a value and a paragraph stand with the report and the letter they are part of."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import Section

from .make import Node
from .read_house import about, read, told, value

LOW, HIGH = {"value": 3.5, "unit": "mmol/L"}, {"value": 5, "unit": "mmol/L"}


@pytest.mark.parametrize(
    ("usual", "shown"),
    [
        ({"text": "Standaard", "low": LOW, "high": HIGH}, "Standaard: 3.5 mmol/L – 5 mmol/L"),
        ({"text": "postmenopauzaal", "high": HIGH}, "postmenopauzaal: … – 5 mmol/L"),
        ({"text": "3,5 - 5,0", "low": LOW, "high": HIGH}, "3,5 - 5,0"),
        ({"text": "[3.50-5.00]", "low": LOW, "high": HIGH}, "[3.50-5.00]"),
        ({"text": "boven 65 jaar", "low": LOW}, "boven 65 jaar: 3.5 mmol/L – …"),
        ({"text": "< 5", "low": {"value": 0}, "high": HIGH}, "< 5: 0 – 5 mmol/L"),
    ],
)
def test_the_numbers_of_a_usual_range_stand_with_its_words(usual: Node, shown: str) -> None:
    """A range that was only called by its name, `Standaard`, could not be judged."""
    found = value("Kalium", valueQuantity={"value": 4.7, "unit": "mmol/L"}, referenceRange=[usual])
    assert told(found) == [("Kalium", f"4.7 mmol/L ({shown})")]


PATHOLOGY = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "PAT"}]}


def test_what_a_report_consists_of_stands_in_its_column() -> None:
    """The summary and the microscopy of a pathologist, without a code, stood under what is left over."""
    parts = [{"reference": "Observation/s"}, {"reference": "Observation/l"}]
    report = about("DiagnosticReport", status="final", category=[PATHOLOGY], code={"text": "Histologie"}, result=parts)
    blood = {"coding": [{"code": "laboratory"}]}
    summary = value("Samenvatting", valueString="pT2") | {"id": "s"}
    parted = value("PSA", valueString="4", category=[blood]) | {"id": "l"}
    loose = value("Rookt", valueBoolean=False) | {"id": "n"}
    found = read(report | {"conclusion": "Carcinoom"}, summary, parted, loose).facts
    assert [(one.label, one.section) for one in found] == [
        ("Histologie", Section.PATHOLOGY),
        ("Samenvatting", Section.PATHOLOGY),
        ("PSA", Section.MARKER),
        ("Rookt", Section.COURSE),
    ]


def letter(number: str, title: str, *sections: tuple[str, str]) -> Node:
    said = [{"title": name, "text": {"status": "generated", "div": f"<div>{words}</div>"}} for name, words in sections]
    fixed = {"id": number, "status": "final", "type": {"text": title}, "title": title, "date": "2026-03-01", "section": said}
    return about("Composition", author=[{"display": f"dr. {number}"}]) | fixed


def test_of_several_letters_each_paragraph_says_of_which_it_is() -> None:
    """`Conclusie` of an X-ray and of a scan stood side by side, and nobody could tell them apart."""
    first = letter("Arts", "X-thorax", ("Conclusie", "Geen afwijkingen"))
    second = letter("Bos", "CT abdomen", ("Conclusie", "Levermetastasen"))
    assert told(first) == [("Conclusie", "Geen afwijkingen")]
    assert told(first, second) == [("X-thorax: Conclusie", "Geen afwijkingen"), ("CT abdomen: Conclusie", "Levermetastasen")]


def test_who_wrote_one_of_several_letters_did_not_refer() -> None:
    """The writer of the first visit note of a whole record was called the referrer."""
    first, second = letter("Arts", "Consult", ("Klacht", "Pijn")), letter("Bos", "Consult", ("Klacht", "Moe"))
    asks = second | {"section": [*second["section"], {"title": "Verzoek", "entry": [{"reference": "ServiceRequest/r"}]}]}
    assert read(first).referrer.name == "dr. Arts"
    assert read(first, second).referrer.name == ""
    assert read(first, asks).referrer.name == "dr. Bos"
    assert read(first, first | {"id": "again"}).referrer.name == "dr. Arts"


@pytest.mark.parametrize("more", [{"status": "entered-in-error"}, {"subject": {"reference": "Patient/elders"}}])
def test_who_wrote_a_letter_that_does_not_count_did_not_refer(more: Node) -> None:
    """Of a letter about another patient the words were held back, and its writer became the referrer."""
    assert read(letter("Arts", "Consult", ("Klacht", "Pijn")) | more).referrer.name == ""
