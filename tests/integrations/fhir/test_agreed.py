"""What a patient agreed to or refuses says for what, on which data and for whom: a refusal of research is none of everything."""

from __future__ import annotations

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral

from .make import Node, bundle, patient, request, told
from .test_beside import TO, read, words

RESEARCH = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HRESCH", "display": "onderzoek"}
CONSENT: Node = {
    "resourceType": "Consent", "id": "c", "status": "active", "scope": words("Privacy"), "category": [words("Gegevens delen")],
    "patient": TO, "policy": [{"uri": "http://x.example"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("provision", "said"),
    [
        ({"type": "deny", "purpose": [RESEARCH]}, "niet toegestaan: onderzoek"),
        ({"type": "deny", "action": [words("inzien")], "class": [{"code": "DocumentReference"}]}, "niet toegestaan: inzien, DocumentReference"),
        ({"type": "deny", "securityLabel": [{"code": "R", "display": "vertrouwelijk"}]}, "niet toegestaan: vertrouwelijk"),
        ({"type": "deny", "data": [{"meaning": "related", "reference": {"display": "HIV"}}]}, "niet toegestaan: HIV"),
        ({"type": "deny", "actor": [{"role": words("Ontvanger"), "reference": {"display": "Ziekenhuis Noord"}}]}, "niet toegestaan: Ziekenhuis Noord"),
        ({"type": "deny", "actor": [{"role": words("Huisarts"), "reference": {"reference": "Organization/o"}}]}, "niet toegestaan: Huisarts"),
        ({"type": "deny", "dataPeriod": {"start": "2019-01-01"}}, "niet toegestaan: 2019-01-01 – …"),
        ({"type": "permit", "provision": [{"type": "deny", "purpose": [RESEARCH]}]}, "toegestaan; niet toegestaan: onderzoek"),
        ({"type": "permit", "code": [words("Reanimatie")], "purpose": [RESEARCH]}, "toegestaan: Reanimatie, onderzoek"),
    ],
)  # fmt: skip
def test_what_is_refused_says_for_what(provision: Node, said: str) -> None:
    """*Niet toegestaan* stood there alone, as if the patient wanted nothing."""
    assert told(read(CONSENT | {"provision": provision})) == [("Toestemming of afspraak", f"Gegevens delen; {said}")]


def test_two_that_refuse_two_things_are_two() -> None:
    many = [
        CONSENT | {"id": name, "provision": {"type": "deny", "purpose": [{"code": name}]}} for name in ("onderzoek", "onderwijs")
    ]
    assert [text for _, text in told(read(*many))] == [
        "Gegevens delen; niet toegestaan: onderzoek",
        "Gegevens delen; niet toegestaan: onderwijs",
    ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"coding": [{"code": "OPTOUT", "display": "opt-out"}]}, "Gegevens delen; opt-out"),
        ({"coding": [{"code": "OPTIN"}]}, "Gegevens delen; OPTIN"),
        (
            {"coding": [{"code": "OPTOUT"}], "text": "Toestemming gegevens delen"},
            "Gegevens delen; OPTOUT (Toestemming gegevens delen)",
        ),
        ({"coding": [{"code": "hipaa-auth"}]}, "Gegevens delen"),
        ({"text": "x"}, "Gegevens delen"),
    ],
)
def test_whether_all_but_that_is_permitted_is_told(rule: Node, said: str) -> None:
    assert told(read(CONSENT | {"policyRule": rule})) == [("Toestemming of afspraak", said)]


def in_stu3(own: Node) -> IncomingReferral:
    asked = request() | {"resourceType": "ReferralRequest"}
    found = FhirReader().read(bundle(patient(), asked, own), "generic-stu3")
    assert isinstance(found, IncomingReferral)
    return found


def test_in_stu3_too() -> None:
    own: Node = {
        "resourceType": "Consent", "id": "c", "status": "active", "category": [words("Gegevens delen")], "patient": TO,
        "policyRule": "http://hl7.org/fhir/ConsentPolicy/opt-in", "purpose": [{"code": "TREAT", "display": "behandeling"}],
        "except": [{"type": "deny", "purpose": [RESEARCH]}],
    }  # fmt: skip
    assert told(in_stu3(own)) == [
        ("Toestemming of afspraak", "Gegevens delen; opt-in; behandeling; uitzondering (niet toegestaan): onderzoek")
    ]


def test_what_a_message_between_people_is_about_is_told_where_it_is_only_named() -> None:
    """It was read past."""
    message = {
        "resourceType": "Communication", "id": "c", "status": "completed", "subject": TO, "payload": [{"contentString": "Volgt"}],
    }  # fmt: skip
    assert told(in_stu3(message | {"topic": [{"display": "CT"}]})) == [("Bericht", "CT: Volgt")]
    assert told(read(message | {"topic": words("Uitslag"), "about": [{"display": "CT"}]})) == [("Bericht", "Uitslag, CT: Volgt")]


def test_with_whom_it_was_agreed_is_not_for_whom_it_is_permitted() -> None:
    """Nobody heard with whom; and beside what is permitted a name would read as the only one to whom."""
    agreed = [
        {"role": {"coding": [{"code": "CONSENTER"}]}, "reference": {"display": name}} for name in ("J. Pietersen", "dr. Peters")
    ]
    heir = {"role": {"coding": [{"code": "RESPRSN"}]}, "reference": {"display": "A. Pietersen"}}
    provision = {"type": "permit", "code": [words("Opname op IC")], "actor": [*agreed, heir]}
    assert told(read(CONSENT | {"provision": provision})) == [
        (
            "Toestemming of afspraak",
            "Gegevens delen; toegestaan: Opname op IC; afgesproken met: J. Pietersen, dr. Peters; vertegenwoordiger: A. Pietersen",
        )
    ]
