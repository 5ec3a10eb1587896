"""Whatever place a link writes down for a value, of those that its page offers, is read there; none of them stops a message."""

from __future__ import annotations

from itertools import product

import pytest

from integrations.hl7v2.explain import Hl7Explainer
from integrations.hl7v2.reader import Hl7Reader
from integrations.profiles.paths import V2_FUNCTIONS
from integrations.profiles.schema_v2 import V2
from mdo_portal.exchange import Incoming, IncomingAppointment, IncomingReferral

from .few_lines import PID

LINES = {
    "ORM^O01": (
        "ORC|NW|A1||||||||||1^Smit^A~2^Wit^Anna",
        "OBR|1|A1||MDO^MDO oncologie^L|||||||||pijn~Graag advies over operatie||||||||||||||||||R1^Reden~R2^Kan dit geopereerd worden?",
        "TXA|1|CN|AP|||||||||NR1^^^NR9~NR2",
        "ZVR|P7|Operabel?|7",
    ),
    "SIU^S12": (
        "SCH|A1|B1|||||MDO^Bespreking|||15|min|^^15^202604141530",
        "AIP|1||1^Smit^A~2^Wit^Anna",
        "ROL|1|AD|AT|2^Wit^Anna",
        "ZVR|P7|Bevestigd|7",
    ),
}

MEANS = {"ORM^O01": "referral", "SIU^S12": "appointment"}


def written(kind: str, table: str, key: str, place: str) -> tuple[bytes, str]:
    """(the message, the profile of its link)."""
    head = f"MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||{kind}|M1|P|2.5||||||UNICODE UTF-8"
    return "\r".join((head, PID, *LINES[kind], "")).encode(), f'generic-v2\n[{table}]\n{key} = ["{place}"]\n'


def read(kind: str, table: str, key: str, place: str) -> Incoming:
    return Hl7Reader().read(*written(kind, table, key, place))


def referral(key: str, place: str, table: str = "referral") -> IncomingReferral:
    found = read("ORM^O01", table, key, place)
    assert isinstance(found, IncomingReferral)
    return found


@pytest.mark.parametrize("place", ["OBR-31(1)-2", "OBR(0)-31(1)-2", "OBR-31(1)-2-0", "OBR-31(1)"])
@pytest.mark.parametrize("key", ["question_board", "question_radiology", "question_pathology"])
def test_a_question_may_stand_in_a_repetition(key: str, place: str) -> None:
    assert "Kan dit geopereerd worden?" in getattr(referral(key, place), key)


@pytest.mark.parametrize(("place", "name"), [("ORC-12(1)", "Anna Wit"), ("ORC(0)-12(1)-1", "Anna Wit"), ("ORC-12-1", "A Smit")])
def test_so_may_who_refers(place: str, name: str) -> None:
    assert referral("places", place, "contacts.referrer").referrer.name == name


@pytest.mark.parametrize(("place", "number"), [("TXA-12(1)-1", "NR2"), ("TXA-12(1)", "NR2"), ("TXA(0)-12-1", "NR1")])
def test_so_may_the_number_of_the_referral(place: str, number: str) -> None:
    assert referral("number", place).number == number


@pytest.mark.parametrize(("place", "who"), [("AIP-3(1)", "Anna Wit"), ("AIP-3-1", "A Smit; Anna Wit")])
def test_so_may_who_sees_a_patient(place: str, who: str) -> None:
    found = read("SIU^S12", "appointment", "with_whom", place)
    assert isinstance(found, IncomingAppointment)
    assert found.with_whom == who


def test_the_first_field_of_a_segment_is_no_first_part_of_one() -> None:
    """`ZVR-1` is a field, and what stands in ZVR-2 are not the words of its code."""
    assert referral("urgency", "ZVR-1").urgency == "P7"
    assert referral("question_board", "ZVR-2").question_board == "Operabel?"


ARGUMENTS = {
    "label": "board", "notes": "OBR", "provider": "AT", "participant": "AT", "number": "PI", "title": "", "closing": "", "ending": "",
    "sentence": "OBR-13",
    "headed": "board", "own": "board", "asking": "OBR-13", "board": "OBR-4", "subject": "", "line": "ZVR-1 P7", "lines": "ZVR-2", "soon": "",
    "person": "AIP-3",
}  # fmt: skip
PLACED = [
    (table, key)
    for table in ("patient", "referral", "appointment")
    for key, what in V2[table].keys.items()
    if what.kind == "places"
]
PLACED += [(f"contacts.{role}", key) for role, who in V2["contacts"].keys.items() for key in who.keys]


def test_every_function_of_a_place_is_tried() -> None:
    assert ARGUMENTS.keys() == V2_FUNCTIONS.keys()


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_function_stops_no_message_wherever_it_stands(name: str) -> None:
    for (table, key), kind in product(PLACED, LINES):
        raw, own = written(kind, table, key, f"@{name} {ARGUMENTS[name]}".strip())
        told = Hl7Explainer().explain(raw, own)  # it reads the message as the reader does, and tells what came of it
        assert (told.reason, told.meaning) == ("", MEANS[kind])
        assert [one.value for one in told.fields if one.name == "patient.name"] == ["J. Giessen"]


def test_who_sees_a_patient_may_be_who_has_a_role() -> None:
    found = read("SIU^S12", "appointment", "with_whom", "@participant AT")
    assert isinstance(found, IncomingAppointment)
    assert found.with_whom == "Anna Wit"


@pytest.mark.parametrize("place", ["@participant AT", "@person AIP-3"])
def test_a_person_may_stand_where_words_do(place: str) -> None:
    found = read("SIU^S12", "appointment", "service", place)
    assert isinstance(found, IncomingAppointment)
    assert found.service in ("Anna Wit", "A Smit")
