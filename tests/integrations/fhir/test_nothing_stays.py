"""A resource that is wrong is judged and let go: nothing of a patient stays in a process that lives for months."""

from __future__ import annotations

import gc
from types import FrameType

import pytest

from integrations.fhir.text import judge
from integrations.fhir.text.values import Node

WRONG: dict[str, Node] = {
    "a validator of fhir.resources": {"resourceType": "Patient", "birthDate": "1950-99-99"},
    "one inside a type": {"resourceType": "Patient", "name": [{"period": {"start": "1950-99-99"}}]},
    "an unknown element": {"resourceType": "Patient", "colour": "blue"},
    "an unknown type inside": {"resourceType": "Patient", "contained": [{"resourceType": "Nobody"}]},
    "no such resource": {"resourceType": "Nobody"},
}


@pytest.fixture(scope="module", autouse=True)
def only_what_is_new_is_looked_at() -> None:
    """What a worker holds by now, models and tests by the million, is set aside: collecting it twice a test took seconds."""
    gc.collect()
    gc.freeze()


def _frames() -> int:
    gc.collect()
    return sum(isinstance(one, FrameType) for one in gc.get_objects())


@pytest.mark.parametrize("judged", [judge.problem, judge.faults])
@pytest.mark.parametrize("name", WRONG)
def test_no_frame_of_judging_stays_in_memory(name: str, judged: object) -> None:
    assert callable(judged)
    judged(WRONG[name], "R4")  # the models are imported
    before = _frames()

    for _ in range(20):
        judged(WRONG[name], "R4")

    assert _frames() - before < 20
