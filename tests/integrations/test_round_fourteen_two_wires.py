"""The fourteenth round of samples sent one form over both wires: what HL7 v2 hears by its name, FHIR should hear by the same name.

The words stand in one list, `[labels]` and `[sections]` of `generic-v2.toml`, which the profiles for FHIR name.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mdo_portal.exchange import IncomingReferral, Section
from tests.integrations.fhir import read_house
from tests.integrations.hl7v2 import few_lines


def over_v2(name: str, said: str) -> IncomingReferral:
    lines = ("OBR|1|A1||AANM^Aanmelding MDO Long", f"OBX|1|TX|X^{name}||{said}", "OBX|2|TX|O^Opmerking||geen")
    found = few_lines.read("ORU^R01", *lines)
    assert isinstance(found, IncomingReferral)
    return found


def over_fhir(name: str, said: str) -> IncomingReferral:
    item = {"linkId": "1", "text": name, "answer": [{"valueString": said}]}
    return read_house.read(read_house.about("QuestionnaireResponse", status="completed", item=[item]))


def section_of(found: IncomingReferral, said: str) -> Section:
    return next(fact.section for fact in found.facts if fact.text == said)


@pytest.mark.parametrize(
    "name",
    [
        "Klinische vraag", "Vraag 1", "Vragen", "Doel bespreking", "Reden bespreking", "Reden voor bespreking", "Reden inbreng",
        "Indicatie bespreking", "Te bespreken", "Probleemstelling", "Waarom MDO?", "Advies gevraagd over",
    ],
)  # fmt: skip
def test_a_question_is_heard_by_the_same_names(name: str) -> None:
    assert over_v2(name, "Opereren?").question_board == "Opereren?"
    assert over_fhir(name, "Opereren?").question_board == "Opereren?"


@pytest.mark.parametrize(
    "name",
    [
        "Concrete vraag", "Specifieke vraag", "Behandelvraag", "Beleidsvraag", "Onderzoeksvraag", "Besprekingsvraag", "MDO vraag",
        "Vraag aan de MDO-leden", "Vraag(stelling)", "Vraag (verplicht)", "Vraag aan panel", "Casus/vraag",
    ],
)  # fmt: skip
@pytest.mark.parametrize("over", [over_v2, over_fhir], ids=["v2", "fhir"])
def test_other_names_of_a_question(over: Callable[[str, str], IncomingReferral], name: str) -> None:
    assert over(name, "Opereren?").question_board == "Opereren?"


@pytest.mark.parametrize("name", ["Prioriteit", "Spoed?", "Urgent", "Mate van spoed"])
def test_how_soon_is_heard_by_the_same_names(name: str) -> None:
    assert over_v2(name, "ja").urgency == over_fhir(name, "ja").urgency == "urgent"


@pytest.mark.parametrize("name", ["Bespreken voor", "Deadline"])
def test_until_when_is_heard_by_the_same_names(name: str) -> None:
    told = over_v2(name, "27-11-2026").latest_useful_on, over_fhir(name, "27-11-2026").latest_useful_on
    assert [str(day) for day in told] == ["2026-11-27", "2026-11-27"]


@pytest.mark.parametrize(
    "name",
    [
        "Reanimatiebeleid", "Wilsverklaring", "Behandelcode", "Behandelbeperkingen", "Behandelwens", "Voorkeur patiënt",
        "Wensen van de patiënt", "Diagnose", "Werkdiagnose", "cTNM", "Stadium", "Tumorlocatie", "Beeldvorming", "CT", "MRI", "PET-CT",
        "Histologie", "Receptorstatus", "Thuismedicatie", "Chirurgische VG", "Familieanamnese", "Roken", "WHO-PS", "G8", "Frailty",
        "Behandelvoorstel",
    ],
)  # fmt: skip
def test_a_name_finds_the_same_column(name: str) -> None:
    assert section_of(over_fhir(name, "zie boven"), "zie boven") is section_of(over_v2(name, "zie boven"), "zie boven")
