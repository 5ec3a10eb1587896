"""Places of a profile in words: no developer's word reaches a hospital or its vendor."""

from __future__ import annotations

import pytest

from integrations import profiles
from integrations.fhir.entries.reading import ANOTHER
from integrations.fhir.meaning.sieve import TWICE
from integrations.fhir.meaning.whose import NOBODY
from mdo_portal.domain import place_words


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("@provider RP", "PRD met rol RP"),
        ("@label board", "OBX met het label van: vraag aan het MDO"),
        ("@own board", "eigen segment (Z…) met de naam van: vraag aan het MDO"),
        ("@notes OBR", "NTE onder OBR"),
        ("@number VN", "nummer van soort VN"),
        ("PID-3(1)-4-1", "PID-3(1)-4-1"),
    ],
)
def test_a_place_is_said_in_words(place: str, words: str) -> None:
    assert place_words.in_dutch(place) == words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("not JSON at character 9", "geen geldige JSON vanaf teken 9"),
        ("several JSON values; send one Bundle", "meer JSON-objecten achter elkaar (NDJSON); het moet één Bundle zijn"),
        ("more than 5000 values", "meer dan 5000 onderdelen"),
        ("ServiceRequest/1: intent missing, status not valid", "ServiceRequest/1: intent ontbreekt"),
        ("ServiceRequest/1: unknown element", "ServiceRequest/1 heeft een onderdeel dat FHIR daar niet kent"),
        ("Patient/0: modifierExtension not understood", "Patient/0: modifierExtension kan de betekenis veranderen en wordt hier niet begrepen"),
        ("Jan Jansen: unknown element", "Jan Jansen: unknown element"),
    ],
)  # fmt: skip
def test_what_a_reader_of_fhir_says_of_a_message_is_said_in_words(said: str, words: str) -> None:
    assert place_words.in_dutch(said) == words


def test_every_function_of_every_profile_has_words() -> None:
    loaded = [profiles.load(name) for name in profiles.names()]
    places = [place for one in loaded for place in _texts(one) if place.startswith("@")]
    assert places
    assert [place for place in places if place_words.said(place) is None] == []
    assert {place.removeprefix("@label ") for place in places if place.startswith("@label ")} <= set(place_words.ASKED)


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []


def test_what_found_no_place_says_what_is_the_matter_with_it_and_a_name_stays_a_name() -> None:
    said = place_words.said_of_left("MSH-7/future")
    assert said is not None and said.name == "MSH-7" and "toekomst" in said.sentence
    assert [place_words.said_of_left(one) for one in ("ZMD", "Condition/2", "Patient/1/animal")] == [None] * 3


@pytest.mark.parametrize(
    ("name", "word"), [("MSH-11/test", "proefbericht"), ("ORC(1)-1/held", "aangehouden"), ("PID-32/unsure", "niet zeker wie")]
)
def test_what_a_message_says_against_itself_is_said_in_words(name: str, word: str) -> None:
    said = place_words.said_of_left(name)
    assert said is not None and said.name == name.rpartition("/")[0] and word in said.sentence


@pytest.mark.parametrize(("why", "word"), [(ANOTHER, "andere patiënt"), (NOBODY, "geen patiënt"), (TWICE, "twee keer")])
def test_why_something_was_put_apart_is_said_in_words(why: str, word: str) -> None:
    said = place_words.said_of_left(f"Observation/4: {why}")
    assert said is not None and said.name == "Observation/4" and word in said.sentence
    assert word in place_words.left_in_dutch("Observation/4", why)
    assert place_words.said_of_left("Observation/4: missing") is None
