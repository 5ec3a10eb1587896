"""Acknowledgements: given in the sender's own manner, and believed only when they are about our message."""

from __future__ import annotations

from pathlib import Path

import hl7  # type: ignore[import-untyped]
import pytest

from integrations.hl7v2.sending.judge import conformance_fault
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.header import read_header
from integrations.hl7v2.wire.ack import build_ack
from integrations.hl7v2.wire.answers import acknowledged, read_ack
from mdo_portal.exchange import Answer, ReceiptKind, Verdict

from .samples import ADT, NOW, REFERRAL

GOLDEN = Path(__file__).parent / "golden"
STORED = Answer(Verdict.STORED, "M0001")
NOT_NOW = Answer(Verdict.NOT_NOW, "M0001", "not_now", "Not stored, please send again")


def ack(raw: bytes, answer: Answer = STORED) -> bytes:
    return build_ack(raw, answer, now=NOW, control_id="A1")


def lines(raw: bytes) -> str:
    return raw.decode("latin-1").replace("\r", "\n")


@pytest.mark.parametrize(
    ("name", "raw", "answer"),
    [
        ("ack-aa", REFERRAL, STORED),
        ("ack-ca", ADT, Answer(Verdict.STORED, "M0002")),
        ("ack-not-now", REFERRAL, NOT_NOW),
        ("ack-refused", ADT, Answer(Verdict.REFUSED, "M0002", "no_patient", "No patient in PID")),
        (
            "ack-old-version",
            REFERRAL.replace(b"|P|2.5", b"|P|2.4"),
            Answer(Verdict.NOT_HERE, "M0001", "unknown_kind", "Not here"),
        ),
        ("ack-no-header", b"hello", Answer(Verdict.NOT_HERE, "", "no_header", "No MSH")),
    ],
)
def test_the_answer_is_as_the_golden_file_says(name: str, raw: bytes, answer: Answer) -> None:
    assert lines(ack(raw, answer)) == (GOLDEN / f"{name}.hl7").read_text(encoding="latin-1")


def test_delimiters_and_charset_of_the_sender_come_back() -> None:
    raw = "MSH|^_\\&|Zörg&1.2&ISO|X^Y|MDO||20260101||ORU^R01|ZD_1|P|2.4|||||NLD|8859/1\r".encode("latin-1")
    header, msa = ack(raw).split(b"\r")[:2]
    assert header.split(b"|")[1:6] == [b"^_\\&", b"MDO", b"", "Zörg&1.2&ISO".encode("latin-1"), b"X^Y"]
    assert header.endswith(b"|P|2.4||||||8859/1")
    assert msa == b"MSA|AA|ZD_1"


def test_a_message_without_a_control_id_gets_error_101() -> None:
    answer = Message.parse(ack(b"MSH|^~\\&|A|B|C|D|||ADT^A08||P|2.5\r"))
    assert (answer.get("MSA-1"), answer.get("ERR-3-1"), answer.get("ERR-2")) == ("AE", "101", "MSH^1^10")


def test_from_a_header_alone_the_answer_is_the_same_in_standard_delimiters() -> None:
    assert Message.parse(build_ack(read_header(ADT), STORED, now=NOW, control_id="A1")).get("MSA-1") == "CA"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_hl7apy_and_python_hl7_understand_every_answer(verdict: Verdict) -> None:
    raw = ack(ADT, Answer(verdict, "M0002", "unknown_kind", "We | do ^ not"))
    assert conformance_fault(Message.parse(raw)) == ""
    assert str(hl7.parse(raw.decode())["MSA"][0][2]) == "M0002"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AA", ReceiptKind.ACCEPTED),
        ("CA", ReceiptKind.ACCEPTED),
        ("AE", ReceiptKind.REFUSED),
        ("CE", ReceiptKind.REFUSED),
        ("AR", ReceiptKind.LATER),
        ("CR", ReceiptKind.LATER),
        ("XX", ReceiptKind.UNKNOWN),
        ("", ReceiptKind.UNKNOWN),
    ],
)
def test_what_they_say_is_believed_by_its_code(code: str, kind: ReceiptKind) -> None:
    raw = f"MSH|^~\\&|X|Y|||||ACK|1|P|2.5\rMSA|{code}|ours|te laat\rERR|||207^Fout^HL70357|E||||bel ons\r".encode()
    receipt = read_ack(raw, "ours")
    assert receipt.kind is kind
    if kind is not ReceiptKind.UNKNOWN:
        assert (receipt.code, receipt.reference, receipt.text) == (code, "ours", "te laat / bel ons / Fout")


@pytest.mark.parametrize(
    "raw",
    [b"", b"junk", b"MSH|^~\\&|X\r", b"MSH|^~\\&|X\rMSA|AA|theirs\r", b"MSH|^~\\&|X\rMSA|AA\r", b"MSH|^^^^|X\rMSA|AA|ours\r"],
)
def test_junk_and_somebody_elses_answer_count_for_nothing(raw: bytes) -> None:
    assert read_ack(raw, "ours").kind is ReceiptKind.UNKNOWN


@pytest.mark.parametrize("number", [" ours", "ours ", "ours\\X0A\\", "\tours "])
def test_blanks_around_our_number_make_it_no_other_number(number: str) -> None:
    """Engines pad it: the letter was sent again and again, and never called received."""
    raw = f"MSH|^~\\&|X|Y|||||ACK|1|P|2.5\rMSA|AA|{number}\r".encode()

    told = acknowledged(raw)

    assert (read_ack(raw, "ours").kind, read_ack(raw, "ours").reference) == (ReceiptKind.ACCEPTED, "ours")
    assert told is not None and told[0] == "ours"


def test_a_number_of_blanks_is_none() -> None:
    assert acknowledged(b"MSH|^~\\&|X|Y|||||ACK|1|P|2.5\rMSA|AA|  \r") is None
