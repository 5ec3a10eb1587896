"""The letter on its way out: as signed, as the standard says, and readable for those who never met us."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import hl7  # type: ignore[import-untyped]
import pybase64
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.hl7v2.sending.judge import Unsendable, conformance_fault, judge
from integrations.hl7v2.sending.outgoing import compose
from integrations.hl7v2.text.builder import Unwritable
from integrations.hl7v2.text.er7 import Message
from integrations.profiles import load
from mdo_portal.exchange import DecisionForm, OutgoingDecision

from .samples import DECISION, NOW, address

GOLDEN = Path(__file__).parent / "golden"
CORRECTION = replace(DECISION, version=2, document_number="MDO-2026-0001-2", replaces_document_number="MDO-2026-0001-1")
PROFILES = ["generic-v2", "hix", "nexus", "zorgdomein"]


def judged(decision: OutgoingDecision, profile: str, charset: str = "8859/1") -> bytes:
    raw = compose(decision, address(profile, charset), now=NOW)
    judge(raw, decision, load(profile))
    return raw


@pytest.mark.parametrize(
    ("name", "decision", "profile"),
    [
        ("mdm-t02", DECISION, "hix"),
        ("mdm-t10", CORRECTION, "hix"),
        ("oru-r01", DECISION, "nexus"),
        ("oru-r01-correction", CORRECTION, "nexus"),
    ],
)
def test_the_letter_is_as_the_golden_file_says(name: str, decision: OutgoingDecision, profile: str) -> None:
    assert judged(decision, profile).decode("latin-1").replace("\r", "\n") == (GOLDEN / f"{name}.hl7").read_text(
        encoding="latin-1"
    )


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("charset", ["UTF-8", "8859/1", "8859/15", ""])
def test_a_large_letter_passes_our_own_judge_under_every_profile(profile: str, charset: str) -> None:
    judged(
        replace(CORRECTION, letter_pdf=bytes(range(256)) * 2000, sections=(("Kop", "regel & meer\n" * 500),)), profile, charset
    )


@pytest.mark.parametrize("profile", PROFILES)
def test_python_hl7_reads_what_we_send(profile: str) -> None:
    read = hl7.parse(judged(DECISION, profile, "UTF-8").decode())
    letter = read["OBX"][0]
    assert pybase64.b64decode(str(letter[5][0][4])) == DECISION.letter_pdf
    assert str(read["PID"][0][3][0][0]) == "999911120"
    assert hl7.parse(str(read)).unescape(str(read["OBX"][1][5])).replace("\\.br\\", "\n") == DECISION.sections[0][1]


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80), st.text(min_size=1, max_size=30))
def test_whatever_the_board_wrote_arrives_as_signed(text: str, name: str) -> None:
    patient = replace(DECISION.patient, name=replace(DECISION.patient.name, family=name))
    judged(replace(DECISION, patient=patient, sections=(("Advies", text),)), "hix", "UTF-8")


@pytest.mark.parametrize("ends", ["\r\n", "\r\x1c\n", "\x0b\r\x0b\x1c\n\x1c"])
def test_a_line_end_with_a_mark_of_the_frame_in_it_is_one_line_end(ends: str) -> None:
    read = Message.parse(judged(replace(DECISION, sections=(("Advies", f"eerst{ends}dan"),)), "hix"))

    assert read.all("OBX")[1].field(5) == "eerst\ndan"


def test_a_letter_that_is_not_what_was_signed_does_not_leave() -> None:
    raw = compose(DECISION, address(), now=NOW)
    for spoiled in (
        raw.replace(b"operatie", b"bestraling"),
        raw.replace(b"999911120", b"999900006"),
        raw.replace(b"JVBERi", b"JVBERj"),
    ):
        with pytest.raises(Unsendable):
            judge(spoiled, DECISION, load("hix"))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("MSH-10", "MSH-10"), ("PID-3", "PID-3-1"), ("PID-5", "PID-5-1-1"), ("PID-7", "PID-7"), ("MSH-9", "MSH-9-2"),
        ("TXA-12-1", "TXA-12-1"), ("TXA-13-1", "TXA-13-1"), ("OBX", "OBX-3-2"),
    ],
)  # fmt: skip
def test_each_place_by_which_a_letter_is_filed_is_read_back(place: str, value: str) -> None:
    """The number of another letter, the name or birth date of another patient, or another section."""
    decision = replace(DECISION, form=DecisionForm.CORRECTION, replaces_document_number="MDO-2026-1")
    raw = compose(decision, address(), now=NOW)
    judge(raw, decision, load("hix"))
    message = Message.parse(raw)
    written = message.all("OBX")[1].component(3, 2, 0) if place == "OBX" else message.get(value)

    with pytest.raises(Unsendable) as fault:
        judge(raw.replace(written.encode(), b"99"), decision, load("hix"))

    assert fault.value.reason == place


def test_what_the_strict_tables_refuse_does_not_leave() -> None:
    raw = compose(DECISION, address(), now=NOW)

    with pytest.raises(Unsendable) as fault:
        judge(raw.replace(b"|LA||AV", b"|||AV"), DECISION, load("hix"))

    assert fault.value.reason.startswith("hl7apy ")


@pytest.mark.parametrize("name", ["Oncologienetwerk Zuidwest", "OncologienetwerkZuidwest", "Netwerk2026" * 4])
def test_what_a_link_calls_its_network_may_be_long(name: str) -> None:
    """Lengths are not judged; those of one word of 21 to 32 letters were, and every letter over such a link was *unsendable*."""
    raw = compose(DECISION, address(), now=NOW)
    assert b"|NETWERK|" in raw

    judge(raw.replace(b"|NETWERK|", f"|{name}|".encode()), DECISION, load("hix"))


def test_the_strict_judge_is_strict() -> None:
    raw = compose(DECISION, address(), now=NOW)
    assert conformance_fault(Message.parse(raw)) == ""
    assert conformance_fault(Message.parse(raw.replace(b"EVN|T02", b"EVX|T02")))
    assert conformance_fault(Message.parse(raw.replace(b"|LA||AV", b"|||AV")))


def test_a_letter_that_the_charset_lacks_does_not_become_a_question_mark() -> None:
    with pytest.raises(Unwritable):
        compose(replace(DECISION, sections=(("Advies", "\u0142"),)), address(charset="8859/1"), now=NOW)


def test_every_attempt_has_the_same_control_id() -> None:
    assert Message.parse(compose(DECISION, address("hix"), now=NOW)).get("MSH-10") == "0f2d3c4b5a6947889a6b1c2d3e4f5a6b"
    assert Message.parse(compose(DECISION, address("nexus"), now=NOW)).get("MSH-10") == "0f2d3c4b5a6947889a6b"


@pytest.mark.parametrize(("is_trial", "said"), [(True, "T"), (False, "P")])
def test_a_letter_that_is_only_tried_says_so_where_receivers_look(is_trial: bool, said: str) -> None:
    """Else an EPD files it in the patient's record."""
    assert Message.parse(judged(replace(DECISION, is_trial=is_trial), "hix")).get("MSH-11-1") == said
