"""One thing said in two ways is read as one thing: what came to light by saying messages otherwise (test_alike.py)."""

from __future__ import annotations

import base64
import json
import unicodedata
from typing import Any

import pytest

from integrations.fhir.explain import FhirExplainer
from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Section, Unreadable

from .alike.written import as_xml
from .make import BASE, Node, bundle, condition, patient, request
from .read_house import PDF, about, of_patient, read, told, value

Tree = dict[str, Any]
NUMBER = {"system": "http://fhir.nl/fhir/NamingSystem/agb-z", "value": "03012345"}
HOUSE = {"system": "http://fhir.nl/fhir/NamingSystem/ura", "value": "00001234"}
OOST = {"resourceType": "Practitioner", "id": "oost", "identifier": [NUMBER], "name": [{"text": "dr. Oost"}]}


def tree(*resources: Node) -> Tree:
    made: Tree = json.loads(bundle(*resources))
    return made


def referral(message: Tree, profile: str = "generic-r4") -> IncomingReferral:
    found = FhirReader().read(json.dumps(message).encode(), profile)
    assert isinstance(found, IncomingReferral)
    return found


def passed(message: Tree) -> Tree:
    return {"resourceType": "Parameters", "parameter": [{"name": "content", "resource": message}]}


def narrated(words: str) -> Node:
    return {"status": "generated", "div": f"<div xmlns='http://www.w3.org/1999/xhtml'><p>{words}</p></div>"}


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


# Almost right in two ways


def test_two_slips_at_once_cost_no_more_than_each_alone() -> None:
    found = read({name: one for name, one in value("PSA", valueString="3", issued="gisteren").items() if name != "status"})
    assert [(one.label, one.text) for one in found.facts] == [("PSA", "3")]
    assert found.unmapped == ("Observation/2 issued", "Observation/2 status")


@pytest.mark.parametrize(
    ("slip", "named"),
    [({}, ["indexed"]), ({"indexed": "2026-03-01"}, ["indexed"]), ({"indexed": "2026-03-01T10:00:00Z", "type": None}, ["type"])],
)
def test_a_document_in_stu3_is_kept_without_what_only_the_standard_wants(slip: Node, named: list[str]) -> None:
    """The day on which it was indexed must be a moment there, and its type be told; in R4 neither."""
    asked = request(resourceType="ReferralRequest")
    file = {"contentType": "application/pdf", "title": "Brief", "data": PDF}
    letter = about("DocumentReference", status="current", type={"text": "Brief"}, content=[{"attachment": file}]) | slip
    sent = tree(asked, patient(), {name: one for name, one in letter.items() if one is not None})
    found = referral(sent, "generic-stu3")
    assert [one.title for one in found.documents] == ["Brief"]
    assert (found.quarantined, found.unmapped) == ((), tuple(f"DocumentReference/2 {one}" for one in named))


def test_who_asks_is_kept_when_only_an_extension_of_his_is_wrong() -> None:
    asker = {"display": "dr. Oost", "extension": [{"url": "urn:x", "valueString": ["x"]}]}
    found = read(asked=request(requester=asker, authoredOn="gisteren"))
    assert found.referrer.name == "dr. Oost"
    assert set(found.unmapped) == {"ServiceRequest/0 extensions", "ServiceRequest/0 authoredOn"}


def test_text_that_is_no_base64_is_text_however_its_type_is_written() -> None:
    attached = {"contentType": "TEXT/PLAIN", "title": "Brief", "data": "Geachte collega, graag advies."}
    assert [
        one.content for one in read(about("DocumentReference", status="current", content=[{"attachment": attached}])).documents
    ] == [b"Geachte collega, graag advies."]


@pytest.mark.parametrize("kind", ["text/plain; charset=iso-8859-1", "TEXT/PLAIN; CHARSET=ISO-8859-1"])
def test_the_letters_of_a_text_are_those_of_its_set_however_its_type_is_written(kind: str) -> None:
    attached = {"contentType": kind, "data": base64.b64encode("Poliep, één".encode("latin-1")).decode()}
    found = read(about("DocumentReference", status="current", content=[{"attachment": attached}]))
    assert [one.content.decode() for one in found.documents] == ["Poliep, één"]


def test_what_a_relative_had_is_not_the_patients_however_the_accents_are_written() -> None:
    """A letter and its accent may travel apart (NFD)."""
    title = unicodedata.normalize("NFD", "Antécédents familiaux")
    listed = about("List", status="current", mode="working", title=title, entry=[{"item": {"reference": "Condition/c1"}}])
    assert [(one.section, one.label) for one in read(condition(), listed).facts] == [(Section.COMORBIDITY, title)]


# Who


@pytest.mark.parametrize(
    "address", ["Patient/p", f"{BASE}/Patient/p", "Patient/p/_history/2", "urn:uuid:7b0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a11"]
)
def test_a_note_of_the_patient_says_so_however_he_is_pointed_at(address: str) -> None:
    sent = tree(
        request(), patient(), condition(note=[{"text": "Uitgezaaid, denk ik", "authorReference": {"reference": address}}])
    )
    for entry in sent["entry"] if address.startswith("urn:") else ():
        entry["resource"].get("subject", {}).clear()
    sent["entry"][1] |= {"fullUrl": address} if address.startswith("urn:") else {}
    for one in (0, 2) if address.startswith("urn:") else ():
        sent["entry"][one]["resource"]["subject"] = {"reference": address}
    assert referral(sent).facts[-1].text == "Diagnose 1: Uitgezaaid, denk ik; volgens: de patiënt zelf"


