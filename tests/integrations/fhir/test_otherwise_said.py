"""One thing said in two ways is read as one thing: of slips, of who is meant, of what is over and of which request it is."""

from __future__ import annotations

import base64
import json
import unicodedata
from datetime import date, datetime

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingNotice, Section, Unreadable

from .make import BASE, Node, condition, patient, request
from .otherwise_house import HOUSE, NUMBER, OOST, referral, tree
from .read_house import PDF, about, read, told, value


def narrated(words: str) -> Node:
    return {"status": "generated", "div": f"<div xmlns='http://www.w3.org/1999/xhtml'><p>{words}</p></div>"}


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


@pytest.mark.parametrize(
    "said", ["2026-03-01T23:30+01:00", "2026-03-01T23:30:00+0100", "2026-03-01T23:30:00", "2026-03-01T22:30Z"]
)
def test_a_day_is_kept_however_its_hour_is_written(said: str) -> None:
    """Java leaves out seconds that are zero, .NET the zone, many a format string its colon."""
    found = read(value("PSA", valueString="3", effectiveDateTime=said), about("Encounter", status="finished", period={"start": said}) | {
        "id": "e", "class": {"display": "Poliklinisch"},
    })  # fmt: skip
    assert [one.dated_on for one in found.facts] == [date(2026, 3, 1)] * 2
    assert (found.quarantined, found.unmapped) == ((), ())


def test_an_hour_in_an_extension_is_kept_as_well() -> None:
    seen = {"url": "http://x.example/DateFirstEncounter", "valueDateTime": "2026-03-01T23:30+01:00"}
    assert told(condition(extension=[seen])) == [("", "Diagnose 1; DateFirstEncounter: 2026-03-01 23:30")]


def test_a_notice_says_until_when_however_its_hour_is_written() -> None:
    base = {"type": {"coding": [{"code": "authorization-base"}]}, "valueString": "abc"}
    wanted = {"type": {"coding": [{"code": "read-available-resource"}]}, "valueString": "Patient/1"}
    notice = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "identifier": [{"value": "N-1"}],
        "input": [base, wanted],
    }
    read_ = FhirReader().read(
        json.dumps(notice | {"restriction": {"period": {"end": "2026-03-01T23:30+01:00"}}}).encode(), "generic-r4"
    )
    assert isinstance(read_, IncomingNotice)
    assert read_.until == datetime.fromisoformat("2026-03-01T23:30:00+01:00")


def test_an_hour_in_words_stays_in_words_and_what_is_none_is_left_out() -> None:
    words = value("Afname", valueString="2026-03-01T23:30")
    assert [(one.text, one.dated_on) for one in read(words | {"effectiveDateTime": "2026-13-01T23:30"}).facts] == [
        ("2026-03-01T23:30", None)
    ]


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


def _task(status: str) -> Node:
    """It asks for the first of the requests."""
    return {"resourceType": "Task", "id": "t", "status": status, "intent": "order", "focus": {"reference": "ServiceRequest/r"}}


def test_of_two_requests_that_are_as_clear_the_one_that_a_task_asks_for_is_meant() -> None:
    scan = request(id="s", identifier=[{"value": "SCAN"}], code={"text": "MRI"})
    for order in ([scan, request()], [request(), scan]):
        assert referral(tree(*order, patient(), _task("requested"))).number == "REF-1"


def test_a_task_that_is_over_points_out_nothing() -> None:
    scan = request(id="s", identifier=[{"value": "SCAN"}], code={"text": "MRI"})
    assert referral(tree(scan, request(), patient(), _task("rejected"))).number == "SCAN"


def test_two_boards_stay_two_referrals_whatever_a_task_points_at() -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "720006006"}]}
    with pytest.raises(Unreadable, match="split"):
        referral(tree(request(code=code), request(id="s", identifier=[{"value": "S"}], code=code), patient(), _task("requested")))
