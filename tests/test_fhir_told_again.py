"""What a FHIR sender takes back or replaces is over on the case, also when it comes without its bytes; and only by the newer word."""

from __future__ import annotations

import base64
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.fhir.reader import FhirReader
from mdo_portal.domain.case import Case, CaseEvent, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import IncomingAnswer, IncomingReferral, IncomingResult, PatientChange, PatientIdentity, PersonName, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.patients import patient_feed
from mdo_portal.services.referrals import questions, referrals, results
from tests.integrations.fhir.make import Node, bundle, patient, request
from tests.make import NOW
from tests.people import Region

FIRST, SECOND, THIRD = b"%PDF-1.7 eerste versie", b"%PDF-1.7 de tweede versie", b"%PDF-1.7 bijlage"
BELONGS = {"basedOn": [{"identifier": {"value": "REF-1"}}]}


def document(*files: bytes, number: str = "DOC-1", **over: Any) -> Node:
    own = {"identifier": [{"system": "urn:x", "value": number}]} if number else {}
    kind = "application/pdf"
    content = [{"attachment": {"contentType": kind, "data": base64.b64encode(one).decode()}} for one in files]
    content = content or [{"attachment": {"contentType": kind, "url": "https://elders.example/Binary/1"}}]
    fixed = {"resourceType": "DocumentReference", "id": "d1", "status": "current", "content": content, "type": {"text": "Brief"}}
    return fixed | own | over


