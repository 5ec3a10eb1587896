"""One thing said in two ways is read as one thing: what came to light by saying messages otherwise (test_alike.py)."""

from __future__ import annotations

import json

import pytest

from integrations.fhir.explain import FhirExplainer
from integrations.fhir.reader import FhirReader

from .alike.written import as_xml
from .make import BASE, Node, condition, patient, request
from .otherwise_house import OOST, Tree, referral, tree
from .read_house import PDF, about, of_patient, read, told, value


def passed(message: Tree) -> Tree:
    return {"resourceType": "Parameters", "parameter": [{"name": "content", "resource": message}]}


# The same entry twice

PANEL = value("Bloeddruk", component=[{"code": {"text": "Boven"}, "valueString": "120"}])
LETTER = about("DocumentReference", status="current", content=[{"attachment": {"contentType": "application/pdf", "data": PDF}}])


@pytest.mark.parametrize(
    "also", [condition(), PANEL, LETTER, of_patient("Coverage", status="active", payor=[{"display": "VGZ"}])]
)
def test_an_entry_that_comes_twice_word_for_word_is_read_once(also: Node) -> None:
    once = tree(request(identifier=[], reasonCode=[{"text": "Melanoom"}]), patient(), also)
    assert referral(once | {"entry": [*once["entry"], *once["entry"]]}) == referral(once)


def test_two_entries_under_one_address_that_differ_are_not_one() -> None:
    found = read(value("PSA", valueString="3"), value("PSA", valueString="4"))
    assert [one.text for one in found.facts] == ["3"]
    assert found.quarantined == ("Observation/3: its address is claimed twice",)


def test_two_things_without_an_address_that_are_equal_are_two_things() -> None:
    """Two copies of one letter: nobody says that they are one."""
    once = tree(request(), patient())
    bare = {"resource": {name: one for name, one in LETTER.items() if name != "id"}}
    assert len(referral(once | {"entry": [*once["entry"], bare, bare]}).documents) == 2


# A Bundle in a Bundle, or among parameters


def test_what_a_bundle_says_of_itself_counts_among_parameters_too() -> None:
    sent = tree(request(), patient()) | {"timestamp": "2026-03-02T10:00:00+01:00"}
    sent |= {"meta": {"tag": [{"code": "HTEST"}]}, "link": [{"relation": "next", "url": f"{BASE}?page=2"}]}
    found = referral(passed(sent))
    assert found.sent_at == referral(sent).sent_at
    assert found.unmapped == ("Bundle/0.Bundle HTEST", "Bundle/0.Bundle.link next")


def test_what_is_deleted_in_a_bundle_among_parameters_is_taken_back() -> None:
    sent = tree(request(), patient())
    sent["entry"].append({"request": {"method": "DELETE", "url": "Observation/7"}})
    found = referral(passed(sent))
    assert [one.key for one in found.taken_back] == ["Observation/7"]
    assert found.unmapped == ("Bundle/0.entry/2 DELETE",)


def test_and_so_is_what_is_deleted_in_a_bundle_in_a_message() -> None:
    inner = tree(request(), patient())
    inner["entry"].append({"request": {"method": "DELETE", "url": "Observation/7"}})
    head = {"resourceType": "MessageHeader", "id": "m", "eventCoding": {"code": "x"}, "source": {"endpoint": "urn:x"}}
    assert [one.key for one in referral(tree(head, inner) | {"type": "message"}).taken_back] == ["Observation/7"]


def test_a_bundle_that_stays_closed_deletes_nothing() -> None:
    inner = tree(value("PSA", valueString="3"))
    inner["entry"].append({"request": {"method": "DELETE", "url": "Observation/7"}})
    assert referral(tree(request(), patient(), inner)).taken_back == ()


# XML


def test_the_numbers_of_a_patient_are_seen_in_xml_wherever_they_stand() -> None:
    """By these the messages about one patient are read in order, and found again."""
    by_number = request(subject={"identifier": {"system": "urn:oid:2.25.1", "value": "0042"}})
    for message in (tree(by_number), passed(tree(request(), patient()))):
        header = FhirReader().header(as_xml(message))
        assert header.patient_numbers == FhirReader().header(json.dumps(message).encode()).patient_numbers
        assert header.patient_numbers == (("urn:oid:2.25.1", "0042"),)


def test_the_page_that_tries_a_message_tells_of_xml_what_it_tells_of_json() -> None:
    message = tree(request(note=[{"text": "Operatie?"}]), patient(), value("PSA", valueString="3"))
    explained = FhirExplainer().explain(as_xml(message), "generic-r4")
    assert explained == FhirExplainer().explain(json.dumps(message).encode(), "generic-r4")
    assert ("question_board", "Operatie?") in [(one.name, one.value) for one in explained.fields]


