"""Sending over a real socket to an other side that may say anything."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from integrations.hl7v2.sending import sender
from integrations.hl7v2.sending.outgoing import compose
from integrations.hl7v2.sending.sender import MllpSender
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.wire.ack import build_ack
from integrations.hl7v2.wire.mllp import MllpDecoder, frame
from mdo_portal.exchange import Address, Answer, Receipt, ReceiptKind, Verdict
from tests.integrations.out.certificates import Authority

from .samples import DECISION, NOW, address

Reply = Callable[[socket.socket, bytes], None]


@contextmanager
def hospital(reply: Reply, tls: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """An EPD that reads one message per connection and then does as `reply` says."""
    door, got = socket.create_server(("127.0.0.1", 0)), []

    def serve() -> None:
        while True:
            try:
                connection, _ = door.accept()
            except OSError:
                return
            if tls is not None:
                try:
                    connection = tls.wrap_socket(connection, server_side=True)
                except OSError:
                    connection.close()
                    continue
            with connection:
                decoder = MllpDecoder()
                frames: list[bytes] = []
                with suppress(OSError):
                    while not frames and (data := connection.recv(65_536)):
                        frames = decoder.feed(data)
                got.extend(frames)
                if frames:
                    reply(connection, frames[0])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield door.getsockname()[1], got
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join(5)


def says(verdict: Verdict) -> Reply:
    return lambda connection, raw: connection.sendall(frame(ack(raw, verdict)))


def ack(raw: bytes, verdict: Verdict = Verdict.STORED) -> bytes:
    return build_ack(raw, Answer(verdict, "", "not_now", "later"), now=NOW, control_id="X")


def send(port: int, timeout: float = 5.0) -> Receipt:
    return MllpSender(now=lambda: NOW).send(DECISION, address(port=port, timeout=timeout))


def test_tried_again_later_it_is_the_same_bytes() -> None:
    """A receiver that compares bytes, as we do, must see a double and no second letter under a number it knows (matrix B2, B3)."""
    with hospital(says(Verdict.STORED)) as (port, got):
        for later in (timedelta(), timedelta(minutes=15)):
            MllpSender(now=lambda at=NOW + later: at).send(DECISION, address(port=port))  # type: ignore[misc]

    assert len(got) == 2 and got[0] == got[1]


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [(Verdict.STORED, ReceiptKind.ACCEPTED), (Verdict.REFUSED, ReceiptKind.REFUSED), (Verdict.NOT_NOW, ReceiptKind.LATER)],
)
def test_the_receipt_is_what_the_other_side_said(verdict: Verdict, kind: ReceiptKind) -> None:
    with hospital(says(verdict)) as (port, got):
        receipt = send(port)
    assert (receipt.kind, receipt.at) == (kind, NOW)
    assert Message.parse(got[0]).get("MSH-10") == receipt.reference


def test_silence_is_unknown_after_the_timeout_and_the_socket_is_closed() -> None:
    closed = threading.Event()

    def silent(connection: socket.socket, raw: bytes) -> None:
        if connection.recv(1) == b"":
            closed.set()

    with hospital(silent) as (port, _):
        start = time.monotonic()
        receipt = send(port, timeout=0.3)
        assert time.monotonic() - start < 2
        assert closed.wait(2)
    assert (receipt.kind, receipt.code) == (ReceiptKind.UNKNOWN, "timeout")


def foreign(raw: bytes) -> bytes:
    return frame(ack(raw).replace(DECISION.delivery_id.replace("-", "").encode(), b"somebody-elses"))


def test_a_foreign_answer_is_passed_over_and_the_right_one_counts() -> None:
    with hospital(lambda connection, raw: connection.sendall(foreign(raw) + b"junk" + frame(ack(raw)))) as (port, _):
        assert send(port).kind is ReceiptKind.ACCEPTED


def test_a_foreign_answer_alone_never_counts() -> None:
    with hospital(lambda connection, raw: connection.sendall(foreign(raw))) as (port, _):
        receipt = send(port, timeout=0.5)
    assert (receipt.kind, receipt.code) == (ReceiptKind.UNKNOWN, "foreign")


def test_a_late_answer_does_not_count_for_the_next_attempt() -> None:
    attempts = 0

    def late(connection: socket.socket, raw: bytes) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            time.sleep(0.5)
            with suppress(OSError):
                connection.sendall(frame(ack(raw)))

    with hospital(late) as (port, _):
        assert send(port, timeout=0.2).code == "timeout"
        assert send(port, timeout=1.0).kind is ReceiptKind.UNKNOWN


@pytest.mark.parametrize("junk", [b"", b"hello", b"\x0bnonsense\x1c\r", b"\x0bMSH|^~\\&|X\rMSA|AA\r\x1c\r", b"\x15"])
def test_junk_or_hanging_up_is_unknown(junk: bytes) -> None:
    with hospital(lambda connection, raw: connection.sendall(junk)) as (port, _):
        assert send(port, timeout=1.0).kind is ReceiptKind.UNKNOWN


def test_an_answer_without_end_is_not_listened_to_for_ever() -> None:
    with hospital(lambda connection, raw: connection.sendall(b"\x0b" + b"A" * 1_100_000)) as (port, _):
        receipt = send(port)

    assert (receipt.kind, receipt.code) == (ReceiptKind.UNKNOWN, "junk")


def test_an_answer_without_last_cr_is_heard() -> None:
    def bare(connection: socket.socket, raw: bytes) -> None:
        connection.sendall(frame(ack(raw))[:-1])
        connection.recv(1)

    with hospital(bare) as (port, _):
        assert send(port, timeout=3.0).kind is ReceiptKind.ACCEPTED


def test_nobody_there_is_later_for_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    assert (send(port).kind, send(port).code) == (ReceiptKind.LATER, "unreachable")


def test_what_cannot_be_written_is_refused_before_anything_is_sent() -> None:
    with hospital(says(Verdict.STORED)) as (port, got):
        receipt = MllpSender().send(replace(DECISION, sections=(("Advies", "\u0142"),)), address(port=port))
    assert (receipt.kind, receipt.code, got) == (ReceiptKind.REFUSED, "unsendable", [])


def test_what_was_written_otherwise_than_it_was_signed_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of our own writer: the letter of one under the number of another."""
    other = replace(DECISION, patient=replace(DECISION.patient, local_number="another's"))
    monkeypatch.setattr(sender, "compose", lambda _, to, now: compose(other, to, now=now))
    with hospital(says(Verdict.STORED)) as (port, got):
        receipt = send(port)

    assert (receipt.kind, receipt.code, got) == (ReceiptKind.REFUSED, "unsendable", [])


