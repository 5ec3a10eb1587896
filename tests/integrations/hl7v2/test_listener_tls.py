"""TLS with a client certificate: who has none does not get in, who has one is known by name."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.hl7v2.wire.listener import MllpListener
from integrations.hl7v2.wire.mllp import MllpDecoder, frame
from mdo_portal.exchange import Answer, Caller, Verdict

from .samples import ADT


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate: enough to be trusted by name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


async def exchanged(server: ssl.SSLContext, client: ssl.SSLContext) -> tuple[list[str], list[bytes]]:
    names: list[str] = []

    async def receive(raw: bytes, peer: Caller) -> Answer:
        names.append(peer.common_name)
        return Answer(Verdict.STORED, "")

    listener = MllpListener(receive, host="127.0.0.1", port=0, tls=server)
    await listener.start()
    answers: list[bytes] = []
    # With TLS 1.3 a client hears only at the first read, or not at all, that he was turned away.
    with suppress(ssl.SSLError, ConnectionError):
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port, ssl=client, server_hostname="portaal.test")
        writer.write(frame(ADT))
        async with asyncio.timeout(5):
            answers = MllpDecoder().feed(await reader.read(65_536))
        writer.close()
    await listener.stop(1.0)
    return names, answers


@pytest.fixture
def contexts(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    ours, theirs = certificate(tmp_path, "portaal.test"), certificate(tmp_path, "zeeduyn.test")
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(theirs[0]))
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_cert_chain(*ours)
    client = ssl.create_default_context(cafile=str(ours[0]))
    client.load_cert_chain(*theirs)
    return server, client


def test_the_name_in_the_certificate_comes_with_every_message(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    names, answers = asyncio.run(exchanged(*contexts))
    assert names == ["zeeduyn.test"]
    assert b"MSA|CA|M0002" in answers[0]


def test_without_a_certificate_nothing_is_received(contexts: tuple[ssl.SSLContext, ssl.SSLContext], tmp_path: Path) -> None:
    bare = ssl.create_default_context(cafile=str(tmp_path / "portaal.test.pem"))
    assert asyncio.run(exchanged(contexts[0], bare)) == ([], [])


async def answered_beside_silence(server: ssl.SSLContext, client: ssl.SSLContext) -> list[bytes]:
    """What a hospital hears while four lines from another address connect and say nothing; there is room for three."""

    async def receive(raw: bytes, peer: Caller) -> Answer:
        return Answer(Verdict.STORED, "")

    listener = MllpListener(receive, host="127.0.0.1", port=0, tls=server, max_connections=3, max_per_sender=2)
    await listener.start()
    silent = [await asyncio.open_connection("127.0.0.1", listener.port, local_addr=("127.0.0.2", 0)) for _ in range(4)]
    answers: list[bytes] = []
    with suppress(ssl.SSLError, ConnectionError):
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port, ssl=client, server_hostname="portaal.test")
        writer.write(frame(ADT))
        async with asyncio.timeout(5):
            answers = MllpDecoder().feed(await reader.read(65_536))
        writer.close()
    for _, writer in silent:
        writer.close()
    await listener.stop(1.0)
    return answers


def test_who_connects_and_says_nothing_takes_no_more_room_than_one_sender(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    assert b"MSA|CA|M0002" in asyncio.run(answered_beside_silence(*contexts))[0]
