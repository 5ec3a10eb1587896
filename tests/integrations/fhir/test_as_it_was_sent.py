"""What senders elsewhere write and nobody here had met: from when, how it is called, why it is not there, and half a date."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import Section

from .make import Node, patient, request
from .read_house import about, of_patient, read, told, value

N = "http://hl7.org/fhir/StructureDefinition/"
BSN, OID = "http://fhir.nl/fhir/NamingSystem/bsn", "urn:oid:2.16.840.1.113883.2.4.6.3"


def words(one: str) -> Node:
    return {"text": one}


@pytest.mark.parametrize(
    ("period", "latest"), [({"start": "2026-12-01"}, "None"), ({"start": "2026-12-01", "end": "2026-12-20"}, "2026-12-20")]
)
def test_from_when_a_board_is_asked_for_stands_on_the_case(period: Node, latest: str) -> None:
    found = read(asked=request(occurrencePeriod=period))
    assert [(one.label, one.text) for one in found.facts] == [("Gewenst vanaf", "2026-12-01")]
    assert str(found.latest_useful_on) == latest


def test_one_day_is_no_period() -> None:
    assert told(asked=request(occurrencePeriod={"start": "2026-12-01", "end": "2026-12-01"})) == []


def test_a_result_that_was_called_off_says_so_beside_the_reason() -> None:
    why = [{"url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-DiagnosticReport.statusReason",
            "valueCodeableConcept": words("te weinig materiaal")}]  # fmt: skip
    lab = [{"coding": [{"code": "laboratory"}]}]
    (found,) = read(
        about("Observation", status="cancelled", code=words("Hb"), category=lab, effectiveDateTime="2026-04-08", extension=why)
    ).facts
    assert (found.section, found.label, str(found.dated_on)) == (Section.MARKER, "Hb", "2026-04-08")
    assert found.text == "(geannuleerd); statusReason: te weinig materiaal"


def test_of_several_codes_the_words_of_the_one_that_was_chosen_are_shown() -> None:
    coded = [{"code": "C34.1", "display": "Longkanker"}, {"code": "7", "display": "Plaveiselcel, long", "userSelected": True}]
    assert told(about("Condition", code={"coding": coded})) == [("", "Plaveiselcel, long")]


@pytest.mark.parametrize("sent", ["1950-00-00", "1950-05-00"])
def test_half_a_birth_date_written_with_zeros_does_not_stop_a_referral(sent: str) -> None:
    found = read(who=patient(birthDate=sent))
    assert (found.patient.birth_on, found.unmapped) == (None, ("Patient/1 birthDate",))


def test_a_month_of_nought_before_a_day_is_no_half_date() -> None:
    from integrations.fhir.text.mend import mended

    made = mended(patient(birthDate="1950-00-12"), "R4")
    assert made is not None and "birthDate" not in made.resource and made.left == ("birthDate",)


@pytest.mark.parametrize(("own", "named"), [(BSN, OID), (OID, BSN), (OID, OID)])
def test_a_value_under_the_bsn_is_of_the_patient_however_its_system_is_written(own: str, named: str) -> None:
    who = patient(identifier=[{"system": own, "value": "999900006"}])
    told_of = value("PSA", valueString="4", subject={"identifier": {"system": named, "value": "999900006"}})
    found = read(told_of, who=who)
    assert ([one.text for one in found.facts], found.quarantined) == (["4"], ())


def test_a_value_under_another_bsn_is_of_another() -> None:
    who = patient(identifier=[{"system": BSN, "value": "999900006"}])
    found = read(value("PSA", valueString="4", subject={"identifier": {"system": OID, "value": "999900018"}}), who=who)
    assert ([one.text for one in found.facts], len(found.quarantined)) == ([], 1)


@pytest.mark.parametrize(
    ("resource", "shown"),
    [
        (of_patient("Immunization", status="completed", vaccineCode=words("Griep"), occurrenceDateTime="2021-05"),
         "Griep (2021-05)"),
        (of_patient("Consent", status="active", scope=words("zorg"), category=[words("Niet beademen")], dateTime="2020"),
         "Niet beademen (2020)"),
        (about("CarePlan", status="active", intent="plan", title="Nazorg", created="2024-03"), "Nazorg (2024-03)"),
        (about("Specimen", type=words("Biopt"), collection={"collectedDateTime": "2026-01"}), "Biopt (2026-01)"),
        (about("Encounter", status="finished", type=[words("Opname")], period={"start": "2019-02"},
               **{"class": {"code": "IMP"}}), "Opname (afgerond) (2019-02)"),
        (about("ImagingStudy", status="available", description="CT thorax", started="2025"), "CT thorax (2025)"),
        (of_patient("AllergyIntolerance", reaction=[{"substance": words("latex"), "manifestation": [words("jeuk")]}],
                    recordedDate="2018"), "latex: jeuk (2018)"),
        (of_patient("EpisodeOfCare", status="active", type=[words("Oncologie")], period={"start": "2025-09"}),
         "Oncologie (2025-09)"),
    ],
)  # fmt: skip
def test_half_a_date_stays_beside_what_has_no_code(resource: Node, shown: str) -> None:
    assert [one.text for one in read(resource).facts] == [shown]


def test_what_is_asked_for_stands_on_the_case_where_the_board_is_named_otherwise() -> None:
    asked = request(code=words("Second opinion slokdarm"), performer=[{"display": "MDO Bovenbuik"}])
    assert told(asked=asked) == [("Aangevraagd", "Second opinion slokdarm")]
    assert told(asked=request(code=words("MDO Bovenbuik"), performer=[{"display": "MDO Bovenbuik"}])) == []


def test_a_code_that_only_says_that_it_is_a_review_is_not_repeated() -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "720006006", "display": "Cancer care review"}]}
    assert told(asked=request(code=code, performer=[{"display": "MDO Bovenbuik"}])) == []


def test_a_request_that_says_only_of_what_sort_it_is_hints_with_that() -> None:
    assert read(asked=request(category=[words("MDO Bovenbuik")])).board_hint == "MDO Bovenbuik"


def test_an_intolerance_is_no_allergy() -> None:
    assert told(of_patient("AllergyIntolerance", type="intolerance", code=words("Jodium"))) == [
        ("Allergie", "Jodium (intolerantie)")
    ]
    assert told(of_patient("AllergyIntolerance", type="allergy", code=words("Jodium"))) == [("Allergie", "Jodium")]


CONFIDENTIAL = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"


@pytest.mark.parametrize("code", ["R", "V"])
def test_that_something_is_confidential_is_named(code: str) -> None:
    label = [{"system": CONFIDENTIAL, "code": code}]
    content = [{"attachment": {"contentType": "text/plain", "data": "dGVrc3Q="}}]
    letter = about("DocumentReference", status="current", securityLabel=[{"coding": label}], content=content)
    plain = about("Condition", code=words("HIV"), meta={"security": label})
    found = read(letter, plain | {"id": "y"})
    assert [one for one in found.unmapped if "confidential" in one] == [
        f"DocumentReference/2 confidential {code}", f"Condition/3 confidential {code}",
    ]  # fmt: skip


def test_ordinary_confidentiality_is_not_named() -> None:
    plain = about("Condition", code=words("COPD"), meta={"security": [{"system": CONFIDENTIAL, "code": "N"}]})
    assert read(plain).unmapped == ()


def test_why_somebody_was_seen_is_told_also_when_it_was_not_sent_along() -> None:
    seen = about("Encounter", status="finished", type=[words("SEH")], reasonReference=[{"display": "Kortademig"}],
                 **{"class": {"code": "EMER"}})  # fmt: skip
    assert told(seen) == [("Contact", "SEH; Kortademig (afgerond)")]


def test_words_that_only_say_that_it_is_a_review_are_not_repeated() -> None:
    assert told(asked=request(code=words("Multidisciplinair overleg"), performer=[{"display": "MDO Bovenbuik"}])) == []


@pytest.mark.parametrize(
    ("given", "marks", "shown"),
    [
        (["Johan", "Johan", "J."], ["BR", "CL", "IN"], "Johan"),
        (["Johanna", "Maria", "Jo", "JM"], ["BR", "BR", "CL", "IN"], "Johanna Maria"),
        (["Jo", "J"], ["CL", "IN"], "Jo"),
    ],
)
def test_what_somebody_is_called_is_no_second_given_name(given: list[str], marks: list[str], shown: str) -> None:
    """Zorgplatform sends all three in one list: `Johan Johan` stood above the case."""
    marked = [{"extension": [{"url": f"{N}iso21090-EN-qualifier", "valueCode": one}]} for one in marks]
    assert read(who=patient(name=[{"family": "Vos", "given": given, "_given": marked}])).patient.name.given == shown
