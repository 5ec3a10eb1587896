"""A TLS line with the real desk behind it, and certificates that call on it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from sqlalchemy import select

from integrations.hl7v2.wire.mllp import MllpDecoder, frame
from integrations.hl7v2.wire.tls import TlsFiles
from mdo_portal import wiring
from mdo_portal.commands.desk import Desk
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage
from tests import make
from tests.client_certificates import SERVER, Made, made

REGION = made("MDO-regio", ca=True, uses=())
ELSEWHERE = made("Iemand anders", ca=True, uses=())
BETWEEN = made("Zeeduyn uitgifte", ca=True, uses=(), by=REGION)
OURS = made("portaal.test", uses=(SERVER,), by=REGION)
NAME = "epd.kreek.test"
ZEED, KREE = made("epd.zeeduyn.test", by=REGION), made(NAME, by=REGION)


def renewed(of: Made, by: Made = REGION, *, since: timedelta = -timedelta(days=1)) -> Made:
    """A newer certificate of the same key and name."""
    old, now = of.certificate, datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(old.subject).issuer_name(by.certificate.subject)
    builder = builder.public_key(of.key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now + since).not_valid_after(now + timedelta(days=400))
    for one in old.extensions:
        builder = builder.add_extension(one.value, one.critical)
    return Made(builder.sign(by.key, hashes.SHA256()), of.key)


def revoking(*those: Made, by: Made = REGION, ends: timedelta = timedelta(days=30)) -> bytes:
    """The authority's list of what it withdrew."""
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(by.certificate.subject)
    builder = builder.last_update(now - timedelta(days=2)).next_update(now + ends)
    for one in those:
        gone = (
            x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number).revocation_date(now - timedelta(days=1))
        )
        builder = builder.add_revoked_certificate(gone.build())
    return builder.sign(by.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Line(NamedTuple):
    """A listener that is open, and where."""

    folder: Path
    port: int
    database: Database

    def say(self, shown: Made | None, *messages: bytes, chain: tuple[Made, ...] = ()) -> list[str]:
        """What each frame was answered with (MSA-1 of each acknowledgement); nothing where nobody was let in."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=REGION.pem.decode())
        if shown is not None:
            (self.folder / "c.pem").write_bytes(b"".join(one.pem for one in (shown, *chain)))
            (self.folder / "c.key").write_bytes(shown.key_bytes())
            context.load_cert_chain(self.folder / "c.pem", self.folder / "c.key")
        heard: list[str] = []
        with contextlib.suppress(OSError):
            plain = socket.create_connection(("127.0.0.1", self.port), timeout=10)
            with context.wrap_socket(plain, server_hostname="portaal.test") as line:
                for message in messages:
                    line.sendall(frame(message))
                    heard.append(_codes(line))
        return heard

    def kept(self) -> list[tuple[str, str]]:
        """(hospital, reason) of every message, oldest first."""
        with self.database.transaction() as session:
            codes = {one.id: one.code for one in session.scalars(select(Hospital))}
            rows = session.scalars(select(InboundMessage).order_by(InboundMessage.received_at, InboundMessage.id))
            return [(codes.get(row.hospital_id, ""), row.reason) for row in rows]


def _codes(line: ssl.SSLSocket) -> str:
    decoder = MllpDecoder()
    while data := line.recv(65_536):
        for answer in decoder.feed(data):
            return " ".join(part.split(b"|")[1].decode() for part in answer.split(b"\r") if part[:3] == b"MSA")
    raise OSError


@contextlib.contextmanager
def listening(database: Database, folder: Path, authorities: bytes) -> Iterator[Line]:
    (folder / "ours.pem").write_bytes(OURS.pem)
    (folder / "ours.key").write_bytes(OURS.key_bytes())
    (folder / "authorities.pem").write_bytes(authorities)
    server = wiring.mllp_tls(TlsFiles(folder / "ours.pem", folder / "ours.key", folder / "authorities.pem"))
    desk = Desk(database)

    async def run(opened: asyncio.Future[int], over: asyncio.Event) -> None:
        listener = wiring.mllp_listener(desk.receive, desk.refused, at=("127.0.0.1", 0), limit_bytes=1_000_000, tls=server)
        looking = asyncio.create_task(desk.know_links())
        await desk.knows_links.wait()
        await listener.start()
        opened.set_result(listener.port)
        await over.wait()
        await listener.stop(1.0)
        await desk.close()
        looking.cancel()

    loop = asyncio.new_event_loop()
    opened, over = loop.create_future(), asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(run(opened, over)), daemon=True)
    thread.start()
    while not opened.done():
        time.sleep(0.02)
    yield Line(folder, opened.result(), database)
    loop.call_soon_threadsafe(over.set)
    thread.join(20)


def says(sender: str = "ZEED-EPD", **fields: str) -> bytes:
    """A referral; `fields`: MSH-n, as it stands there."""
    header, _, rest = make.hl7_referral(sender=sender).partition(b"\r")
    parts = header.decode().split("|")
    parts += [""] * (25 - len(parts))
    for name, value in fields.items():
        parts[int(name[1:]) - 1] = value
    return "|".join(parts).rstrip("|").encode() + b"\r" + rest