def psa(value: str = "12.4", **over: Any) -> Node:
    fixed = {"resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "PSA"}}
    return fixed | {"effectiveDateTime": "2026-03-01", "valueString": value} | over


class House:
    """One hospital that tells of one referral, an hour later each time."""

    def __init__(self, session: Session, region: Region) -> None:
        self.session, self.hours = session, 0
        self.hospital = session.get_one(Hospital, region.hospitals["DELT"])

    def tells(self, *entries: Node, hours: int | None = None) -> Case:
        return self.understands(bundle(*entries), hours=hours)

    def understands(self, raw: bytes, hours: int | None = None) -> Case:
        told = FhirReader().read(raw, "generic-r4")
        at = NOW + timedelta(hours=self.hours if hours is None else hours)
        self.hours += 1
        if isinstance(told, IncomingAnswer):
            case = questions.answered(self.session, told, Source(self.hospital, at, Wire.FHIR, uuid.uuid4()))
        else:
            assert isinstance(told, IncomingReferral)
            case = referrals.register(self.session, told, Source(self.hospital, at, Wire.FHIR, uuid.uuid4()))
        self.session.flush()
        return case

    def documents(self) -> list[tuple[int, str, bool]]:
        rows = self.session.scalars(select(CaseDocument).order_by(CaseDocument.id).execution_options(populate_existing=True))
        return [(one.size, one.status, one.superseded_at is None) for one in rows if one.reference]

    def facts(self) -> list[tuple[str, str, bool]]:
        rows = self.session.scalars(select(CaseFact).where(CaseFact.label == "PSA").order_by(CaseFact.id))
        return [(one.text, one.status, one.superseded_at is None) for one in rows]

    def events(self, case: Case) -> set[str]:
        return set(self.session.scalars(select(CaseEvent.what).where(CaseEvent.case_id == case.id)))


@pytest.fixture
def house(session: Session, region: Region) -> House:
    return House(session, region)


@pytest.mark.parametrize("over", [{"status": "entered-in-error"}, {"status": "superseded"}, {"docStatus": "entered-in-error"}])
@pytest.mark.parametrize("number", ["DOC-1", ""])
def test_a_document_that_is_taken_back_without_its_bytes_is_over(house: House, over: Node, number: str) -> None:
    case = house.tells(request(), patient(), document(FIRST, number=number))
    house.tells(request(), patient(), document(number=number) | over)

    assert house.documents() == [(len(FIRST), "withdrawn", False)]
    assert "document.withdrawn" in house.events(case)


def test_so_it_is_when_that_comes_behind_the_referral(house: House) -> None:
    house.tells(request(), patient(), document(FIRST))
    named = {"context": {"related": [{"identifier": {"value": "REF-1"}}]}}
    house.tells(document(status="entered-in-error") | named)

    assert house.documents() == [(len(FIRST), "withdrawn", False)]


def test_so_is_a_report(house: House) -> None:
    report = {"resourceType": "DiagnosticReport", "id": "v1", "status": "final", "code": {"text": "PA"}}
    report |= {"identifier": [{"value": "PA-1"}], "subject": {"reference": "Patient/p"}}
    form = {"contentType": "application/pdf", "data": base64.b64encode(FIRST).decode()}
    house.tells(request(), patient(), report | {"presentedForm": [form]})
    house.tells(request(), patient(), report | {"status": "entered-in-error"})

    assert house.documents() == [(len(FIRST), "withdrawn", False)]


def test_a_new_version_takes_the_place_of_the_one_before(house: House) -> None:
    case = house.tells(request(), patient(), document(FIRST))
    house.tells(request(), patient(), document(SECOND))

    assert house.documents() == [(len(FIRST), "", False), (len(SECOND), "", True)]
    assert "document.corrected" in house.events(case)


def test_so_does_one_that_says_which_it_replaces(house: House) -> None:
    house.tells(request(), patient(), document(FIRST))
    says = {"relatesTo": [{"code": "replaces", "target": {"identifier": {"value": "DOC-1"}}}]}
    house.tells(request(), patient(), document(SECOND, number="DOC-2") | says)

    assert house.documents() == [(len(FIRST), "", False), (len(SECOND), "", True)]


def test_an_older_version_that_is_read_later_stands_behind_the_newer(house: House) -> None:
    house.tells(request(), patient())
    house.tells(request(), patient(), document(SECOND), hours=5)
    house.tells(request(), patient(), document(FIRST), hours=3)

    assert house.documents() == [(len(SECOND), "", True), (len(FIRST), "", False)]


def test_two_files_of_one_document_both_stand_however_often_they_come(house: House) -> None:
    for _ in range(3):
        house.tells(request(), patient(), document(FIRST, THIRD))

    assert house.documents() == [(len(FIRST), "", True), (len(THIRD), "", True)]


def test_documents_without_a_number_replace_nothing(house: House) -> None:
    """Without one, and without an address on a server, there is only the id, and in many messages the first document is `d1`."""
    for one in (FIRST, SECOND):
        raw = bundle(request(), patient(), document(one, number=""))
        house.understands(raw.replace(b'"fullUrl": "https://', b'"fullUrl": "urn:x:'))

    assert house.documents() == [(len(FIRST), "", True), (len(SECOND), "", True)]


def test_an_observation_that_was_entered_in_error_no_longer_stands(house: House) -> None:
    case = house.tells(request(), patient(), psa())
    house.tells(request(), patient(), psa(status="entered-in-error"))

    assert house.facts() == [("12.4", "withdrawn", False)]
    assert "result.withdrawn" in house.events(case)


def test_so_it_is_when_it_was_preliminary_and_when_it_comes_behind_the_referral(house: House) -> None:
    house.tells(request(), patient(), psa(status="preliminary"))
    house.tells(psa(status="entered-in-error") | BELONGS)

    assert house.facts() == [("12.4 (voorlopig)", "withdrawn", False)]


ABOUT = {"subject": {"reference": "Patient/p"}}


def test_another_value_of_that_name_and_day_at_another_address_takes_no_place(house: House) -> None:
    morning, evening = psa("1", id="a") | ABOUT, psa("2", id="b") | ABOUT
    house.tells(request(), patient(), morning, evening)
    house.tells(request(), patient(), psa("3", id="a") | ABOUT)

    assert house.facts() == [("1", "", False), ("2", "", True), ("3", "", True)]


def test_one_that_corrects_takes_the_place_whatever_its_address(house: House) -> None:
    house.tells(request(), patient(), psa("1", id="a") | ABOUT)
    house.tells(request(), patient(), psa("3", id="b", status="corrected") | ABOUT)

    assert house.facts() == [("1", "", False), ("3", "corrected", True)]


def report(words: str, **over: Any) -> Node:
    fixed = {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "CT thorax"}, "conclusion": words}
    return fixed | ABOUT | {"effectiveDateTime": "2026-03-01"} | over


