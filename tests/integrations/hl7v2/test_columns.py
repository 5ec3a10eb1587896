"""Under the word that Dutch departments write above it, a report or value stands in its own column of the case."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingResult, Section

from .few_lines import read, result


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
    ("section", "labels"),
    [
        (Section.WISH, "Behandelbeperking;Reanimatiebeleid;Niet reanimeren;Behandelcode;NR-verklaring;Kinderwens"),
        (Section.CONDITION, "ASA-klasse;BMI;VMS kwetsbare ouderen;Longfunctie;Ejectiefractie"),
        (Section.COMORBIDITY, "Co-morbiditeit;Contrastallergie;Voorgesch.;Pacemaker;Heeft patiënt een pacemaker?"),
        (Section.MEDICATION, "Thuismedicatie;Medicijnen;Bloedverdunners;DOAC-gebruik"),
        (Section.DIAGNOSIS, "FIGO;Tumorlokalisatie;Levermetastasen;Ann Arbor"),
        (Section.COURSE, "Endoscopie;ERCP;Reden van komst;Thuissituatie;Packyears"),
        (Section.TREATMENT, "Behandelplan;Behandelvoorstel;Voorbehandeling;Eerder gegeven RT"),
        (Section.MARKER, "Thyreoglobuline;Calcitonine;S-100;NSE"),
        (Section.IMAGING, "BI-RADS;PI-RADS score;RECIST;Rö-thorax"),
        (Section.PATHOLOGY, "Breslowdikte;Differentiatiegraad;Resectiemarges;Punctie schildklier;FNA;BRCA"),
        (Section.OTHER, "Onset;Reanalyse;Lactaat;Figuratie"),
    ],
    ids=lambda one: one.value if isinstance(one, Section) else "labels",
)  # fmt: skip
def test_what_a_form_of_a_department_asks_stands_in_the_column_where_a_board_looks_for_it(section: Section, labels: str) -> None:
    assert {label: column(label) for label in labels.split(";")} == dict.fromkeys(labels.split(";"), section)


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


@pytest.mark.parametrize(("title", "kind"), [("Brief poli longziekten", ""), ("Verwijsbrief huisarts", "referral letter")])
def test_a_letter_about_a_patient_is_no_referral_letter_unless_it_says_so(title: str, kind: str) -> None:
    pdf = f"OBX|1|ED|X^{title}^L||^application^pdf^Base64^JVBERi0xLjQK||||||F"
    found = read("MDM^T02", "TXA|1|CN|AP|20260301||||||||D1", pdf)
    assert isinstance(found, IncomingResult)
    assert [document.kind for document in found.documents] == [kind]
    coded = read("MDM^T02", "TXA|1|57133-1|AP|20260301||||||||D1", pdf)
    assert [document.kind for document in getattr(coded, "documents", ())] == ["referral letter"]
    asked = read("REF^I12", "RF1||||||R-1", pdf)
    assert [document.kind for document in getattr(asked, "documents", ())] == ["referral letter"]


def test_a_code_of_a_document_is_no_part_of_its_title() -> None:
    """TXA-2: LOINC is longer than the two letters of table 0270, and no words."""
    found = read(
        "MDM^T02", "TXA|1|18748-4|AP|20260301||||||||D1", "OBX|1|ED|X^CT-verslag^L||^application^pdf^Base64^JVBERi0xLjQK||||||F"
    )
    assert isinstance(found, IncomingResult)
    assert [(document.title, document.kind) for document in found.documents] == [("CT-verslag", "radiology report")]


def test_a_status_three_fields_early_is_no_flag() -> None:
    found = result(
        "OBR|1||F1|ALG^Algemeen", "OBX|1|TX|N^Notitie^L||Gaat goed.|||F", "OBX|2|NM|K^Kalium^L||4.1|mmol/L|3.5-5|F|||F"
    )
    assert [fact.text for fact in found.facts if fact.label != "Aangevraagd"] == ["Gaat goed.", "4.1 mmol/L (3.5-5, F)"]
