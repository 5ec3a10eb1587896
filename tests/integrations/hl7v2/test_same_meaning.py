"""A message means the same however its sender writes it: changes that mean nothing, alone and in pairs (rewritten.py)."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from integrations.hl7v2.explain import Hl7Explainer
from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text.batch import split
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.wire.ack import acks_for
from mdo_portal.exchange import Answer, Incoming, Verdict

from .rewritten import CHANGES, MORE, SENDINGS, Change, Sending, Written
from .samples import ADT, MERGE, NOW, PID, REFERRAL

HEADER = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||{}|M4|P|2.5|||AL|NE|NLD|8859/1"
RESULT = (
    HEADER.format("ORU^R01^ORU_R01"), PID, "PV1|1|O|POLI^1^2||||01234567^Wit^A^^^dr.",
    "ORC|RE|A1|B1", "OBR|1|A1|B1|CTTH^CT-thorax^L|||20260220101500|||||||||||||||||RAD|F", "NTE|1||Zonder contrast.",
    "OBX|1|TX|CTTH&GDT^Bevindingen^L|1|Geen metastasen.\\.br\\Wel een cyste \\T\\ littekens.||||||F|||202602201015",
    "OBX|2|TX|CTTH&IMP^Conclusie^L|2|cT2N0M0||||||F", "ORC|RE|A2|B2", "OBR|2|A2|B2|LAB^Laboratorium^L|||20260221|||||||||||||||||LAB|P",
    "OBX|3|NM|2857-1^PSA^LN||12.4|ug/L|0-4|H|||P|||20260221", "NTE|1||Herhaald.~Zelfde waarde.",
    "OBX|4|CE|ECOG^WHO-performancestatus^L||1^WHO 1^L||||||F", "OBX|5|SN|1234-5^CEA^LN||>^100|ug/L||H|||F",
    "OBX|6|ED|11526-1^Verslag^LN||^application^pdf^Base64^JVBERi0xLjcKJSVFT0Y=||||||F",
)  # fmt: skip
ORDER = (
    HEADER.format("ORM^O01"), PID, "PD1||||01123456^Blank^M.A.", "PV1|1|O|||||01234567^Wit^A", "AL1|1|DA|PEN^Penicilline^L|MO|Uitslag",
    "DG1|1||C61^Prostaatcarcinoom^I10||20260210", "ORC|NW|A1||G1|||1^^^20260302^20260310^R||20260302|||01234567^Wit^A",
    "OBR|1|A1||MDO^MDO oncologie^L||||||||||||01234567^Wit^A||||||||||||||^Operatie of bestraling voor André?", "NTE|1||Belt u vóór vier uur.",
)  # fmt: skip
APPOINTMENT = (
    HEADER.format("SIU^S12^SIU_S12"), "SCH|77|88||||MDO^Bespreking^L|||30|min|^^30^202603101400^202603101430|||||||||||||BOOKED", PID,
    "RGS|1", "AIS|1||MDO^Bespreking^L|202603101400|||30|min", "AIL|1||K3^Kamer 3^L", "AIP|1||01234567^Wit^A", "NTE|1||Nuchter komen.",
)  # fmt: skip
DOCUMENT = (
    HEADER.format("MDM^T02^MDM_T02"), "EVN|T02|20260302121500", PID, "PV1|1|O",
    "TXA|1|CN^Polibrief^L|TX|20260301|01234567^Wit^A|||||||DOC-7^HIX||||brief.pdf|LA||AV",
    "OBX|1|TX|BRIEF^Polibrief^L||Patiënte kwam terug.\\.br\\Zij maakt het goed.||||||F", "OBX|2|FT|ADVIES^Advies^L||Controle over 3 maanden.||||||F",
)  # fmt: skip
MESSAGES = {name: Written.of(raw) for name, raw in (("referral", REFERRAL), ("change", ADT), ("merge", MERGE))} | {
    name: Written.of("\r".join(lines).encode())
    for name, lines in (("result", RESULT), ("order", ORDER), ("appointment", APPOINTMENT), ("document", DOCUMENT))
}
READER = Hl7Reader()
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
messages, changes, sendings = (st.sampled_from(sorted(every)) for every in (MESSAGES, CHANGES, SENDINGS))


def changed(message: Written, *every: Change) -> Written | None:
    for change in every:
        told = change(message)
        if told is None:
            return None
        message = told
    return message


def sent(message: Written | None, way: Sending) -> bytes | None:
    """The message as it is kept: one, also if it came in a batch."""
    octets = way(message) if message else None
    batch = split(octets.removeprefix(b"\x0b").removesuffix(b"\x1c\r")) if octets else None
    assert batch is None or len(batch.messages) == 1
    return octets


def read(raw: bytes) -> Incoming:
    return READER.read(raw, "generic-v2")


def shown(raw: bytes) -> list[tuple[str, str, str]]:
    """What the page of a link shows of a message: each value with its name and its label."""
    return [(one.name, one.value, one.label) for one in Hl7Explainer().explain(raw, "generic-v2").fields]


def answered(raw: bytes) -> list[list[str]]:
    """What the sender hears, without the delimiters: of each answer whom it goes to, its kind and what it says of which message."""
    answer = Answer(Verdict.STORED, "R1")
    said = (Message.parse(one) for one in acks_for(raw, answer, now=NOW, control_id="C1"))
    return [[ack.get(place) for place in ("MSH-5-1", "MSH-6-1", "MSA-1", "MSA-2")] for ack in said]


def bare(read: Incoming) -> Any:
    """Without the names of what is in no place."""
    return replace(read, unmapped=()) if hasattr(read, "unmapped") else read


@cache
def original(name: str) -> tuple[Incoming, list[tuple[str, str, str]], list[list[str]]]:
    raw = MESSAGES[name].octets()
    return read(raw), shown(raw), answered(raw)


def alike(found: Any) -> Any:
    """A key that holds a code with a part (`CTTH&GDT`) has the sender's own delimiter in it."""
    if not hasattr(found, "whole"):
        return found
    facts = tuple(replace(one, key=_PART.sub("&", one.key)) for one in found.facts)
    return replace(found, facts=facts, whole=tuple(_PART.sub("&", one) for one in found.whole))


