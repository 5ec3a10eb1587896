"""Whatever arrives, the reader answers with a value or with a reason, soon, and never with a patient's word in it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Section, Unreadable
from tests.integrations.fhir.heavy import JUST_TAKEN, TOO_MUCH
from tests.integrations.fhir.make import BASE, Node, bundle, condition, patient, request, sample


def refused(raw: bytes, profile: str = "generic-r4") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        FhirReader().read(raw, profile)
    return caught.value


def read(*resources: Node) -> IncomingReferral:
    return FhirReader().read(bundle(*resources), "generic-r4")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "no_header"),
        (b"MSH|^~\\&|HIX", "no_header"),
        (b"<Bundle xmlns='http://hl7.org/fhir'>", "no_header"),
        (b"[]", "no_header"),
        (b"{}", "no_header"),
        (b'{"resourceType": 7, "resourceType": "Bundle"}', "broken"),
        (b'{"resourceType" : 7, "resourceType": "Bundle"}', "broken"),
        (b'{"resourceType":7,"resourceType"\n:"Bundle"}', "broken"),
        (b'{"resourceType": "\xff"}', "no_header"),
        (b'{"resourceType": "Bundle", "total": NaN}', "broken"),
        (b'{"resourceType": "Bundle", "total": -Infinity}', "broken"),
        (b'{"resourceType": "Bundle", "total": ' + b"9" * 5000 + b"}", "broken"),
        (b'{"resourceType": "Bundle", "id": "a\\u0000"}', "broken"),
        (b'{"resourceType": "Bundle", "id": "\\ud83d"}', "broken"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "broken"),
        (b"[" * 10_000, "broken"),
    ],
)
def test_what_is_no_clean_json_is_refused_at_the_header(raw: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        FhirReader().header(raw)
    assert caught.value.reason == reason


@pytest.mark.parametrize("name", TOO_MUCH)
def test_more_pieces_than_a_message_has_are_refused(name: str) -> None:
    """What that costs the web process: `python -m tests.bench fhir-heavy`."""
    with pytest.raises(Unreadable) as caught:
        FhirReader().header(TOO_MUCH[name]())
    assert caught.value.reason == "too_many_entries"


@pytest.mark.parametrize("name", JUST_TAKEN)
def test_as_many_pieces_as_agreed_pass(name: str) -> None:
    assert FhirReader().header(JUST_TAKEN[name]()).kind


def test_escaped_text_that_is_whole_passes() -> None:
    raw = json.dumps({"resourceType": "Bundle", "type": "collection", "id": "\N{ROCKET} { [ \\u0000"}).encode()

    assert FhirReader().header(raw).kind == "Bundle/collection"


def test_an_endless_string_of_quotes_takes_one_pass() -> None:
    began = time.process_time()
    with pytest.raises(Unreadable):
        FhirReader().header(b'{"a": "' + b'\\"' * 2_000_000)
    assert time.process_time() - began < 3


def test_ten_thousand_entries_are_refused_cheaply() -> None:
    raw = bundle(*(condition(n) for n in range(10_000)))

    began = time.process_time()
    reason = refused(raw).reason

    assert reason == "too_many_entries"
    assert time.process_time() - began < 2


def test_entries_we_do_not_use_cost_next_to_nothing() -> None:
    others = [{"resourceType": "Basic", "id": f"b{n}", "nonsense": n} for n in range(4900)]

    began = time.process_time()
    found = read(request(), patient(), *others)

    assert len(found.unmapped) == 4900
    assert time.process_time() - began < 4


def test_without_a_patient_there_is_no_referral() -> None:
    assert refused(bundle(request())).reason == "no_patient"


def test_a_patient_is_never_guessed() -> None:
    assert refused(bundle(request(subject={"reference": "Patient/x"}), patient())).reason == "no_patient"
    assert refused(bundle(request(subject={"display": "?"}), patient(), patient(id="q"))).reason == "no_patient"


def test_two_different_patients_under_one_address_are_nobody() -> None:
    assert refused(bundle(request(), patient(), patient(gender="male"))).reason == "no_patient"


@pytest.mark.parametrize("more", [{"status": "revoked"}, {"status": "entered-in-error"}])
def test_a_request_that_is_taken_back_without_a_number_or_address_takes_back_nothing(more: Node) -> None:
    told = bundle(request(identifier=[], **more), patient())
    assert refused(told.replace(f"{BASE}/ServiceRequest/r".encode(), b"urn:uuid:0000-1")).reason == "no_request"


def test_what_must_not_be_done_is_no_request() -> None:
    assert refused(bundle(request(doNotPerform=True), patient())).reason == "no_request"


def test_a_bundle_without_request_or_of_another_type_is_refused() -> None:
    assert refused(bundle(patient())).reason == "no_request"
    assert refused(bundle(request(), patient(), kind="batch-response")).reason == "no_request"


def test_a_broken_anchor_names_the_place_and_no_value() -> None:
    error = refused(bundle(request(), patient(deceasedBoolean="Jansen 999900006")))

    assert (error.reason, error.where) == ("broken", "Patient/1: deceasedBoolean not valid")


def test_bad_entries_between_good_ones_cost_only_themselves() -> None:
    bad = {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/p"}}
    made_up = condition(2) | {"Jan Jansen 999900006": 1}
    contained = condition(3, contained=[{"resourceType": "Nonsense"}])

    found = read(request(), patient(), condition(1), bad, made_up, contained, condition(4))

    assert [fact.text for fact in found.facts] == ["Diagnose 1", "Diagnose 4"]
    assert found.quarantined == ("Observation/3: code missing", "Condition/4: unknown element", "Condition/5: not readable")


def test_another_patients_entry_is_set_apart() -> None:
    strangers = [{"reference": "Patient/q"}, {"identifier": {"system": "urn:oid:2.25.1", "value": "0043"}}]

    found = read(request(), patient(), *(condition(n, subject=who) for n, who in enumerate(strangers)))

    assert found.facts == ()
    assert len(found.quarantined) == 2


def test_a_modifier_extension_is_never_read_past() -> None:
    twisted = condition(modifierExtension=[{"url": "http://elders.example/not", "valueBoolean": True}])

    assert read(request(), patient(), twisted).quarantined == ("Condition/2: modifierExtension not understood",)


def test_what_the_sender_took_back_is_not_shown() -> None:
    status = {"coding": [{"code": "entered-in-error"}]}

    found = read(request(), patient(), condition(verificationStatus=status))

    assert (found.facts, found.unmapped) == ((), ("Condition/2 entered-in-error",))


def test_references_in_a_circle_end() -> None:
    role = {"resourceType": "PractitionerRole", "id": "a", "practitioner": {"reference": "PractitionerRole/a"}}

    found = read(request(requester={"reference": "PractitionerRole/a"}), patient(), role)

    assert found.number == "REF-1"


def test_contained_resources_that_point_at_themselves_end() -> None:
    loop = {
        "resourceType": "Medication",
        "id": "m",
        "code": {"text": "Aspirine"},
        "ingredient": [{"itemReference": {"reference": "#m"}}],
    }
    about = {"reference": "Patient/p"}
    pill = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "contained": [loop],
        "subject": about,
        "medicationReference": {"reference": "#m"},
    }

    assert [fact.text for fact in read(request(), patient(), pill).facts] == ["Aspirine"]


def test_a_deep_form_is_read_to_its_bottom() -> None:
    item: Node = {"linkId": "bottom", "answer": [{"valueString": "gevonden"}]}
    for depth in range(30):
        item = {"linkId": str(depth), "item": [item]}
    form = {"resourceType": "QuestionnaireResponse", "status": "completed", "subject": {"reference": "Patient/p"}, "item": [item]}

    assert [fact.text for fact in read(request(), patient(), form).facts if fact.section is Section.FORM] == ["gevonden"]


def test_a_document_that_is_not_base64_is_set_apart() -> None:
    about = {"reference": "Patient/p"}
    paper = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": about,
        "content": [{"attachment": {"data": "%%%"}}],
    }

    assert read(request(), patient(), paper).quarantined == ("DocumentReference/2: document is not base64",)


_JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["", "Patient/p", "#", "#x", "999900006", "2026", "2026-13-45T"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["reference", "coding", "text", "value", "code"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def _places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return found + [place for key, value in items for place in _places(value, (*path, key))]


_STU3 = json.loads(sample("referral-stu3.json"))
_R4 = json.loads(sample("referral-r4.json"))


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.data())
def test_any_value_in_any_place_gives_a_value_or_a_reason(data: st.DataObject) -> None:
    whole, profile = data.draw(st.sampled_from([(_R4, "epic"), (_STU3, "generic-stu3")]))
    tree = json.loads(json.dumps(whole))
    place = data.draw(st.sampled_from(_places(tree)))
    parent = tree
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = data.draw(_JUNK)

    try:
        FhirReader().read(json.dumps(tree).encode(), profile)
    except Unreadable as error:
        assert "999900006" not in str(error)
