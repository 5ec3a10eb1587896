"""Profiles: every one fits the schema, every mistake is a sentence with its place, and a link may say what it puts elsewhere."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations import profiles
from integrations.fhir.reader import FhirReader
from integrations.hl7v2.kinds import MEANINGS
from integrations.hl7v2.meaning.places import _NAMED
from integrations.hl7v2.reader import Hl7Reader
from integrations.profiles.paths import V2_FUNCTIONS
from integrations.profiles.schema import SCHEMAS
from mdo_portal import wiring_profiles
from mdo_portal.domain.unreadable import UNREADABLE_REASONS
from mdo_portal.exchange import IncomingReferral, Reader, Unreadable, WrongProfile, profile_of_link
from scripts import print_profiles
from tests import make
from tests.integrations.fhir.make import sample
from tests.integrations.hl7v2 import samples

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
TREES = st.recursive(
    WORDS | st.lists(WORDS, max_size=3), lambda inner: st.dictionaries(WORDS.filter(bool), inner, max_size=3), max_leaves=8
)


@pytest.mark.parametrize("name", profiles.names())
def test_every_profile_fits_the_schema_and_has_a_name_for_people(name: str) -> None:
    loaded = profiles.load(name)

    assert loaded["wire"] in SCHEMAS
    assert loaded["title"]


@pytest.mark.parametrize(
    ("otherwise", "key", "problem"),
    [
        ("[patient]\nbsnn = []", "patient.bsnn", "unknown_key"),
        ("[patient]\nbsn = ['PID-x']", "patient.bsn", "bad_place"),
        ("[patient]\nbsn = ['@shell rm']", "patient.bsn", "bad_place"),
        ("[patient]\nbsn = 'PID-3'", "patient.bsn", "not_texts"),
        ("[referral]\nnumber = [3]", "referral.number", "not_text"),
        ("[sections]\nwishes = ['wens']", "sections.wishes", "unknown_key"),
        ("[patient.sex]\nV = 'vrouw'", "patient.sex.V", "not_one_of"),
        ("[outgoing]\nkind = 'MDM^T02'", "outgoing", "not_own"),
        ("patient = 3", "patient", "not_table"),
        ("[facts.ZPI]\nsection = 'wish'\ntext = ['PID-3']", "facts.ZPI.text", "bad_place"),
        ("[patient", "", "no_toml"),
    ],
)
def test_a_mistake_names_its_key_and_what_is_wrong(otherwise: str, key: str, problem: str) -> None:
    with pytest.raises(WrongProfile) as wrong:
        profiles.parse_own(otherwise, "hl7v2")

    assert (wrong.value.key, wrong.value.problem) == (key, problem)
    assert wrong.value.reason == "wrong_profile"


def test_a_v2_place_is_no_place_in_fhir() -> None:
    for place in ("PID-3-1", "Patient", "patient.name", "Patient.name.where(use='x')", "Patient.identifier[system=a].value + 1"):
        with pytest.raises(WrongProfile):
            profiles.parse_own(f'[patient]\nbsn = ["{place}"]', "fhir")
    assert profiles.parse_own('[patient]\nbsn = ["Patient.identifier[system=urn:oid:1.2].value"]', "fhir")


def test_the_schema_knows_every_named_function() -> None:
    assert set(_NAMED) <= set(V2_FUNCTIONS)


def test_a_profile_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(KeyError, match="generic-v2"):
        profiles.load("nergens")


def test_a_hospital_that_puts_the_bsn_and_the_question_elsewhere_needs_no_programmer() -> None:
    raw = samples.REFERRAL.replace(b"ZPI|1|eigen|segment", b"ZPI|1|999900006|Kan er nog geopereerd worden?")
    own = '[patient]\nbsn = ["ZPI-2"]\n\n[referral]\nquestion_board = ["ZPI-3"]\n'

    read = Hl7Reader().read(raw, profile_of_link("generic-v2", own))

    assert isinstance(read, IncomingReferral)
    assert (read.patient.bsn, read.question_board) == ("999900006", "Kan er nog geopereerd worden?")


def test_the_same_in_fhir() -> None:
    own = '[patient]\nlocal_number = ["Patient.identifier[0].value"]\n\n[referral]\nquestion_board = ["Condition.code.text"]\n'
    usual = FhirReader().read(sample("referral-r4.json"), "generic-r4")
    other = FhirReader().read(sample("referral-r4.json"), profile_of_link("generic-r4", own))

    assert other.patient.local_number == usual.patient.bsn
    assert other.question_board == usual.tumour_hint


@given(st.dictionaries(WORDS.filter(bool), TREES, max_size=4))
def test_what_is_written_reads_back_the_same(own: dict[str, Any]) -> None:
    assert tomllib.loads(profiles.written(own)) == own


@given(st.text(max_size=200))
def test_whatever_a_link_says_is_refused_with_a_sentence_or_can_be_read(text: str) -> None:
    try:
        profiles.parse_own(text, "hl7v2")
    except WrongProfile as wrong:
        assert str(wrong)
    else:
        profiles.load(profile_of_link("generic-v2", text))


def test_the_page_that_explains_every_key_is_up_to_date() -> None:
    assert print_profiles.PAGE.read_text(encoding="utf-8") == print_profiles.page()


def test_a_kind_of_message_means_one_of_the_words_there_are() -> None:
    with pytest.raises(WrongProfile) as wrong:
        profiles.parse_own('[kinds]\n"REF^I12" = "aanmelding"', "hl7v2")

    assert (wrong.value.problem, wrong.value.key) == ("not_one_of", "kinds.REF^I12")
    assert set(wrong.value.known) == {*MEANINGS, ""}  # "" = nothing: kept, and shown as unknown


@pytest.mark.parametrize(
    ("reader", "raw", "profile"),
    [(Hl7Reader(), make.hl7_change(), "generic-r4"), (FhirReader(), b'{"resourceType": "Bundle"}', "hix")],
    ids=["HL7 v2", "FHIR"],
)
def test_what_waited_while_its_link_began_to_read_something_else_says_so(reader: Reader, raw: bytes, profile: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        reader.read(raw, profile)
    assert unreadable.value.reason == "other_wire" and "other_wire" in UNREADABLE_REASONS


@pytest.mark.parametrize("name", ["generic-v2", "generic-r4"])
def test_a_word_for_urgent_counts_in_whatever_letters_and_what_the_link_says_goes_first(name: str) -> None:
    """`"Spoed 5d" = "urgent"` was kept and did nothing: only capitals counted, and nothing said so."""
    own = profiles.load(profile_of_link(name, '[referral.codes.urgency]\n"Spoed 5d" = "urgent"\nspoed = "asap"\n'))

    assert [profiles.urgency_of(own, said) for said in ("SPOED 5D", " spoed 5d ", "SPOED", "Spoed", "morgen")] == [
        "urgent", "urgent", "asap", "asap", "",
    ]  # fmt: skip


def test_what_a_word_for_urgent_means_is_one_of_three() -> None:
    with pytest.raises(WrongProfile) as wrong:
        wiring_profiles.check_otherwise("generic-v2", '[referral.codes.urgency]\nSPOED = "spoed"\n')
    assert (wrong.value.problem, wrong.value.known) == ("not_one_of", ("routine", "urgent", "asap"))


@pytest.mark.parametrize("name", ["generic-v2", "generic-r4"])
def test_a_word_for_a_board_is_its_code_where_the_link_says_so_and_else_nothing(name: str) -> None:
    own = profiles.load(profile_of_link(name, '[referral.codes.board]\n"Urologie regio" = "URO-P"\n'))

    assert [profiles.board_of(own, said) for said in ("UROLOGIE  regio", "urologie", "")] == ["URO-P", "", ""]
