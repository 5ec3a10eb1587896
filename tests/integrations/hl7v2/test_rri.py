"""An answer to a referral as the standard has it: the segments that say which referral it is, as they came."""

from __future__ import annotations

import re

import pytest

from integrations.hl7v2.reader import RRI, Hl7Reader
from integrations.hl7v2.sending.judge import conformance_fault
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.wire.ack import acks_for
from integrations.hl7v2.wire.answers import read_ack
from mdo_portal.exchange import Answer, ReceiptKind, Verdict

from .samples import ADT, NOW, REFERRAL

STORED = Answer(Verdict.STORED, "M0001", repeats=("RF1", "PRD", "CTD", "PID"))


def said(raw: bytes, answer: Answer = STORED) -> list[bytes]:
    return acks_for(raw, answer, now=NOW, control_id="A1")


def test_a_referral_is_answered_with_an_rri_that_repeats_it() -> None:
    (answer,) = said(REFERRAL)
    lines = answer.split(b"\r")[:-1]
    assert lines[0].split(b"|")[8] == b"RRI^I12^RRI_I12" and lines[1] == b"MSA|AA|M0001"
    assert lines[2:] == [line for line in REFERRAL.split(b"\r") if line[:3] in (b"RF1", b"PRD", b"PID")]
    assert read_ack(answer, "M0001").kind is ReceiptKind.ACCEPTED


def test_the_answer_to_a_referral_by_the_book_is_one_by_the_book() -> None:
    by_the_book = re.sub(
        rb"(PRD(?:\|[^|\r]*){7})[^\r]*", rb"\1", REFERRAL
    )  # the sample has fields that PRD does not have in v2.5
    (answer,) = said(by_the_book)
    assert conformance_fault(Message.parse(answer)) == ""


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.NOT_HERE, Verdict.NOT_NOW])
def test_what_was_not_stored_is_not_repeated(verdict: Verdict) -> None:
    (answer,) = said(REFERRAL, STORED._replace(verdict=verdict))
    assert b"ACK^I12" in answer and b"PID|" not in answer


def test_another_message_is_not_repeated_and_an_accept_acknowledgement_never_is() -> None:
    assert not any(b"PID|" in one for one in said(ADT))
    accept, application = said(REFERRAL.replace(b"|P|2.5|||||NLD", b"|P|2.5|||AL|AL|NLD"))
    assert (b"MSA|CA" in accept, b"PID|" in accept) == (True, False)
    assert b"MSA|AA" in application and b"PID|" in application


def test_lines_of_an_odd_sender_come_back_whole() -> None:
    (answer,) = said(REFERRAL.replace(b"\r", b"\r\n"))
    assert b"\n" not in answer and answer.count(b"PRD|") == REFERRAL.count(b"PRD|")


@pytest.mark.parametrize(
    ("kind", "profile", "repeats"),
    [
        ("REF^I12", 'generic-v2\n[referral]\nanswer = "RRI"\n', RRI),
        ("ADT^A08", 'generic-v2\n[referral]\nanswer = "RRI"\n', ()),
        ("REF^I12", "generic-v2", ()),
        ("REF^I12", "no such profile", ()),
    ],
)
def test_a_link_gets_an_rri_when_it_asks_for_one(kind: str, profile: str, repeats: tuple[str, ...]) -> None:
    assert Hl7Reader().repeats(kind, profile) == repeats