@pytest.mark.parametrize("addresses", [("a", "b"), ("", "")])
def test_an_addendum_that_comes_alone_takes_no_place_of_the_findings(house: House, addresses: tuple[str, str]) -> None:
    first, second = ({"id": one} if one else {} for one in addresses)
    for told in (report("Geen metastasen", **first), report("Nodus 3 mm", status="appended", **second)):
        raw = bundle(request(), patient(), told)
        house.understands(raw if addresses[0] else raw.replace(b'"fullUrl": "https://', b'"fullUrl": "urn:x:'))

    assert standing(house, "CT thorax") == ["Geen metastasen", "Nodus 3 mm (aangevuld)"]


def standing(house: House, name: str) -> list[str]:
    query = select(CaseFact.text).where(CaseFact.label.startswith(name), CaseFact.superseded_at.is_(None))
    return list(house.session.scalars(query.order_by(CaseFact.id)))


def test_a_report_that_was_appended_at_its_own_address_stands_once(house: House) -> None:
    house.tells(request(), patient(), report("Geen metastasen", id="a"))
    house.tells(request(), patient(), report("Geen metastasen. Nodus 3 mm", id="a", status="appended"))

    assert standing(house, "CT thorax") == ["Geen metastasen. Nodus 3 mm (aangevuld)"]


def test_what_was_mended_since_is_not_taken_back_with_it(house: House) -> None:
    house.tells(request(), patient(), psa("12.4"))
    house.tells(request(), patient(), psa("11.0"))
    house.tells(request(), patient(), psa("12.4", status="entered-in-error"))

    assert house.facts() == [("12.4", "", False), ("11.0", "", True)]


def test_an_error_that_was_read_late_takes_nothing_back_that_came_after_it(house: House) -> None:
    house.tells(request(), patient())
    house.tells(request(), patient(), psa(), hours=5)
    house.tells(request(), patient(), psa(status="entered-in-error"), hours=3)

    assert house.facts() == [("12.4", "", True)]


def test_particulars_in_an_update_are_as_new_as_the_message_however_old_the_request_is(house: House) -> None:
    """`authoredOn` is when somebody asked: what the feed had told since stood, and the newer name over FHIR was passed over."""
    asked = request(authoredOn="2026-02-01T10:00:00Z")
    case = house.tells(asked, patient(name=[{"family": "Eerste"}], birthDate="1960-01-01"))
    told = PatientIdentity(local_number="0042", name=PersonName(family="Tweede"), birth_on=date(1960, 1, 1))
    at = NOW + timedelta(minutes=30)
    patient_feed.change(house.session, PatientChange(told, event="A08", sent_at=at), Source(house.hospital, at, Wire.HL7V2))

    house.tells(asked, patient(name=[{"family": "Derde"}], birthDate="1960-01-01"))

    assert house.session.get_one(Patient, case.patient_id).family == "Derde"


def test_a_result_that_names_no_referral_joins_the_case_of_its_patient_and_of_a_stranger_nothing_is_kept(house: House) -> None:
    house.tells(request(), patient(), psa("12.4"))
    stranger = patient(identifier=[{"system": "urn:oid:2.25.1", "value": "9999"}])
    for who, is_ours in ((patient(), True), (stranger, False)):
        told = FhirReader().read(bundle(who, psa("3.1")), "generic-r4")
        assert isinstance(told, IncomingResult)
        assert (
            results.add(house.session, told, Source(house.hospital, NOW + timedelta(hours=1), Wire.HL7V2)) is not None
        ) is is_ours
    assert house.facts() == [("12.4", "", False), ("3.1", "", True)]
