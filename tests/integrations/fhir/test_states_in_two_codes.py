"""A state in the sender's own code beside that of the standard, or in words: what is denied never reads as found."""

from __future__ import annotations

from typing import Any

import pytest

from .make import Node, condition
from .read_house import about, of_patient, read, told

OWN = {"system": "urn:oid:2.25.77", "code": "W", "display": "Verworpen"}
STANDARD = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def in_codes(*codes: Any) -> Node:
    return {"coding": [one if isinstance(one, dict) else {"system": STANDARD, "code": one} for one in codes]}


def diagnosis(**more: Any) -> Node:
    return condition(1, **more)


@pytest.mark.parametrize("state", [in_codes(OWN, "refuted"), in_codes("refuted", OWN)])
def test_a_disease_that_is_refuted_says_so_whichever_code_stands_first(state: Node) -> None:
    assert told(diagnosis(verificationStatus=state)) == [("", "Diagnose 1 (weerlegd) (Verworpen)")]


def test_the_same_word_is_said_once() -> None:
    state = in_codes(OWN | {"display": "Weerlegd"}, "refuted")

    assert told(diagnosis(verificationStatus=state)) == [("", "Diagnose 1 (weerlegd)")]


@pytest.mark.parametrize(
    "state",
    [
        in_codes(OWN, "entered-in-error"),
        in_codes("confirmed", {"system": "urn:oid:2.25.77", "code": "Entered In Error"}),
        in_codes({"system": STANDARD, "display": "Entered in Error"}),
        {"text": "Entered in error"},
        {"coding": [OWN], "text": "entered-in-error"},
    ],
)
def test_a_disease_that_was_entered_in_error_is_not_told_however_it_says_so(state: Node) -> None:
    found = read(diagnosis(verificationStatus=state))

    assert not found.facts
    assert [fact.text for fact in found.taken_back] == ["Diagnose 1"]


def test_an_allergy_that_is_refuted_says_so_in_words_too() -> None:
    allergy = of_patient("AllergyIntolerance", code={"text": "Penicilline"}, verificationStatus={"text": "Refuted"})

    assert told(allergy) == [("Allergie", "Penicilline (weerlegd)")]


def test_a_goal_that_was_not_reached_says_so_behind_a_code_of_the_senders_own() -> None:
    goal = about(
        "Goal", lifecycleStatus="active", description={"text": "Curatie"}, achievementStatus=in_codes(OWN, "not-achieved")
    )

    assert told(goal) == [("Doel", "Curatie; niet bereikt")]


def test_words_that_are_no_state_of_the_standard_stay_as_they_were_sent() -> None:
    assert told(diagnosis(verificationStatus={"text": "twijfelachtig"})) == [("", "Diagnose 1 (twijfelachtig)")]
    assert told(diagnosis(verificationStatus=in_codes(OWN))) == [("", "Diagnose 1 (W)")]
