"""What says of itself that it is not so is so nowhere: not as a reason, a ground or a complication either."""

from __future__ import annotations

import pytest

from tests.integrations.fhir.read_house import about, told, value


@pytest.mark.parametrize(("state", "shown"), [("refuted", "weerlegd"), ("entered-in-error", "ten onrechte ingevoerd")])
def test_what_is_not_so_is_no_complication_reason_or_ground_by_its_name_alone(state: str, shown: str) -> None:
    bled = about("Condition", id="c", code={"text": "Nabloeding"}, verificationStatus={"coding": [{"code": state}]})
    there = [{"reference": "Condition/c"}]
    done = about("Procedure", id="1", status="completed", code={"text": "Whipple"}, complicationDetail=there)
    drug = about(
        "MedicationStatement", id="2", status="active", medicationCodeableConcept={"text": "Middel"}, reasonReference=there
    )
    rests = about("Condition", id="3", code={"text": "Anemie"}, evidence=[{"detail": there}])
    said = [text for _, text in told(bled, done, drug, rests)]
    assert said[-3:] == [
        f"Whipple; Nabloeding ({shown})", f"Middel; reden: Nabloeding ({shown})", f"Anemie; op grond van: Nabloeding ({shown})",
    ]  # fmt: skip


def test_a_drug_that_was_entered_in_error_is_suspected_as_that() -> None:
    drug = {"text": "Pembrolizumab"}
    wrong = about("MedicationStatement", id="pembro", status="entered-in-error", medicationCodeableConcept=drug)
    suspect = [{"instance": {"reference": "MedicationStatement/pembro"}}]
    event = about("AdverseEvent", id="ae", actuality="actual", event={"text": "Uitslag"}, suspectEntity=suspect)
    assert told(wrong, event) == [("Bijwerking of complicatie", "Uitslag; Pembrolizumab (ten onrechte ingevoerd)")]


def test_so_it_is_where_something_is_about_it_or_rests_on_it() -> None:
    gone = about("Condition", id="c", code={"text": "Levermetastase"}, verificationStatus={"coding": [{"code": "refuted"}]})
    due = [{"url": "http://hl7.org/fhir/StructureDefinition/condition-dueTo", "valueReference": {"reference": "Condition/c"}}]
    other = about("Condition", id="d", code={"text": "Geelzucht"}, extension=due)
    size = value("Grootte", valueQuantity={"value": 3, "unit": "mm"}, focus=[{"reference": "Condition/c"}])
    seen = [{"itemReference": {"reference": "Condition/c"}, "basis": "MRI"}]
    thought = about("ClinicalImpression", id="i", status="completed", finding=seen)
    said = [text for _, text in told(gone, other, size, thought)]
    assert said == [
        "Levermetastase (weerlegd)", "Geelzucht; condition dueTo: Levermetastase (weerlegd)",
        "3 mm; betreft: Levermetastase (weerlegd)", "Levermetastase (weerlegd) (MRI)",
    ]  # fmt: skip
