"""Public samples that nobody here wrote: none crashes, none loses a segment, the Dutch ones are understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.header import read_header
from mdo_portal.exchange import IncomingReferral, Unreadable

from .rewritten import CHANGES, SENDINGS, Written
from .test_same_meaning import changed, changes, read, sendings, sent

CORPUS = Path(__file__).parents[4] / "shared" / "data" / "hl7v2"
FILES = sorted(CORPUS.rglob("*.hl7"))
DUTCH = [path for path in FILES if path.parent.name == "msg-hl7-nl"]

pytestmark = pytest.mark.skipif(not FILES, reason="the public samples (shared/data/hl7v2) are not on this machine")
WHERE_NUMBERS_STAND = ("PID-3-1", "PID-2-1", "PID-4-1", "MRG-1-1", "MRG-4-1")
"""The first that holds one."""


def lines_of(raw: bytes) -> list[str]:
    text = raw.decode("utf-8").replace("\r\n", "\r").replace("\n", "\r").lstrip("\ufeff \t\r")
    return [line for line in text.split("\r") if line]


def test_no_sample_loses_a_segment() -> None:
    count, refused = 0, []
    for path in FILES:
        raw = path.read_bytes()
        try:
            message = Message.parse(raw, "UTF-8")
        except Unreadable as trouble:
            refused.append((path.name, trouble.reason))
            continue
        assert "\r".join(s.line for s in message.segments).replace("\n", "\r").split("\r") == lines_of(raw), path.name
        count += 1
    assert count >= 0.9 * len(FILES)
    assert {reason for _, reason in refused} <= {"no_header", "hostile_delimiters"}


def reason(raw: bytes, profile: str) -> str:
    try:
        Hl7Reader().read(raw, profile, "UTF-8")
    except Unreadable as trouble:
        return trouble.reason
    return ""


@pytest.mark.parametrize("profile", ["generic-v2", "zorgdomein"])
def test_every_sample_is_understood_or_has_a_reason(profile: str) -> None:
    reasons = {reason(path.read_bytes(), profile) for path in FILES}
    assert reasons <= {"", "no_header", "hostile_delimiters", "unknown_kind", "no_patient", "broken"}


def test_the_header_agrees_with_the_message() -> None:
    for path in FILES:
        try:
            message = Message.parse(path.read_bytes(), "UTF-8")
            header = read_header(path.read_bytes())
        except Unreadable:
            continue
        if len(message.all("MSH")) == 1 and message.segments[0].name == "MSH":
            assert header.control_id == message.get("MSH-10"), path.name
            numbers = [n for place in WHERE_NUMBERS_STAND for n in message.all_values(place)]
            assert [n for _, n in header.patient_numbers][:1] in ([], [[*numbers, ""][0].strip()]), path.name


def typed(message: Message, *types: str) -> str:
    """The first number of PID-3 of one of these types."""
    numbers = zip(message.all_values("PID-3-1"), message.all_values("PID-3-5"), strict=False)
    return next((number.strip() for number, kind in numbers if kind in types), "")


def own_number(message: Message) -> str:
    """The number by which the hospital itself knows the patient; ZorgDomein sends none."""
    return typed(message, "PI", "PT", "MR")


def visit_number(message: Message) -> str:
    """ZorgDomein's own number (VN): of the referral, not of the patient."""
    return typed(message, "VN")


@pytest.mark.parametrize("path", DUTCH, ids=lambda path: path.stem)
@pytest.mark.parametrize("encode", [False, True], ids=["utf-8 by the link", "as msh-18 says"])
def test_every_dutch_sample_with_a_patient_is_a_referral(path: Path, encode: bool) -> None:
    raw = path.read_bytes()
    message = Message.parse(raw, "UTF-8")
    if encode:
        raw = raw.decode("utf-8").encode({"8859/15": "iso8859-15"}.get(message.get("MSH-18") or message.get("MSH-19"), "latin-1"))
    if not message.first("PID"):
        with pytest.raises(Unreadable, match="no_patient"):
            Hl7Reader().read(raw, "zorgdomein", "" if encode else "UTF-8")
        return
    told = Hl7Reader().read(raw, "zorgdomein", "" if encode else "UTF-8")
    assert isinstance(told, IncomingReferral)
    assert all((told.patient.name.family, told.patient.name.initials, told.patient.birth_on))
    assert told.patient.local_number == own_number(message)
    assert visit_number(message) in ("", told.number, *(number for _, number in told.patient.other_numbers))
    assert told.patient.local_number or told.patient.bsn or told.number
    assert told.patient.sex in ("M", "F")
    assert bool(told.patient.bsn) == (b"NLMINBIZA" in raw)
    assert told.referrer.organisation
    assert told.referrer.name or not (message.first("ORC") or message.first("OBR"))
    assert told.board_hint or not message.first("OBR")
    said = "\n".join([told.question_board, *(fact.text for fact in told.facts)])
    for observation in message.all("OBX"):
        value = observation.component(5, 2) if observation.component(2) == "CE" else observation.field(5)
        assert value in said
    for order in message.all("OBR"):
        assert order.component(4, 2, 0).strip() in said


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.sampled_from(FILES or [CORPUS]), changes.filter(lambda name: not name.startswith("delimiters")), sendings)
def test_a_sample_means_the_same_in_other_writing(path: Path, change: str, way: str) -> None:
    """Not in other delimiters: what is shown as it was sent (a place with subcomponents) is shown with them."""
    raw = path.read_bytes()
    assume(raw[:3] == b"MSH" and raw.count(b"MSH|") == 1 and len(raw) < 100_000)
    try:
        before = read(raw)
    except Unreadable:
        assume(False)
    told = sent(changed(Written.of(raw), CHANGES[change]), SENDINGS[way])
    assume(told)
    assert told

    assert read(told) == before