def test_a_note_says_who_wrote_it_also_when_he_is_sent_along() -> None:
    noted = condition(note=[{"text": "Uitgezaaid", "authorReference": {"reference": "Practitioner/oost"}}])
    assert told(OOST, noted)[-1] == ("Toelichting", "Diagnose 1: Uitgezaaid; volgens: dr. Oost")


def test_who_is_named_by_number_is_who_came_along_with_that_number() -> None:
    found = read(OOST, asked=request(requester={"identifier": NUMBER}))
    assert (found.referrer.name, found.referrer.number) == ("dr. Oost", "03012345")


def test_who_has_a_role_is_known_by_number_too() -> None:
    role = {
        "resourceType": "PractitionerRole",
        "id": "rol",
        "practitioner": {"identifier": NUMBER},
        "organization": {"identifier": HOUSE},
    }
    house = {"resourceType": "Organization", "id": "huis", "identifier": [HOUSE], "name": "Deltamond"}
    for sent in (role, role | {"identifier": [NUMBER]}):
        found = read(OOST, sent, house, asked=request(requester={"reference": "PractitionerRole/rol"}))
        assert (found.referrer.name, found.referrer.number, found.referrer.organisation) == ("dr. Oost", "03012345", "Deltamond")
    alone = read(role, asked=request(requester={"reference": "PractitionerRole/rol"}))
    assert (alone.referrer.name, alone.referrer.number) == ("", "03012345"), "the number that was sent is kept"


def test_of_two_with_one_number_neither_is_meant() -> None:
    found = read(OOST, OOST | {"id": "west", "name": [{"text": "dr. West"}]}, asked=request(requester={"identifier": NUMBER}))
    assert (found.referrer.name, found.referrer.number) == ("", "03012345")


@pytest.mark.parametrize(
    ("focus", "said"),
    [
        (
            {"type": "Patient", "identifier": {"system": "urn:oid:2.25.1", "value": "7"}},
            "aanwezig; betreft: iemand anders dan de patiënt",
        ),
        ({"type": "Patient", "identifier": {"system": "urn:oid:2.25.1", "value": "0042"}}, "aanwezig"),
        ({"reference": "Patient/p"}, "aanwezig"),
    ],
)
def test_a_value_of_somebody_else_says_so_where_the_patient_is_named_by_number(focus: Node, said: str) -> None:
    by_number = {"identifier": {"system": "urn:oid:2.25.1", "value": "0042"}}
    assert told(value("BRCA1-mutatie", valueString="aanwezig", focus=[focus]) | {"subject": by_number}) == [
        ("BRCA1-mutatie", said)
    ]


# What is over, and what is told elsewhere


def test_a_value_in_error_with_a_summary_is_taken_back_by_its_address() -> None:
    """The value is gone and the server wrote its own line: nobody told that line, and what was told stood."""
    found = read(value("PSA", text=narrated("Entered in error")) | {"status": "entered-in-error"})
    assert ("PSA", "", "Observation/x") in [(one.label, one.text, one.key) for one in found.taken_back]


def test_the_summary_of_a_list_does_not_tell_again_what_came_along() -> None:
    items = [{"item": {"reference": "Condition/c1"}}]
    listed = about("List", status="current", mode="working", title="Problemen", entry=items, text=narrated("Diagnose 1"))
    assert told(condition(), listed) == [("Problemen", "Diagnose 1")]
    elsewhere = listed | {"entry": [*items, {"item": {"reference": "Condition/c9"}}]}
    assert ("", "Diagnose 1 (current)") in told(condition(), elsewhere), "what did not come along stands nowhere else"


def test_a_list_says_which_drug_is_gone_also_when_the_drug_is_a_resource() -> None:
    drug = {"resourceType": "Medication", "id": "m", "code": {"text": "Metformine"}}
    taken = about("MedicationStatement", status="active", medicationReference={"reference": "Medication/m"}) | {"id": "t"}
    items = [{"item": {"reference": "MedicationStatement/t"}, "deleted": True}]
    listed = about("List", status="current", mode="changes", title="Medicatie", entry=items)
    assert ("Medicatie", "Metformine (verwijderd)") in told(drug, taken, listed)


# Which request


def test_of_two_requests_that_are_as_clear_the_one_that_a_task_asks_for_is_meant() -> None:
    scan = request(id="s", identifier=[{"value": "SCAN"}], code={"text": "MRI"})
    asks = {
        "resourceType": "Task",
        "id": "t",
        "status": "requested",
        "intent": "order",
        "focus": {"reference": "ServiceRequest/r"},
    }
    for order in ([scan, request()], [request(), scan]):
        assert referral(tree(*order, patient(), asks)).number == "REF-1"


def test_a_task_that_is_over_points_out_nothing() -> None:
    scan = request(id="s", identifier=[{"value": "SCAN"}], code={"text": "MRI"})
    over = {
        "resourceType": "Task",
        "id": "t",
        "status": "rejected",
        "intent": "order",
        "focus": {"reference": "ServiceRequest/r"},
    }
    assert referral(tree(scan, request(), patient(), over)).number == "SCAN"


def test_two_boards_stay_two_referrals_whatever_a_task_points_at() -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "720006006"}]}
    asks = {
        "resourceType": "Task",
        "id": "t",
        "status": "requested",
        "intent": "order",
        "focus": {"reference": "ServiceRequest/r"},
    }
    with pytest.raises(Unreadable, match="split"):
        referral(tree(request(code=code), request(id="s", identifier=[{"value": "S"}], code=code), patient(), asks))
