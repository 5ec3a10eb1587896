"""Referrals as hospitals send them become one and the same border value."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import Fact, IncomingReferral, Section, Unreadable
from tests.integrations.fhir.make import BASE, Node, bundle, condition, patient, request, sample

SHARED = Path(__file__).parents[4] / "shared" / "data" / "fhir" / "umzhconnect-tumorboard-r4"


def read(*resources: Node, profile: str = "generic-r4") -> IncomingReferral:
    return FhirReader().read(bundle(*resources), profile)


def said(referral: IncomingReferral, section: Section) -> list[str]:
    return [fact.text for fact in referral.facts if fact.section is section]


@pytest.fixture(scope="module")
def dutch_r4() -> IncomingReferral:
    return FhirReader().read(sample("referral-r4.json"), "epic")


@pytest.fixture(scope="module")
def dutch_stu3() -> IncomingReferral:
    return FhirReader().read(sample("referral-stu3.json"), "generic-stu3")


@pytest.fixture(scope="module")
def swiss() -> IncomingReferral:
    if not SHARED.is_dir():
        pytest.skip("the shared sample data are not on this machine")
    names = ["Patient-PetraMeier", "ServiceRequest-ReferralOrthopedicSurgery", "ServiceRequest-ReferralTumorboard"]
    names += ["Condition-SarcomaKnee", "AllergyIntolerance-AllergyGado", "ImagingStudy-ImagingCT", "ImagingStudy-ImagingPET"]
    names += ["PractitionerRole-HansMusterRole", "Practitioner-HansMuster", "Organization-Placer"]
    whole = json.loads(bundle(*(json.loads((SHARED / f"{name}.json").read_text("utf-8")) for name in names)))
    whole["entry"][-1]["fullUrl"] = "http://registry.example.org/fhir/Organization/Placer"  # the role names it there
    return FhirReader().read(json.dumps(whole).encode(), "generic-r4")


def test_a_swiss_tumour_board_referral_is_understood(swiss: IncomingReferral) -> None:
    assert swiss.patient.name.shown == "Petra Meier"
    assert swiss.patient.birth_on == date(1992, 3, 26)
    assert swiss.number == "REF-2025-002"
    assert swiss.question_board == "Review therapy recommendations."
    assert said(swiss, Section.DIAGNOSIS)[0] == "Synovial sarcoma of the right knee"
    assert said(swiss, Section.COMORBIDITY) == ["Komplexbildner-Allergie (Gadotersäure-Typ)"]
    assert [(fact.label, fact.text, fact.dated_on) for fact in swiss.facts if fact.section is Section.IMAGING] == [
        ("CT", "CT Scan Right Knee", date(2025, 12, 18)),
        ("PT", "While Body PET (external)", date(2026, 1, 18)),
    ]
    assert (swiss.referrer.name, swiss.referrer.organisation) == ("Hans Muster", "Placer")


def test_of_two_requests_the_tumour_board_is_chosen_and_the_other_is_shown_as_asked_for(swiss: IncomingReferral) -> None:
    assert (swiss.unmapped, [fact.label for fact in swiss.facts].count("Aangevraagd")) == ((), 1)


def test_a_dutch_r4_patient_keeps_every_part_of_the_name_and_the_numbers(dutch_r4: IncomingReferral) -> None:
    who = dutch_r4.patient

    assert who.name.shown == "J.P. van der Meulen"
    assert (who.name.own_prefix, who.name.own_family) == ("van der", "Meulen")
    assert (who.bsn, who.local_number, who.sex) == ("999900006", "0071234", "M")


def test_a_dutch_r4_referral_has_question_board_deadline_and_people(dutch_r4: IncomingReferral) -> None:
    assert dutch_r4.number == "DELT-2026-0815"
    assert dutch_r4.board_hint == "MDO Uro-prostaat"
    assert dutch_r4.tumour_hint == "Prostaatcarcinoom"
    assert dutch_r4.question_board == "Graag advies: actief volgen of behandelen?"
    assert dutch_r4.question_radiology == "Is er kapseldoorbraak?"
    assert (dutch_r4.urgency, dutch_r4.latest_useful_on) == ("urgent", date(2026, 12, 4))
    assert (dutch_r4.referrer.name, dutch_r4.referrer.number, dutch_r4.referrer.organisation) == (
        "S. de Boer",
        "03012345",
        "Deltamond UMC",
    )
    assert (dutch_r4.treating.name, dutch_r4.case_manager.name, dutch_r4.gp.number) == ("S. de Boer", "M. Jansen", "01004567")


def test_every_fact_stands_in_its_column_with_its_own_date(dutch_r4: IncomingReferral) -> None:
    assert said(dutch_r4, Section.DIAGNOSIS) == [
        "Prostaatcarcinoom (2026-10)",
        "cT2bN0Mx",
        "Prostaatcarcinoom: Biopten rechts positief.",
    ]
    assert said(dutch_r4, Section.WISH) == ["Behoud van potentie is belangrijk."]
    assert said(dutch_r4, Section.MEDICATION) == ["Apixaban 5 mg; 2 maal daags 1 tablet"]
    assert said(dutch_r4, Section.PATHOLOGY) == ["Adenocarcinoom, Gleason 3+4=7, 5 van 12 biopten."]
    assert said(dutch_r4, Section.TREATMENT) == ["TRUS-biopsie prostaat"]
    assert Fact(Section.CONDITION, "1", "ECOG", date(2026, 11, 10), "89247-1", "http://loinc.org") in dutch_r4.facts
    assert Fact(Section.FORM, "nee", "Roker", date(2026, 11, 20)) in dutch_r4.facts


def test_a_decimal_keeps_its_zeros(dutch_r4: IncomingReferral, dutch_stu3: IncomingReferral) -> None:
    assert said(dutch_r4, Section.MARKER) == ["12.40 ng/mL"]
    assert said(dutch_stu3, Section.MARKER) == ["<5.00 ug/L", "CEA: Nuchter afgenomen."]


def test_what_was_refuted_or_not_done_says_so(dutch_r4: IncomingReferral, dutch_stu3: IncomingReferral) -> None:
    assert "Botmetastase (weerlegd)" in said(dutch_r4, Section.COMORBIDITY)
    assert said(dutch_stu3, Section.TREATMENT) == ["Coloscopie volledig (niet gedaan)"]
    assert said(dutch_stu3, Section.MEDICATION) == ["Metformine 500 mg (niet gebruikt)"]


def test_documents_come_from_reports_references_and_binaries(dutch_r4: IncomingReferral) -> None:
    assert [(each.title, each.kind, each.content[:5]) for each in dutch_r4.documents] == [
        ("PA-verslag", "pathology report", b"%PDF-"),
        ("Verwijsbrief urologie", "referral letter", b"%PDF-"),
    ]


def test_a_document_that_is_only_linked_is_named_and_never_fetched(dutch_r4: IncomingReferral) -> None:
    assert Fact(Section.OTHER, "Brief Kreekrijk", "Document niet meegestuurd", date(2026, 9, 1)) in dutch_r4.facts


def test_valid_fhir_that_the_library_refuses_is_read_without_its_extensions(dutch_r4: IncomingReferral) -> None:
    assert "Hypertensie" in said(dutch_r4, Section.COMORBIDITY)
    assert dutch_r4.unmapped == ("Condition/21 extensions", "Coverage/20")
    assert dutch_r4.quarantined == ()


def test_narrative_is_never_used(dutch_r4: IncomingReferral) -> None:
    assert "narrative" not in repr(dutch_r4)


def test_a_stu3_referral_gives_the_same_kind_of_value(dutch_stu3: IncomingReferral) -> None:
    assert dutch_stu3.patient.bsn == "999911120"
    assert dutch_stu3.patient.name.shown == "A.M. Visser-Bakker"
    assert dutch_stu3.number == "MERW-31"
    assert dutch_stu3.question_board == "Neoadjuvante behandeling zinvol?"
    assert dutch_stu3.question_pathology == "MSI-status bekend?"
    assert dutch_stu3.board_hint == "MDO colorectaal Duin & Delta"
    assert dutch_stu3.latest_useful_on == date(2026, 12, 3)
    assert (dutch_stu3.referrer.name, dutch_stu3.referrer.organisation) == ("Y. El Amrani", "Merwelanden Ziekenhuis")
    assert said(dutch_stu3, Section.DIAGNOSIS) == ["Rectumcarcinoom, 6 cm ab ano (voorlopig)", "cT3N1M0"]
    assert [each.title for each in dutch_stu3.documents] == ["Verslag biopt", "Document"]
    assert dutch_stu3.quarantined == ()


def test_the_header_tells_kind_control_id_and_patient_numbers() -> None:
    header = FhirReader().header(sample("referral-r4.json"))

    assert header.kind == "Bundle/transaction"
    assert header.control_id == "urn:uuid:00000000-0000-4000-8000-000000000922"
    assert ("http://fhir.nl/fhir/NamingSystem/bsn", "999900006") in header.patient_numbers


def test_a_message_bundle_is_known_by_its_message_header() -> None:
    head = {"resourceType": "MessageHeader", "id": "msg-1", "source": {"name": "Epic"}, "destination": [{"name": "MDO"}]}

    header = FhirReader().header(bundle(head, request(), patient(), kind="message"))

    assert (header.kind, header.control_id) == ("Bundle/message", "msg-1")
    assert (header.sending_application, header.receiving_application) == ("Epic", "MDO")


def test_the_focus_of_a_message_wins_among_equal_requests() -> None:
    head = {"resourceType": "MessageHeader", "id": "m", "focus": [{"reference": "ServiceRequest/r2"}]}
    other = request(id="r2", identifier=[{"value": "REF-2"}])

    found = FhirReader().read(bundle(head, request(), other, patient(), kind="message"), "generic-r4")

    assert found.number == "REF-2"


def test_a_single_request_with_contained_patient_and_reason_is_read() -> None:
    inside = [patient(), condition(1, subject={"reference": "#p"})]
    alone = request(subject={"reference": "#p"}, contained=inside, reasonReference=[{"reference": "#c1"}])

    found = FhirReader().read(json.dumps(alone).encode(), "generic-r4")

    assert found.patient.local_number == "0042"
    assert said(found, Section.DIAGNOSIS) == ["Diagnose 1"]


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/p/_history/3"},
        {"reference": f"{BASE}/Patient/p"},
        {"reference": f"{BASE}/Patient/p/_history/3"},
        {"identifier": {"system": "urn:oid:2.25.1", "value": "0042"}},
        {"reference": "Patient?identifier=urn:oid:2.25.1%7C0042"},
    ],
)
def test_the_patient_is_found_however_the_reference_is_written(subject: Node) -> None:
    assert read(request(subject=subject), patient()).patient.local_number == "0042"


def test_an_old_number_is_not_the_local_number() -> None:
    numbers = [{"use": "old", "system": "a:b", "value": "1"}, {"system": "c:d", "value": "2"}]

    who = read(request(), patient(identifier=numbers)).patient

    assert (who.local_number, who.other_numbers) == ("2", (("a:b", "1"),))


@pytest.mark.parametrize(
    ("order", "family"), [("NL1", "Bakker"), ("NL2", "de Vries"), ("NL3", "de Vries-Bakker"), ("NL4", "Bakker-de Vries")]
)
def test_a_surname_in_parts_is_put_together_in_the_order_the_person_chose(order: str, family: str) -> None:
    home = "http://hl7.org/fhir/StructureDefinition/humanname-"
    values = {"own-name": "Bakker", "partner-prefix": "de", "partner-name": "Vries"}
    parts = [{"url": home + key, "valueString": value} for key, value in values.items()]
    name = {
        "given": ["Anna"],
        "_family": {"extension": parts},
        "extension": [{"url": home + "assembly-order", "valueCode": order}],
    }

    assert read(request(), patient(name=[name])).patient.name.family == family


@pytest.mark.parametrize("form", ["sha1", "sha256", "hex"])
def test_a_document_with_a_right_hash_is_kept(form: str) -> None:
    digest = hashlib.new("sha256" if form == "sha256" else "sha1", b"%PDF").digest()
    sent = digest.hex() if form == "hex" else base64.b64encode(digest).decode()

    assert [each.content for each in read(request(), patient(), document(sent)).documents] == [b"%PDF"]


def test_a_document_that_differs_from_its_hash_is_set_apart() -> None:
    found = read(request(), patient(), document(base64.b64encode(b"x" * 20).decode()))

    assert found.documents == ()
    assert found.quarantined == ("DocumentReference/2: document differs from its hash",)


def document(digest: str, **more: Any) -> Node:
    part = {"contentType": "application/pdf", "data": base64.b64encode(b"%PDF").decode(), "title": "Brief", "hash": digest} | more
    about = {"reference": "Patient/p"}
    return {"resourceType": "DocumentReference", "status": "current", "subject": about, "content": [{"attachment": part}]}


def test_a_request_of_the_other_version_is_told() -> None:
    with pytest.raises(Unreadable, match="wrong_version"):
        FhirReader().read(sample("referral-stu3.json"), "epic")
    with pytest.raises(Unreadable, match="wrong_version"):
        FhirReader().read(sample("referral-r4.json"), "generic-stu3")


def test_an_unknown_profile_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="no profile"):
        FhirReader().read(sample("referral-r4.json"), "../epic")
