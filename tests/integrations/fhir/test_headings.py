"""Under which heading a resource stands, which of its codes says a side, and who wrote a part of a message."""

from __future__ import annotations

from typing import Any

import pytest

from mdo_portal.exchange import Section

from .make import Node, request
from .read_house import about, read, told, value


def letter(*sections: tuple[str, str], code: str = "") -> Node:
    """A letter with a section per heading, each with one reference."""
    many: list[Node] = [{"title": title, "entry": [{"reference": points}]} for title, points in sections]
    if code:
        many[0]["code"] = {"coding": [{"system": "http://loinc.org", "code": code}]}
    return about(
        "Composition",
        status="final",
        type={"text": "Brief"},
        title="Brief",
        date="2026-03-01",
        author=[{"display": "x"}],
        section=many,
    ) | {"id": "letter"}


def disease(words: str, number: str) -> Node:
    return about("Condition", code={"text": words}) | {"id": number}


def test_a_disease_under_a_heading_of_the_family_or_the_past_is_not_the_diagnosis() -> None:
    found = read(
        letter(("Familieanamnese", "Condition/a"), ("Voorgeschiedenis", "Condition/b"), ("Differentiaaldiagnose", "Condition/c")),
        disease("Maagcarcinoom", "a"), disease("Angina pectoris", "b"), disease("Lymfoom", "c"),
    )  # fmt: skip
    assert [(fact.section, fact.label, fact.text) for fact in found.facts] == [
        (Section.COMORBIDITY, "Familieanamnese", "Maagcarcinoom"),
        (Section.COMORBIDITY, "Voorgeschiedenis", "Angina pectoris"),
        (Section.DIAGNOSIS, "Differentiaaldiagnose", "Lymfoom"),
    ]


def test_a_heading_is_known_by_its_code_whatever_its_language() -> None:
    found = read(letter(("家族歴", "Condition/a"), code="10157-6"), disease("胃がん", "a"))
    assert [(fact.section, fact.label) for fact in found.facts] == [(Section.COMORBIDITY, "家族歴")]


def test_a_disease_of_the_past_in_a_patient_summary_is_not_the_diagnosis() -> None:
    """The sections of a summary are known by their LOINC codes in all of Europe."""
    found = read(letter(("History of Past illness", "Condition/a"), code="11348-0"), disease("Maagcarcinoom", "a"))
    assert [fact.section for fact in found.facts] == [Section.COMORBIDITY]


@pytest.mark.parametrize(
    "title", ["Familieanamnese", "Familiale voorgeschiedenis", "Family history", "Antécédents familiaux", "Familie"]
)
def test_what_relatives_had_is_known_by_many_headings(title: str) -> None:
    found = read(letter((title, "Condition/a")), disease("Maagcarcinoom", "a"))
    assert [(fact.section, fact.label) for fact in found.facts] == [(Section.COMORBIDITY, title)]


@pytest.mark.parametrize("title", ["Familiair mammacarcinoom", "Familiegesprek", "Gesprek met de familie"])
def test_a_heading_that_only_speaks_of_a_family_leaves_the_diagnosis_the_patients_own(title: str) -> None:
    found = read(letter((title, "Condition/a")), disease("Mammacarcinoom links", "a"))
    assert [(fact.section, fact.label) for fact in found.facts] == [(Section.DIAGNOSIS, title)]


def test_a_value_under_a_heading_of_the_family_says_so_beside_its_own_name() -> None:
    tested = value("BRCA1", valueString="aanwezig") | {"id": "o"}
    assert told(letter(("Familieanamnese", "Observation/o")), tested) == [("BRCA1 (Familieanamnese)", "aanwezig")]
    assert told(letter(("Laboratorium", "Observation/o")), tested) == [("BRCA1", "aanwezig")]


@pytest.mark.parametrize("kind", ["letter", "list"])
def test_a_drug_under_a_heading_says_which(kind: str) -> None:
    drug = about("MedicationStatement", status="unknown", medicationCodeableConcept={"text": "Tamoxifen"}) | {"id": "m"}
    listed = about(
        "List",
        status="current",
        mode="snapshot",
        title="Gestopte medicatie",
        entry=[{"item": {"reference": "MedicationStatement/m"}}],
    )
    above = letter(("Gestopte medicatie", "MedicationStatement/m")) if kind == "letter" else listed
    assert ("Gestopte medicatie", "Tamoxifen (status onbekend)") in told(above, drug)


def test_a_section_without_a_title_stands_under_the_one_around_it() -> None:
    inner: Any = {"entry": [{"reference": "Condition/a"}]}
    around = letter() | {"section": [{"title": "Familieanamnese", "section": [inner]}]}
    assert told(around, disease("Maagcarcinoom", "a")) == [("Familieanamnese", "Maagcarcinoom")]


def test_a_reason_of_the_request_is_the_diagnosis_under_whatever_heading() -> None:
    asked = request(reasonReference=[{"reference": "Condition/a"}])
    found = read(letter(("Voorgeschiedenis", "Condition/a")), disease("Mammacarcinoom", "a"), asked=asked)
    assert [fact.section for fact in found.facts] == [Section.DIAGNOSIS]


# Which of several codes says a side


