"""A call that comes to nothing says why: real handshakes of systems that are set up as systems are the first time."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from integrations.hl7v2.wire.listener import MllpListener
from integrations.hl7v2.wire.mllp import frame
from integrations.hl7v2.wire.tls import NO_TLS, TlsFiles, server_context
from mdo_portal.domain.refused_call import SENTENCES
from mdo_portal.exchange import Answer, Caller, Verdict
from tests.client_certificates import SERVER, Made, made

from .samples import ADT

REGION, STRANGERS = made("MDO-regio", ca=True, uses=()), made("Iemand anders", ca=True, uses=())
OURS = made("portaal.test", uses=(SERVER,), by=REGION)
THEIRS = {
    "good": made(by=REGION),
    "of another authority": made(by=STRANGERS),
    "signed by itself": made(),
    "ended": made(ends=-timedelta(days=1), by=REGION),
    "of a server": made(uses=(SERVER,), by=REGION),
}


@contextmanager
def files(folder: Path, one: Made) -> Iterator[tuple[Path, Path]]:
    paths = folder / "theirs.pem", folder / "theirs.key"
    paths[0].write_bytes(one.pem)
    paths[1].write_bytes(one.key_bytes())
    yield paths


def calling(folder: Path, certificate: str = "", *, trusts: Made = REGION, ciphers: str = "") -> ssl.SSLContext:
    """TLS as a hospital's system would have it: with one of THEIRS or none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=trusts.pem.decode())
    context.check_hostname = False
    if certificate:
        with files(folder, THEIRS[certificate]) as paths:
            context.load_cert_chain(*paths)
    if ciphers:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(ciphers)
    return context


def refused(folder: Path, says: bytes, context: ssl.SSLContext | None) -> list[tuple[str, str]]:
    """From which host and why the listener says that a call came to nothing."""
    with files(folder, OURS) as (certificate, key):
        (folder / "region.pem").write_bytes(REGION.pem)
        server = server_context(TlsFiles(certificate, key, folder / "region.pem"))
    told: list[tuple[str, str]] = []
    received: list[bytes] = []

    async def receive(raw: bytes, caller: Caller) -> Answer:
        received.append(raw)
        return Answer(Verdict.STORED, "M0002")

    async def tell(caller: Caller, reason: str, start: bytes) -> None:
        told.append((caller.host, reason))

    async def listen() -> None:
        listener = MllpListener(receive, host="127.0.0.1", port=0, tls=server, refused=tell)
        await listener.start()
        await asyncio.to_thread(call, listener.port, says, context)
        async with asyncio.timeout(5):
            while not (told or received):
                await asyncio.sleep(0.01)
        await listener.stop(1.0)

    asyncio.run(listen())
    return told


def call(port: int, says: bytes, context: ssl.SSLContext | None) -> None:
    """As a blocking program does; asyncio's own client hangs up without a word where it does not trust us."""
    with suppress(ssl.SSLError, ConnectionError), ExitStack() as open_now:
        line = open_now.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
        if context is not None:
            line = open_now.enter_context(context.wrap_socket(line))
        if says:
            line.sendall(says)
            line.recv(65_536)


@pytest.mark.parametrize(
    ("certificate", "reason"),
    [
        ("", "no_certificate"),
        ("of another authority", "unknown_authority"),
        ("signed by itself", "unknown_authority"),
        ("ended", "certificate_ended"),
        ("of a server", "certificate_not_for_calling"),
    ],
)
@pytest.mark.parametrize("ciphers", ["", "ECDHE+AESGCM"], ids=["TLS 1.3", "TLS 1.2"])
def test_a_certificate_that_lets_nobody_in_is_told_apart(tmp_path: Path, certificate: str, ciphers: str, reason: str) -> None:
    assert refused(tmp_path, frame(ADT), calling(tmp_path, certificate, ciphers=ciphers)) == [("127.0.0.1", reason)]
    assert reason in SENTENCES


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (frame(ADT), "not_tls"),
        (b"GET / HTTP/1.1\r\n\r\n", "checked"),
        (b"POST /hl7 HTTP/1.1\r\nHost: x\r\n\r\n" + ADT, "http"),
    ],
    ids=["HL7", "a check", "a message by HTTP"],
)
def test_who_does_not_speak_tls_at_all_is_told_apart(tmp_path: Path, says: bytes, reason: str) -> None:
    assert refused(tmp_path, says, None) == [("127.0.0.1", reason)]


def test_who_does_not_trust_us_or_knows_only_old_ciphers_is_told_apart(tmp_path: Path) -> None:
    untrusting, old = calling(tmp_path, "good", trusts=STRANGERS), calling(tmp_path, "good", ciphers="AES128-SHA")

    assert refused(tmp_path, frame(ADT), untrusting) == [("127.0.0.1", "distrusts_us")]
    assert refused(tmp_path, frame(ADT), old) == [("127.0.0.1", "old_tls")]
    assert {"distrusts_us", "old_tls", "not_tls", "checked"} < set(SENTENCES)


def test_a_good_certificate_is_no_refusal_and_a_knock_on_the_port_has_no_sentence(tmp_path: Path) -> None:
    assert refused(tmp_path, frame(ADT), calling(tmp_path, "good")) == []
    assert refused(tmp_path, b"", None) == [("127.0.0.1", NO_TLS)]
    assert NO_TLS not in SENTENCES
