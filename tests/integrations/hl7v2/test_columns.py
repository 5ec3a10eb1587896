"""Under the word that Dutch departments write above it, a report or value stands in its own column of the case."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import Section

from .few_lines import result


def column(label: str) -> Section:
    found = result("OBR|1||F1|ALG^Algemeen", f"OBX|1|TX|X^{label}^L||Geen bijzonderheden||||||F")
    return next(fact.section for fact in found.facts if fact.text == "Geen bijzonderheden")


@pytest.mark.parametrize(
    "label",
    [
        "Histologisch onderzoek", "Cytologisch onderzoek", "Pathologisch onderzoek", "Biopsie mamma links", "PA-verslag", "PA uitslag",
        "Immunohistochemie", "Moleculaire diagnostiek", "HER2", "Ki-67", "PD-L1",
    ],
)  # fmt: skip
def test_what_a_pathologist_found_stands_with_pathology(label: str) -> None:
    assert column(label) is Section.PATHOLOGY


@pytest.mark.parametrize(
    "label",
    ["Radiologisch onderzoek", "Mammogram", "MR hersenen", "Botscan", "Skeletscintigrafie", "Thoraxfoto", "EUS", "Angiografie"],
)
def test_what_was_pictured_stands_with_imaging(label: str) -> None:
    assert column(label) is Section.IMAGING


@pytest.mark.parametrize("label", ["CA 15.3", "CA 19.9", "CA125", "Chromogranine A", "CYFRA 21-1"])
def test_a_tumour_marker_stands_with_the_markers(label: str) -> None:
    assert column(label) is Section.MARKER


@pytest.mark.parametrize(
    ("label", "section"),
    [
        ("cTNM", Section.DIAGNOSIS),
        ("ypTNM", Section.DIAGNOSIS),
        ("Bestraling", Section.TREATMENT),
        ("OK-verslag", Section.TREATMENT),
        ("Immunotherapie", Section.TREATMENT),
        ("Cetirizine", Section.OTHER),
        ("Catheter", Section.OTHER),
        ("Microscopie grampreparaat", Section.OTHER),
    ],
)
def test_a_stage_and_a_treatment_stand_in_theirs_and_another_word_in_none(label: str, section: Section) -> None:
    assert column(label) is section


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Histologisch verslag", "pathology report"),
        ("PA verslag", "pathology report"),
        ("Mammografieverslag", "radiology report"),
    ],
)
def test_a_document_is_of_the_kind_that_its_title_says(title: str, kind: str) -> None:
    found = result("OBR|1||F1|ALG^Algemeen", f"OBX|1|ED|X^{title}^L||^application^pdf^Base64^JVBERi0xLjQK||||||F")
    assert [document.kind for document in found.documents] == [kind]