def codes(*displays: str, text: str = "") -> Node:
    return {"coding": [{"display": one} for one in displays]} | ({"text": text} if text else {})


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            codes("Malignant neoplasm of breast", "Carcinoma of left breast"),
            "Malignant neoplasm of breast (Carcinoma of left breast)",
        ),
        (codes("Mammacarcinoom links", text="Mammacarcinoom"), "Mammacarcinoom (Mammacarcinoom links)"),
        (codes("Mammacarcinoom links", text="Mammacarcinoom links"), "Mammacarcinoom links"),
        (codes("Carcinoma of left breast", "Left breast carcinoma"), "Carcinoma of left breast"),
        (codes("Breast carcinoma", "Carcinoom van de mamma"), "Breast carcinoma"),
    ],
)
def test_a_side_that_only_another_code_says_is_told(code: Node, said: str) -> None:
    assert told(about("Condition", code=code)) == [("", said)]
    assert told(about("Procedure", status="completed", code=code)) == [("", said)]
    assert told(about("Observation", status="final", code=code, valueString="2 cm")) == [(said, "2 cm")]


def test_so_is_one_among_the_codes_of_a_place() -> None:
    placed = about("Condition", code={"text": "Tumor"}, bodySite=[codes("Breast structure", "Structure of right breast")])
    assert told(placed) == [("", "Tumor, Breast structure (Structure of right breast)")]


# Who wrote it


def test_a_part_of_a_message_says_who_wrote_it_where_its_extensions_do() -> None:
    """MedCom CareCommunication: author and time of each part."""
    nurse = {"resourceType": "Practitioner", "id": "n", "name": [{"family": "Burns", "given": ["Michael"]}]}
    by = {"url": "http://medcomfhir.dk/x/payload-author", "valueReference": {"reference": "Practitioner/n"}}
    said = about("Communication", status="unknown", payload=[{"contentString": "Det går dårligt", "extension": [by]}])
    assert told(nurse, said) == [("Bericht", "Det går dårligt; payload author: Michael Burns")]


def test_what_a_request_names_and_does_not_send_says_what_its_extensions_say() -> None:
    """Belgian imaging: the display says only of what kind it is, and what it is stands beside it."""
    concept = {"url": "https://x.example/be-ext-codeable-concept", "valueCodeableConcept": {"text": "Nierinsufficiëntie"}}
    asked = request(supportingInfo=[{"display": "Patient condition", "extension": [concept]}])
    assert told(asked=asked) == [("Document niet meegestuurd", "Patient condition; be ext codeable concept: Nierinsufficiëntie")]


def test_a_note_says_of_what_it_is_and_whose() -> None:
    """Notes of several things stand in one column under one name: of two drugs one was stopped, and of one stage M1 was meant."""
    drug = about(
        "MedicationStatement",
        status="active",
        medicationCodeableConcept={"text": "Tamoxifen"},
        note=[{"text": "Gestopt in 2024"}],
    )
    stage = value("cM", valueString="M0", note=[{"text": "Bijgesteld: M1", "authorString": "dr. Oost"}])
    said = [{"text": "Uitgezaaid, denk ik", "authorReference": {"reference": "Patient/p"}}, {"text": "Melanoom van de arm"}]
    found = told(drug, stage | {"id": "s"}, disease("Melanoom", "d") | {"note": said})
    assert [words for label, words in found if label == "Toelichting"] == [
        "Tamoxifen: Gestopt in 2024", "cM: Bijgesteld: M1; volgens: dr. Oost",
        "Melanoom: Uitgezaaid, denk ik; volgens: de patiënt zelf", "Melanoom van de arm",
    ]  # fmt: skip


def test_what_a_patient_says_of_himself_on_a_form_or_of_his_drugs_says_so() -> None:
    by = {"reference": "Patient/p"}
    form = about(
        "QuestionnaireResponse",
        status="completed",
        source=by,
        item=[{"linkId": "1", "text": "ECOG", "answer": [{"valueInteger": 0}]}],
    )
    drug = about("MedicationStatement", status="active", medicationCodeableConcept={"text": "Tamoxifen"}, informationSource=by)
    assert told(form, drug | {"id": "m"}) == [
        ("ECOG", "0; volgens: de patiënt zelf"),
        ("", "Tamoxifen; volgens: de patiënt zelf"),
    ]


def test_what_a_list_calls_removed_or_stopped_says_so_in_its_own_column() -> None:
    """The list is told apart, under other things: who reads the diagnoses alone read it as one that holds."""
    entries: list[Node] = [
        {"item": {"reference": "Condition/a"}, "deleted": True},
        {"item": {"reference": "Condition/b"}, "flag": {"text": "gestopt"}}, {"item": {"reference": "Condition/c"}},
    ]  # fmt: skip
    found = read(
        about("List", status="current", mode="working", title="Problemen", entry=entries) | {"id": "list"},
        disease("Jicht", "a"), disease("COPD", "b"), disease("Astma", "c"),
    )  # fmt: skip
    assert [fact.text for fact in found.facts if fact.section is Section.DIAGNOSIS] == [
        "Jicht (verwijderd)",
        "COPD (gestopt)",
        "Astma",
    ]
