"""Who is turned away before any message hears why: the alert of TLS is all that a hospital's engine can write in its log."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from pathlib import Path

import pytest

from integrations.hl7v2.wire.listener import MllpListener
from integrations.hl7v2.wire.mllp import frame
from integrations.hl7v2.wire.tls import TlsFiles, server_context
from mdo_portal.exchange import Answer, Caller, Verdict

from .samples import ADT
from .test_refused_calls import OURS, REGION, calling, files


def heard(folder: Path, context: ssl.SSLContext) -> tuple[str, list[str], float]:
    """What the caller's TLS said went wrong, what the listener says of it, and after how many seconds it knew."""
    with files(folder, OURS) as (certificate, key):
        (folder / "region.pem").write_bytes(REGION.pem)
        server = server_context(TlsFiles(certificate, key, folder / "region.pem"))
    told: list[str] = []

    async def receive(raw: bytes, caller: Caller) -> Answer:
        return Answer(Verdict.STORED, "M0002")

    async def tell(caller: Caller, reason: str, start: bytes) -> None:
        told.append(reason)

    async def listen() -> tuple[str, float]:
        listener = MllpListener(receive, host="127.0.0.1", port=0, tls=server, refused=tell)
        await listener.start()
        said = await asyncio.to_thread(call, listener.port, context)
        began = time.monotonic()
        while not told and time.monotonic() - began < 5:
            await asyncio.sleep(0.01)
        took = time.monotonic() - began
        await listener.stop(1.0)
        return said, took

    said, took = asyncio.run(listen())
    return said, told, took


def call(port: int, context: ssl.SSLContext) -> str:
    """Send a message and wait for an answer, as an engine does; with TLS 1.3 that is when it hears that it was turned away."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        try:
            with context.wrap_socket(line, server_hostname="portaal.test") as secure:
                secure.sendall(frame(ADT))
                return "closed without a word" if secure.recv(65_536) == b"" else "answered"
        except ssl.SSLError as trouble:
            return str(trouble.reason)


@pytest.mark.parametrize("ciphers", ["", "ECDHE+AESGCM"], ids=["TLS 1.3", "TLS 1.2"])
@pytest.mark.parametrize(
    ("certificate", "alert", "reason"),
    [
        ("ended", "CERTIFICATE_EXPIRED", "certificate_ended"),
        ("of another authority", "UNKNOWN_CA", "unknown_authority"),
        ("of a server", "UNSUPPORTED_CERTIFICATE", "certificate_not_for_calling"),
        ("", ("CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE"), "no_certificate"),
    ],
)
def test_who_is_turned_away_hears_what_was_wrong(
    tmp_path: Path, certificate: str, alert: str | tuple[str, ...], reason: str, ciphers: str
) -> None:
    said, told, took = heard(tmp_path, calling(tmp_path, certificate, ciphers=ciphers))

    assert said.endswith(alert), said
    assert told == [reason] and took < 1
