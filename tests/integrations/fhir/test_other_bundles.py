"""A Bundle of a kind or version that is not read here is refused in words that say so: `beschadigd` sent the hospital looking for a fault."""

from __future__ import annotations

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import Unreadable

from .make import bundle, patient, request

R5 = {"code": {"concept": {"text": "Bespreking in het MDO"}}}


def refused(raw: bytes) -> tuple[str, str]:
    with pytest.raises(Unreadable) as found:
        FhirReader().read(raw, "generic-r4")
    return found.value.reason, found.value.where


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("subscription-notification", ("wrong_version", "Bundle.type subscription-notification")),
        ("batch-response", ("no_request", "Bundle.type batch-response")),
        ("transaction-response", ("no_request", "Bundle.type transaction-response")),
        ("iets", ("broken", "Bundle.type")),
    ],
)
def test_a_kind_of_bundle_that_asks_nothing_says_which(kind: str, reason: tuple[str, str]) -> None:
    assert refused(bundle(patient(), request(), kind=kind)) == reason


def test_a_request_of_a_later_version_says_that_it_is_that() -> None:
    assert refused(bundle(patient(), request(**R5)))[0] == "wrong_version"
    assert refused(bundle(patient(), request(code={"iets": 1})))[0] == "broken"


@pytest.mark.parametrize("more", [{"reason": [{"concept": {"text": "Longcarcinoom"}}]}, {"bodyStructure": {"display": "Long"}}])
def test_a_request_of_r5_is_one_by_any_element_that_only_r5_has(more: dict[str, object]) -> None:
    """Its sender read that it was damaged, and looked for a fault that was not there."""
    assert refused(bundle(patient(), request(**more)))[0] == "wrong_version"
