"""Servers that page strangely: what is fetched is whole, says so when it is not, and is of the one patient."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, NotPulled
from tests.integrations.fhir.pull_house import (
    BSN,
    OTHER,
    Hospital,
    Node,
    bundle,
    condition,
    hospital,
    person,
    pull,
    trouble,
    whole,
)

SEARCH = "Condition?_count=2"


def read(there: Hospital) -> IncomingReferral:
    found = FhirReader().read(pull(there).bundle, "generic-stu3")
    assert isinstance(found, IncomingReferral)
    return found


def diagnoses(there: Hospital) -> list[str]:
    return [fact.text for fact in read(there).facts if fact.text.startswith("Diagnose")]


def fetched(*answer: Any, **pages: Any) -> IncomingReferral:
    """What a referral says whose search for conditions was answered so."""
    with hospital(whole(**{SEARCH: answer[0] if len(answer) == 1 else list(answer)}, **pages)) as there:
        return read(there)


@pytest.mark.parametrize(
    ("further", "asked"),
    [
        ("?_page=2", "Condition?_page=2"),
        ("Condition?_page=2", "Condition?_page=2"),
        ("/fhir/Condition?_page=2", "Condition?_page=2"),
        ("{root}/Condition?code=http://snomed.info/sct|1 2", "Condition?code=http://snomed.info/sct%7C1%202"),
        ("{root}?_getpages=a&_getpagesoffset=2", "/fhir?_getpages=a&_getpagesoffset=2"),
    ],
)
def test_the_next_page_is_found_however_its_address_is_written(further: str, asked: str) -> None:
    pages = whole()
    with hospital(pages) as there:
        pages[SEARCH] = bundle(condition(1), further=further.format(root=f"{there.url}/fhir"))
        pages[asked] = bundle(condition(2))

        assert diagnoses(there) == ["Diagnose 1", "Diagnose 2"]


@pytest.mark.parametrize(
    "further", ["//elders.example/fhir/Condition?_page=2", "/elders/Condition?_page=2", "/fhir/../elders?_page=2"]
)
def test_no_way_of_writing_it_leads_elsewhere(further: str) -> None:
    assert trouble(whole(**{SEARCH: bundle(condition(1), further=further)})) == ("address", False)


def test_a_page_that_leads_to_itself_is_asked_for_once() -> None:
    pages = whole()
    with hospital(pages) as there:
        pages[SEARCH] = bundle(condition(1), further=f"{there.url}/fhir/{SEARCH}")
        with pytest.raises(NotPulled) as caught:
            pull(there)

    assert (caught.value.code, caught.value.again) == ("answer", False)
    assert [path for _, path, _ in there.asked].count(SEARCH) == 1


def test_a_last_page_that_leads_to_itself_ends_what_is_all_there() -> None:
    pages = whole()
    with hospital(pages) as there:
        pages[SEARCH] = bundle(condition(1), further=f"{there.url}/fhir/Condition?_page=2") | {"total": 2}
        pages["Condition?_page=2"] = bundle(condition(2), further=f"{there.url}/fhir/Condition?_page=2") | {"total": 2}

        assert diagnoses(there) == ["Diagnose 1", "Diagnose 2"]


def test_a_search_that_found_more_than_was_sent_says_so() -> None:
    included = bundle(condition(1), condition(2)) | {"total": 2}
    included["entry"][1]["search"] = {"mode": "include"}

    assert [one for one in fetched(bundle(condition(1)) | {"total": 40}).unmapped if "incomplete" in one]
    assert [
        one for one in fetched(included).unmapped if "incomplete" in one
    ]  # what a search takes along is nothing that it found
    assert not [one for one in fetched(bundle(condition(1)) | {"total": 0}).unmapped if "incomplete" in one]


def outcome(severity: str, code: str = "suppressed") -> Node:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code, "diagnostics": "2 withheld"}]}


def test_a_page_that_says_that_something_was_left_out_is_heard() -> None:
    page = bundle(condition(1))
    page["entry"].append({"resource": outcome("warning"), "search": {"mode": "outcome"}})

    assert [one.partition(" ")[2] for one in fetched(page).unmapped] == ["suppressed"]


def test_a_search_that_failed_is_not_one_that_found_nothing() -> None:
    assert trouble(whole(**{SEARCH: outcome("error", "exception")})) == ("answer", True)
    assert fetched(outcome("information", "not-found")).number  # that nothing was found is an answer


def test_what_changed_between_two_pages_is_what_it_says_now() -> None:
    pages = whole()
    with hospital(pages) as there:
        pages[SEARCH] = bundle(condition(1, meta={"versionId": "1"}), further="Condition?_page=2")
        pages["Condition?_page=2"] = bundle(condition(1, meta={"versionId": "2"}, verificationStatus="refuted"))
        assert diagnoses(there) == ["Diagnose 1 (weerlegd)"]

        pages["Condition?_page=2"] = bundle(condition(1, meta={"versionId": "0"}, verificationStatus="refuted"))
        assert diagnoses(there) == ["Diagnose 1"]


def test_a_record_that_is_somebody_else_on_another_page_is_never_taken() -> None:
    assert trouble(whole(**{SEARCH: bundle(condition(1), person((BSN, OTHER), number="p"))})) == ("other_patient", False)


def test_the_same_number_on_another_server_is_something_else() -> None:
    page = bundle(condition(1))
    page["entry"] = [
        {"fullUrl": "https://a.example/fhir/Condition/c1", "resource": condition(1)},
        {"fullUrl": "https://b.example/fhir/Condition/c1", "resource": condition(1, code={"text": "Diagnose van een ander"})},
    ]
    with hospital(whole(**{SEARCH: page})) as there:
        found = pull(there)

    urls = [one["fullUrl"] for one in json.loads(found.bundle)["entry"] if one["resource"]["resourceType"] == "Condition"]
    assert urls == [f"{there.url}/fhir/Condition/c1", "https://b.example/fhir/Condition/c1"]
    read_of = FhirReader().read(found.bundle, "generic-stu3")
    assert isinstance(read_of, IncomingReferral)
    assert len(read_of.quarantined) == 1 and "Diagnose 1" in {fact.text for fact in read_of.facts}
