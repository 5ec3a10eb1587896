"""Original and enhanced mode: which acknowledgements a sender gets is what MSH-15 and MSH-16 ask (HL7 v2.5 2.9, table 0155)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.wire.ack import acks_for
from mdo_portal.exchange import Answer, Verdict

NOW = datetime(2026, 3, 2, 12, 15, tzinfo=UTC)
STORED, REFUSED, NOT_NOW = Verdict.STORED, Verdict.REFUSED, Verdict.NOT_NOW


def codes(asked: str, verdict: Verdict, *, later: bool = False) -> list[str]:
    raw = f"MSH|^~\\&|EPD|ZEED|MDO|NET|20260302||REF^I12|M1|P|2.5|||{asked}\rPID|1\r".encode()
    acks = acks_for(raw, Answer(verdict, "M1", later=later), now=NOW, control_id="A1")
    numbers = [Message.parse(one).get("MSH-10") for one in acks]
    assert len(set(numbers)) == len(numbers), "each acknowledgement has a number of its own"
    return [Message.parse(one).get("MSA-1") for one in acks]


@pytest.mark.parametrize(
    ("asked", "verdict", "wanted"),
    [
        ("", STORED, ["AA"]),
        ("|", REFUSED, ["AE"]),
        ("nonsense|", STORED, ["AA"]),
        ("AL|NE", STORED, ["CA"]),
        ("AL|NE", REFUSED, ["CE"]),
        ("AL|", STORED, ["CA"]),
        ("ER|NE", STORED, []),
        ("ER|NE", REFUSED, ["CE"]),
        ("SU|NE", STORED, ["CA"]),
        ("SU|NE", REFUSED, []),
        ("NE|AL", STORED, ["AA"]),
        ("|AL", STORED, ["AA"]),
        ("NE|ER", STORED, []),
        ("NE|ER", REFUSED, ["AE"]),
        ("NE|NE", STORED, []),
        ("AL|AL", STORED, ["CA", "AA"]),
        ("AL|SU", REFUSED, ["CE"]),
        ("NE|NE", NOT_NOW, ["CR"]),  # silence would mean that it is safe
    ],
)
def test_what_is_asked_is_what_is_said(asked: str, verdict: Verdict, wanted: list[str]) -> None:
    assert codes(asked, verdict) == wanted


def test_an_application_acknowledgement_that_comes_later_is_not_said_now() -> None:
    assert codes("AL|AL", STORED, later=True) == ["CA"]
    assert codes("NE|AL", STORED, later=True) == []


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("kind", ["ACK", "ACK^T02^ACK"])
def test_an_acknowledgement_that_asks_for_nothing_is_not_acknowledged(kind: str, verdict: Verdict) -> None:
    raw = f"MSH|^~\\&|EPD|ZEED|MDO|NET|20260302||{kind}|M1|P|2.5\rMSA|AA|X\r".encode()

    assert acks_for(raw, Answer(verdict, "M1"), now=NOW, control_id="A1") == []
    assert len(acks_for(raw.replace(b"|2.5", b"|2.5|||AL|NE"), Answer(verdict, "M1"), now=NOW, control_id="A1")) == 1