_PART = re.compile(r"(?<=CTTH)[^\w/](?=GDT|IMP)")


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_change_that_means_nothing_changes_nothing(change: str) -> None:
    for name, message in MESSAGES.items():
        if (told := changed(message, CHANGES[change])) is not None:
            raw = told.octets()
            assert (alike(read(raw)), shown(raw), answered(raw)) == (alike(original(name)[0]), *original(name)[1:])


@pytest.mark.parametrize("way", sorted(SENDINGS))
def test_a_message_means_the_same_however_its_bytes_are_sent(way: str) -> None:
    for name, message in MESSAGES.items():
        raw = sent(message, SENDINGS[way])
        assert raw
        assert (read(raw), shown(raw), answered(raw)) == original(name)


_LEAVES_BLANKS = {"blanks at the end of each segment", "a blank where nothing stood"}
_STANDS_BEHIND = re.compile("behind every|separators at the end|in hex")


@quick
@given(messages, changes, changes, sendings)
def test_two_changes_and_another_way_to_send_mean_nothing_either(name: str, one: str, other: str, way: str) -> None:
    assume(not (_LEAVES_BLANKS & {one, other} and _STANDS_BEHIND.search(f"{one};{other}")))  # a blank between separators is one
    raw = sent(changed(MESSAGES[name], CHANGES[one], CHANGES[other]), SENDINGS[way])
    assume(raw)
    assert raw

    assert alike(read(raw)) == alike(original(name)[0])
    assert READER.header(raw).patient_numbers == READER.header(MESSAGES[name].octets()).patient_numbers
    assert answered(raw) == original(name)[2]


@pytest.mark.parametrize("more", sorted(MORE))
def test_a_segment_more_is_named_and_changes_nothing_else(more: str) -> None:
    for name, message in MESSAGES.items():
        if (told := changed(message, MORE[more])) is not None:
            found, before = read(told.octets()), original(name)[0]
            assert bare(found) == bare(before)
            assert {*getattr(found, "unmapped", ())} == {*getattr(before, "unmapped", ()), more}
