"""A model that our own installation lacks, for a moment or for good, says nothing of the resource that asks for it."""

from __future__ import annotations

import sys
from collections.abc import Callable

import fhir.resources.R4B as r4
import fhir.resources.STU3 as stu3
import pytest
from fhir_core.types import FhirBase

from integrations.fhir.text import judge
from integrations.fhir.text.values import Node

GONE = {
    "the version": ("fhir.resources.STU3", "STU3", {"resourceType": "Sequence"}),
    "the resource": ("fhir.resources.R4B.verificationresult", "R4", {"resourceType": "VerificationResult"}),
    "one of its types": (  # which no other test asks for: once found it stays with the model that has it
        "fhir.resources.R4B.marketingstatus",
        "R4",
        {"resourceType": "PackagedProductDefinition", "marketingStatus": [{"status": {"text": "op de markt"}}]},
    ),
    "a contained one": (
        "fhir.resources.R4B.researchstudy",
        "R4",
        {"resourceType": "Patient", "contained": [{"resourceType": "ResearchStudy", "status": "active"}]},
    ),
}


@pytest.fixture(autouse=True)
def as_if_never_asked() -> None:
    for asked in (judge.model_of, r4.get_fhir_model_class, stu3.get_fhir_model_class, FhirBase.get_model_klass):
        asked.cache_clear()


@pytest.mark.parametrize("asked", [judge.problem, judge.faults, judge.wrong_places])
@pytest.mark.parametrize("what", GONE)
def test_nothing_is_said_of_a_resource_while_a_file_of_ours_is_gone(
    monkeypatch: pytest.MonkeyPatch, what: str, asked: Callable[[Node, str], object]
) -> None:
    module, version, resource = GONE[what]
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(ImportError):
        asked(resource, version)


def test_what_a_version_has_is_not_remembered_of_a_moment_in_which_its_file_was_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    judge.shapes.cache_clear()
    with monkeypatch.context() as gone:
        gone.setitem(sys.modules, "fhir.resources.R4B.verificationresult", None)
        with pytest.raises(ImportError):
            judge.shapes("VerificationResult", "R4")

    assert judge.shapes("VerificationResult", "R4")