def test_and_it_says_where_a_name_stands_in_a_bundle_among_parameters() -> None:
    message = tree(request(requester={"reference": "Practitioner/oost"}), patient(), OOST)
    fields = FhirExplainer().explain(json.dumps(passed(message)).encode(), "generic-r4").fields
    assert [one.place for one in fields if one.name == "referrer.name"] == ["Bundle/0.Practitioner/2.name[0].text"]


# What is contained


def test_what_a_person_must_know_of_a_patient_is_told_of_a_contained_one() -> None:
    who = patient(active=False, birthDate="1957", link=[{"other": {"display": "x"}, "type": "replaced-by"}])
    inside = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": request(subject={"reference": "#p"}, contained=[who])}],
    }
    place = "ServiceRequest/0#Patient/0"
    assert referral(inside).unmapped == (f"{place} birthDate", f"{place} active=false", f"{place} replaced-by")


def test_of_two_samples_that_are_contained_a_value_says_of_which_it_is() -> None:
    def graded(name: str, side: str) -> Node:
        sample = {"resourceType": "Specimen", "id": "s", "type": {"text": "Biopt"}, "collection": {"bodySite": {"text": side}}}
        return value("Gleason", valueString="3", specimen={"reference": "#s"}, contained=[sample]) | {"id": name}

    words = [words for label, words in told(graded("a", "links"), graded("b", "rechts")) if label == "Gleason"]
    assert words == ["3; materiaal: Biopt, links", "3; materiaal: Biopt, rechts"]


def test_the_parts_of_two_panels_that_are_contained_say_of_which_they_are() -> None:
    def variant(name: str, gene: str, change: str) -> Node:
        parts = [
            {"code": {"text": "Gen"}, "valueCodeableConcept": {"text": gene}}, {"code": {"text": "Aminozuur"}, "valueString": change},
        ]  # fmt: skip
        return value("Variant", component=parts) | {"id": name}

    pointers = [{"reference": "#a"}, {"reference": "#b"}]
    contained = [variant("a", "BRAF", "p.Val600Glu"), variant("b", "KRAS", "p.Gly12Asp")]
    report = about("DiagnosticReport", status="final", code={"text": "NGS"}, result=pointers, contained=contained)
    assert ("Aminozuur (BRAF)", "p.Val600Glu") in told(report)


def test_what_is_contained_loses_no_more_than_an_entry_would() -> None:
    """A practitioner with an odd telephone, as entry and as contained."""
    odd = OOST | {"telecom": [{"system": "fone", "rank": "eerste"}]}
    beside = read(odd, asked=request(requester={"reference": "Practitioner/oost"}))
    inside = read(asked=request(requester={"reference": "#oost"}, contained=[odd]))
    assert inside.referrer == beside.referrer
    assert (beside.unmapped, inside.unmapped) == (
        ("Practitioner/2 telecom",),
        ("ServiceRequest/0 contained Practitioner telecom",),
    )


def test_a_contained_patient_is_known_by_a_number_that_was_sent_as_one() -> None:
    """As an entry he was, and a birth date with an hour was his day."""
    who = patient(identifier=[{"system": "urn:oid:2.25.1", "value": 42}], birthDate="1960-01-31T00:00:00")
    inside = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": request(subject={"reference": "#p"}, contained=[who])}],
    }
    assert referral(inside).patient == read(who=who).patient
    assert referral(inside).patient.local_number == "42"


def test_a_wrong_extension_of_a_patient_leaves_the_name_of_who_is_contained_in_him() -> None:
    initials = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier", "valueCode": "IN"}]}
    name = {"family": "Smit", "given": ["H.", "Hanneke"], "_given": [initials, None]}
    practice = {"resourceType": "Practitioner", "id": "ha", "name": [name]}
    wrong = {"extension": [{"url": "urn:x", "valueString": ["x"]}]}
    who = patient(contained=[practice], generalPractitioner=[{"reference": "#ha"}])
    assert read(who=who | wrong).gp == read(who=who).gp


def test_a_contained_resource_that_may_turn_round_stays_apart_beside_a_broken_one() -> None:
    """What goes leaves its place empty: else the one that nobody understands would be read in the place of the good one."""
    bad = value("PSA", valueString=["geen"]) | {"id": "a"}
    turned = condition(2, modifierExtension=[{"url": "urn:x", "valueBoolean": True}])
    asked = request(supportingInfo=[{"reference": f"#{one}"} for one in ("a", "c2", "c3")], contained=[bad, turned, condition(3)])
    found = read(asked=asked)
    assert [one.text for one in found.facts] == ["Diagnose 3"]
    assert found.quarantined == ("ServiceRequest/0#Condition/1: modifierExtension not understood",)
    assert found.unmapped == ("ServiceRequest/0 contained Observation",)
