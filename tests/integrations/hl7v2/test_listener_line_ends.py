"""A line that stays open for days: it ends with the right of who opened it, and not only when it breaks by itself."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from integrations.hl7v2.wire.listener import MllpListener
from integrations.hl7v2.wire.mllp import MllpDecoder, frame
from integrations.hl7v2.wire.still_trusted import ASKS_ANEW, trust_in
from integrations.hl7v2.wire.tls import TlsFiles, server_context
from mdo_portal.domain.refused_call import SENTENCES
from mdo_portal.exchange import Answer, Caller, Verdict
from tests.client_certificates import SERVER, Made, made

from .samples import ADT

AUTHORITY, OTHER = made("CA", ca=True, uses=()), made("Andere CA", ca=True, uses=())
OURS = made("portaal.test", dns=("portaal.test",), uses=(SERVER,))
THEIRS = made("epd.zeeduyn.test", by=AUTHORITY)
ENDS = THEIRS.certificate.not_valid_after_utc


def withdrew(*gone: Made) -> bytes:
    now = datetime.now(UTC)
    told = x509.CertificateRevocationListBuilder().issuer_name(AUTHORITY.certificate.subject)
    told = told.last_update(now - timedelta(hours=1)).next_update(now + timedelta(days=1))
    for one in gone:
        serial = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
        told = told.add_revoked_certificate(serial.revocation_date(now - timedelta(hours=1)).build())
    return told.sign(AUTHORITY.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def files(tmp_path: Path) -> TlsFiles:
    found = TlsFiles(tmp_path / "ours.pem", tmp_path / "ours.key", tmp_path / "authorities.pem")
    found.certificate.write_bytes(OURS.pem)
    found.key.write_bytes(OURS.key_bytes())
    found.authorities.write_bytes(AUTHORITY.pem + OTHER.pem + withdrew())
    return found


class House:
    """A listener with one line on which a message was taken, and what it told of lines that were refused."""

    writer: asyncio.StreamWriter

    def __init__(self, files: TlsFiles, **limits: float) -> None:
        self.files, self.now, self.looks, self.told = files, datetime.now(UTC), 0, list[tuple[str, str, bytes]]()
        self.listener = MllpListener(
            self._receive, host="127.0.0.1", port=0, tls=server_context(files), refused=self._refused, now=self._looked,
            **{"frame_seconds": 0.2} | limits,
        )  # fmt: skip

    def _looked(self) -> datetime:
        self.looks += 1
        return self.now

    async def looks_again(self) -> None:
        """Whether its line may stay."""
        before = self.looks
        while self.looks < before + 2:
            await asyncio.sleep(0.01)

    async def _receive(self, raw: bytes, caller: Caller) -> Answer:
        return Answer(Verdict.STORED, "")

    async def _refused(self, caller: Caller, reason: str, start: bytes) -> None:
        self.told.append((caller.common_name, reason, start))

    def authorities_are(self, pem: bytes) -> None:
        before = self.files.trust
        self.files.authorities.write_bytes(pem)
        self.listener.renew(server_context(self.files), partial(self.files.trust.refuses, before=before))


@asynccontextmanager
async def calling(house: House, client: Path) -> AsyncIterator[asyncio.StreamReader]:
    """A line of theirs on which a message is said."""
    context = ssl.create_default_context(cafile=str(house.files.certificate))
    context.load_cert_chain(client)
    await house.listener.start()
    try:
        port = house.listener.port
        reader, house.writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="portaal.test")
        house.writer.write(frame(ADT))
        async with asyncio.timeout(20):
            yield reader
    finally:
        await house.listener.stop(1.0)


async def _said_first(house: House, client: Path) -> bytes:
    async with calling(house, client) as reader:
        return await reader.read(65_536)


async def _said_after(house: House, client: Path, then: Callable[[House], Awaitable[None] | None], says: bytes) -> bytes:
    async with calling(house, client) as reader:
        assert len(MllpDecoder().feed(await reader.read(65_536))) == 1
        if (done := then(house)) is not None:
            await done
        house.writer.write(says)
        return await reader.read(65_536)


def certificate_of_theirs(files: TlsFiles) -> Path:
    client = files.certificate.with_name("client.pem")
    client.write_bytes(THEIRS.pem + THEIRS.key_bytes())
    return client


def said_after(house: House, then: Callable[[House], Awaitable[None] | None], says: bytes = b"") -> bytes:
    """What a line on which a message was taken hears when it `says` that, after `then`; nothing when it is closed."""
    return asyncio.run(_said_after(house, certificate_of_theirs(house.files), then, says))


def test_a_line_ends_with_its_certificate(files: TlsFiles) -> None:
    def years_go_by(house: House) -> None:
        house.now += timedelta(days=365)

    house = House(files)
    assert said_after(house, years_go_by) == b""
    assert house.told == []  # who has the next one by now comes back with it; who has not is told of at the handshake


def test_not_in_the_middle_of_a_message(files: TlsFiles) -> None:
    """An EPD that was given its next certificate in time lost a message half-way, and some set that apart for a person."""
    begun, rest = frame(ADT)[:90], frame(ADT)[90:]

    async def half_of_one_is_here(house: House) -> None:
        house.writer.write(begun)
        while not any(one.unfinished for one in house.listener.connections):
            await asyncio.sleep(0.01)
        house.now = ENDS + timedelta(seconds=1)
        await house.looks_again()

    house = House(files, frame_seconds=60.0, idle_seconds=4.0)
    assert len(MllpDecoder().feed(said_after(house, half_of_one_is_here, rest))) == 1


def test_nor_does_a_message_that_never_ends_keep_it_open(files: TlsFiles) -> None:
    async def half_of_one_is_here(house: House) -> None:
        house.writer.write(frame(ADT)[:90])
        house.now = ENDS + timedelta(seconds=5)

    house = House(files, frame_seconds=4.0)
    assert (said_after(house, half_of_one_is_here), house.told) == (b"", [])


@pytest.mark.parametrize(
    ("left", "why"),
    [
        (AUTHORITY.pem + OTHER.pem + withdrew(THEIRS), "certificate_withdrawn"),
        (OTHER.pem, "unknown_authority"),
        (OTHER.pem + made("CA", ca=True, uses=()).pem, "unknown_authority"),
    ],
    ids=["on the list", "its authority is out", "its authority began anew with another key"],
)
def test_a_line_ends_when_its_certificate_or_its_authority_is_withdrawn(files: TlsFiles, left: bytes, why: str) -> None:
    house = House(files)
    assert said_after(house, lambda one: one.authorities_are(left)) == b""
    assert house.told == [("epd.zeeduyn.test", why, b"")]


def test_nor_does_it_begin_when_that_happened_during_its_handshake(files: TlsFiles) -> None:
    """Let in by what stood there when it began, it stayed open until its certificate ended."""

    async def scenario(house: House, client: Path) -> bytes:
        loop = asyncio.get_running_loop()
        begins = loop.start_tls

        async def withdrawn_meanwhile(*args: Any, **more: Any) -> asyncio.Transport | None:
            made_ = await begins(*args, **more)
            house.authorities_are(AUTHORITY.pem + OTHER.pem + withdrew(THEIRS))
            return made_

        loop.start_tls = withdrawn_meanwhile  # type: ignore[method-assign]
        return await _said_first(house, client)

    house = House(files)
    assert asyncio.run(scenario(house, certificate_of_theirs(files))) == b""
    assert house.told == [("epd.zeeduyn.test", "certificate_withdrawn", b"")]


def test_a_new_list_that_does_not_name_it_leaves_it_open(files: TlsFiles) -> None:
    house = House(files)
    others = AUTHORITY.pem + withdrew(made("iemand anders", by=AUTHORITY))
    assert said_after(house, lambda one: one.authorities_are(others), frame(ADT)) != b""
    assert house.told == []


def test_by_whom_it_is_good_in_the_end_a_line_does_not_tell_when_another_issued_it(files: TlsFiles) -> None:
    """Then a new handshake tells: the line is opened anew, and nobody is told that something is wrong with it."""
    between = made("Zeeduyn uitgifte", ca=True, uses=(), by=AUTHORITY)
    shown, before = made("epd.zeeduyn.test", by=between).der, files.trust

    assert trust_in(AUTHORITY.pem + OTHER.pem + withdrew()).refuses(shown, before=before) == ""
    assert trust_in(OTHER.pem).refuses(shown, before=before) == ASKS_ANEW
    assert ASKS_ANEW not in SENTENCES


def test_what_is_no_certificate_is_judged_by_nobody_here(files: TlsFiles) -> None:
    assert trust_in(b"").refuses(b"\x30\x03\x02\x01\x01", before=files.trust) == ""
