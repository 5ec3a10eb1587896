"""Kept is not confirmed: what a commit is worth, what a hospital may mean by its codes, and answers that come by themselves."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress

import pytest

from integrations.hl7v2.sending.sender import MllpSender
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.wire.answers import acknowledged
from integrations.hl7v2.wire.mllp import frame
from mdo_portal.exchange import Receipt, ReceiptKind
from tests.integrations.own_profiles import own_profile

from .samples import DECISION, NOW, address
from .test_sender import Reply, hospital

OURS = DECISION.delivery_id.replace("-", "")
ACCEPTED, REFUSED, LATER, UNKNOWN = ReceiptKind.ACCEPTED, ReceiptKind.REFUSED, ReceiptKind.LATER, ReceiptKind.UNKNOWN


def said(code: str, number: str = OURS, *, kind: str = "ACK^T02^ACK") -> bytes:
    return f"MSH|^~\\&|HIX|ZEED|MDO|NET|20260302130001||{kind}|A-{code}|P|2.5\rMSA|{code}|{number}\r".encode()


def says(*answers: bytes | float) -> Reply:
    """These one after another; a number is seconds of silence. Then it keeps the line open until the other side closes."""

    def reply(connection: socket.socket, raw: bytes) -> None:
        for one in answers:
            if isinstance(one, float):
                time.sleep(one)
            else:
                connection.sendall(frame(one))
        with suppress(OSError):
            connection.recv(1)

    return reply


def send(*answers: bytes | float, profile: str = "generic-v2-confirmed", seconds: float = 0.6) -> Receipt:
    with hospital(says(*answers)) as (port, _):
        return MllpSender(now=lambda: NOW).send(DECISION, address(profile, port=port, timeout=seconds))


def test_we_ask_for_both_words() -> None:
    with hospital(says(said("AA"))) as (port, got):
        MllpSender(now=lambda: NOW).send(DECISION, address("generic-v2-confirmed", port=port))

    assert (Message.parse(got[0]).get("MSH-15"), Message.parse(got[0]).get("MSH-16")) == ("AL", "AL")


def test_kept_and_then_silence_is_not_received() -> None:
    receipt = send(said("CA"))

    assert (receipt.kind, receipt.code, receipt.reference) == (UNKNOWN, "CA", OURS)


def test_kept_and_then_the_line_is_closed_is_not_received() -> None:
    with hospital(lambda line, raw: line.sendall(frame(said("CA")))) as (port, _):
        receipt = MllpSender().send(DECISION, address("generic-v2-confirmed", port=port))

    assert (receipt.kind, receipt.code) == (UNKNOWN, "CA")


@pytest.mark.parametrize(("code", "kind"), [("AA", ACCEPTED), ("AE", REFUSED), ("AR", LATER)])
def test_the_application_has_the_last_word(code: str, kind: ReceiptKind) -> None:
    receipt = send(said("CA"), 0.1, said(code), seconds=3.0)

    assert (receipt.kind, receipt.code) == (kind, code)


@pytest.mark.parametrize(("code", "kind"), [("CE", REFUSED), ("CR", LATER)])
def test_what_was_not_even_kept_needs_no_second_word(code: str, kind: ReceiptKind) -> None:
    began = time.monotonic()

    assert send(said(code), seconds=5.0).kind is kind
    assert time.monotonic() - began < 2.0


def test_the_application_s_word_about_another_message_does_not_confirm_ours() -> None:
    receipt = send(said("CA"), said("AA", "0" * 32))

    assert (receipt.kind, receipt.code) == (UNKNOWN, "CA")


def test_a_commit_for_another_message_is_none_for_ours() -> None:
    assert send(said("CA", "0" * 32)).code == "foreign"


def test_refused_twice_is_refused_once() -> None:
    assert send(said("AE"), said("AE"), profile="hix").kind is REFUSED


def test_a_receiver_that_only_tells_errors_has_said_all_by_its_silence() -> None:
    with own_profile('[outgoing]\napplication = "ER"\n') as profile:
        quiet = send(said("CA"), profile=profile)
        wrong = send(said("CA"), said("AE"), profile=profile)
        nothing = send(profile=profile, seconds=0.3)
        of_another = send(said("CA", "another"), profile=profile, seconds=0.3)

    assert (quiet.kind, quiet.code, wrong.kind, nothing.kind) == (ACCEPTED, "CA", REFUSED, UNKNOWN)
    assert of_another.kind is UNKNOWN, "what it kept was another letter"


def test_a_line_that_breaks_is_no_silence_that_says_yes() -> None:
    """What it had to say may have been lost with the line: kept, and not confirmed."""

    def breaks(connection: socket.socket, raw: bytes) -> None:
        connection.sendall(frame(said("CA")))
        time.sleep(0.2)  # else the reset overtakes what was said
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with own_profile('[outgoing]\napplication = "ER"\n') as profile, hospital(breaks) as (port, _):
        receipt = MllpSender(now=lambda: NOW).send(DECISION, address(profile, port=port, timeout=5))

    assert (receipt.kind, receipt.code) == (UNKNOWN, "CA")


def test_a_line_that_is_closed_after_a_commit_is_such_a_silence() -> None:
    with (
        own_profile('[outgoing]\napplication = "ER"\n') as profile,
        hospital(lambda line, raw: line.sendall(frame(said("CA")))) as (port, _),
    ):
        receipt = MllpSender(now=lambda: NOW).send(DECISION, address(profile, port=port))

    assert (receipt.kind, receipt.code) == (ACCEPTED, "CA")


def test_where_only_a_yes_is_told_a_commit_is_none() -> None:
    with own_profile('[outgoing]\napplication = "SU"\n') as profile:
        kept = send(said("CA"), profile=profile, seconds=0.3)
        confirmed = send(said("CA"), said("AA"), profile=profile)

    assert (kept.kind, kept.code, confirmed.kind) == (UNKNOWN, "CA", ACCEPTED)


def test_after_a_commit_without_its_last_cr_the_application_is_heard_too() -> None:
    """Who leaves it out has not hung up."""

    def bare(line: socket.socket, raw: bytes) -> None:
        line.sendall(frame(said("CA"))[:-1])
        time.sleep(0.5)
        line.sendall(frame(said("AA")))

    with hospital(bare) as (port, _):
        receipt = MllpSender(now=lambda: NOW).send(DECISION, address("generic-v2-confirmed", port=port))

    assert (receipt.kind, receipt.code) == (ACCEPTED, "AA")


def test_an_answer_in_two_pieces_that_takes_its_time_is_one_answer() -> None:
    """So slow that who looked more often would have hung up between the two."""
    whole = frame(said("AA"))

    def slow(line: socket.socket, raw: bytes) -> None:
        for piece in (whole[:20], whole[20:]):
            time.sleep(0.5)
            line.sendall(piece)

    with hospital(slow) as (port, _):
        assert MllpSender(now=lambda: NOW).send(DECISION, address(port=port)).kind is ACCEPTED


def test_where_no_application_s_word_is_asked_a_commit_is_the_receipt() -> None:
    assert send(said("CA"), profile="hix").kind is ACCEPTED


@pytest.mark.parametrize(
    ("code", "means", "kind"), [("AE", "later", LATER), ("AR", "refused", REFUSED), ("AE", "accepted", ACCEPTED)]
)
def test_a_hospital_may_mean_something_else_by_its_codes(code: str, means: str, kind: ReceiptKind) -> None:
    with own_profile(f'[outgoing.answers]\n{code} = "{means}"\n', extends="hix") as profile:
        receipt = send(said(code), profile=profile)

    assert (receipt.kind, receipt.code) == (kind, code)


def test_what_counts_as_kept_is_still_not_confirmed() -> None:
    with own_profile('[outgoing.answers]\nCE = "accepted"\n', extends="generic-v2-confirmed") as profile:
        receipt = send(said("CE"), profile=profile)

    assert (receipt.kind, receipt.code) == (UNKNOWN, "CE")


def test_a_late_word_of_the_application_finds_nobody_on_the_line() -> None:
    """It was for the first attempt; the second one is over another connection and hears only its own."""
    attempts, late = [], threading.Event()

    def reply(line: socket.socket, raw: bytes) -> None:
        attempts.append(raw)
        line.sendall(frame(said("CA")))
        if len(attempts) == 1:
            late.wait(2)
            try:
                line.sendall(frame(said("AA")))
            except OSError:
                return

    with hospital(reply) as (port, _):
        there = address("generic-v2-confirmed", port=port, timeout=0.3)
        first = MllpSender().send(DECISION, there)
        late.set()
        second = MllpSender().send(DECISION, there)

    assert [(one.kind, one.code) for one in (first, second)] == [(UNKNOWN, "CA")] * 2


# An acknowledgement that comes by itself


@pytest.mark.parametrize(("code", "kind"), [("AA", ACCEPTED), ("AE", REFUSED), ("AR", LATER), ("CE", REFUSED), ("CA", UNKNOWN)])
@pytest.mark.parametrize("profile", ["generic-v2-confirmed", "hix", ""])
def test_a_word_that_comes_by_itself_names_the_message_it_is_about(code: str, kind: ReceiptKind, profile: str) -> None:
    """A commit that comes so settles nothing, also where one on the letter's own line would have been the last word."""
    number, receipt = acknowledged(said(code), profile) or ("", None)

    assert number == OURS
    assert receipt is not None and (receipt.kind, receipt.code, receipt.reference) == (kind, code, OURS)


@pytest.mark.parametrize("profile", ["", "generic-r4", "is-no-profile"])
def test_where_its_letters_go_another_way_a_late_word_means_what_the_standard_says(profile: str) -> None:
    heard = acknowledged(said("AE"), profile)

    assert heard is not None and (heard[0], heard[1].kind) == (OURS, REFUSED)


def test_the_hospital_s_own_meaning_holds_for_a_late_word_too() -> None:
    with own_profile('[outgoing.answers]\nAE = "later"\n') as profile:
        _, receipt = acknowledged(said("AE"), profile) or ("", None)

    assert receipt is not None and receipt.kind is LATER


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"junk",
        said("AA", ""),
        said("XX"),
        said("AA", kind="ORU^R01"),
        said("AA", kind="MDM^T02"),
        b"MSH|^~\\&|HIX|ZEED|MDO|NET|2026||ACK|A|P|2.5\r",
    ],
)
def test_what_is_no_acknowledgement_is_an_ordinary_message(raw: bytes) -> None:
    assert acknowledged(raw, "hix") is None
    assert acknowledged(raw, "epic") is None