# Where to, and as whom

EPD = "epd.zeeduyn.example"


def sent(to: Address) -> Receipt:
    return MllpSender(now=lambda: NOW).send(DECISION, to)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names stand for: one list for each look-up, the last one for ever."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *more: object, **other: object) -> object:
        if host not in known:
            return real(host, port, *more, **other)  # type: ignore[arg-type]
        number = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", EPD])
@pytest.mark.parametrize("over_tls", [False, True])
def test_a_receiver_that_is_not_registered_is_not_called(names: dict[str, list[str]], host: str, over_tls: bool) -> None:
    names[EPD] = ["127.0.0.1"]
    with hospital(says(Verdict.STORED)) as (port, got):
        receipt = sent(replace(address(port=port), host=host, inside=("10.0.0.0/8",), tls=over_tls))

    assert (receipt.kind, receipt.code, got) == (ReceiptKind.REFUSED, "bad_address", [])


def test_over_the_internet_nothing_is_sent_unencrypted(names: dict[str, list[str]]) -> None:
    names[EPD] = ["93.184.215.14"]

    assert sent(replace(address(port=2575), host=EPD)).code == "bad_address"


def test_a_name_that_changes_its_mind_is_called_where_it_was_judged(names: dict[str, list[str]]) -> None:
    names[EPD] = ["127.0.0.1", "10.0.0.5"]
    with hospital(says(Verdict.STORED)) as (port, got):
        assert sent(replace(address(port=port), host=EPD)).kind is ReceiptKind.ACCEPTED
        assert sent(replace(address(port=port), host=EPD)).code == "bad_address"
    assert len(got) == 1


@pytest.fixture
def authority() -> Authority:
    return Authority()


def secure(authority: Authority, folder: Path, name: str = EPD) -> ssl.SSLContext:
    """A receiver that asks for a certificate of the same roots."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(authority.write(folder, name))
    made.load_verify_locations(cadata=authority.pem)
    made.verify_mode = ssl.CERT_REQUIRED
    return made


def over_tls(authority: Authority, folder: Path, port: int) -> Address:
    ours = authority.write(folder, "mdo.example").read_text()
    return replace(address(port=port), host=EPD, tls=True, trust=authority.pem, certificate=ours)


def test_a_letter_goes_over_tls_and_both_sides_show_who_they_are(
    names: dict[str, list[str]], authority: Authority, tmp_path: Path
) -> None:
    names[EPD] = ["127.0.0.1"]
    names[f"{EPD}."] = ["127.0.0.1"]
    with hospital(says(Verdict.STORED), secure(authority, tmp_path)) as (port, got):
        to = over_tls(authority, tmp_path, port)
        strangers = Authority().write(tmp_path, "elders.example").read_text()

        assert [sent(replace(to, host=host)).kind for host in (EPD, f"{EPD}.")] == [ReceiptKind.ACCEPTED] * 2
        assert [sent(replace(to, certificate=shown)).kind for shown in ("", strangers)] == [ReceiptKind.UNKNOWN] * 2
    assert len(got) == 2


@pytest.mark.parametrize("wrong", ["name", "roots"])
def test_a_receiver_that_is_somebody_else_gets_not_one_byte_of_the_letter(
    names: dict[str, list[str]], authority: Authority, tmp_path: Path, wrong: str
) -> None:
    names[EPD] = ["127.0.0.1"]
    theirs = secure(authority, tmp_path, "elders.example" if wrong == "name" else EPD)
    with hospital(says(Verdict.STORED), theirs) as (port, got):
        to = over_tls(authority, tmp_path, port)
        receipt = sent(replace(to, trust=to.trust if wrong == "name" else Authority().pem))

    assert (receipt.kind, receipt.code, got) == (ReceiptKind.LATER, "certificate", [])


@pytest.mark.parametrize("unreadable", [{"certificate": "no PEM"}, {"trust": "no PEM"}])
def test_where_the_link_s_own_certificates_cannot_be_read_nobody_is_called(
    names: dict[str, list[str]], authority: Authority, tmp_path: Path, unreadable: dict[str, str]
) -> None:
    names[EPD] = ["127.0.0.1"]
    with hospital(says(Verdict.STORED), secure(authority, tmp_path)) as (port, got):
        receipt = sent(replace(over_tls(authority, tmp_path, port), **unreadable))  # type: ignore[arg-type]

    assert (receipt.kind, receipt.code, got) == (ReceiptKind.LATER, "certificate", [])
