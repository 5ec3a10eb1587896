"""Where both houses meet, with `wiring_profiles`: which integration speaks which wire."""

from __future__ import annotations

import atexit
import json
import ssl
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from integrations import readers as integrated
from integrations.bounded.pool import BoundedExplainer, Pool, bounded
from integrations.calendar import feed
from integrations.exit import archive as leaving_archive
from integrations.fhir import poll
from integrations.fhir.answer import answer_body, task_status
from integrations.fhir.capability import capability_statement
from integrations.fhir.pull import FhirPuller
from integrations.fhir.reader import numbers_of
from integrations.fhir.sending.question import FhirAsker
from integrations.fhir.server.probe import FhirProber
from integrations.fhir.subscriber import FhirSubscriber
from integrations.fhir.text import at_address, xml_writer
from integrations.hl7v2.acknowledger import MllpAcknowledger
from integrations.hl7v2.explain import as_sent
from integrations.hl7v2.text import batch
from integrations.hl7v2.wire import answers
from integrations.hl7v2.wire.ack import build_ack
from integrations.hl7v2.wire.listener import MllpListener
from integrations.hl7v2.wire.tls import TlsFiles, server_context
from integrations.oidc.metadata import Metadata
from integrations.oidc.provider import Attempt, Provider, Refused
from integrations.oidc.relying_party import RelyingParty
from integrations.out import hang_up, tls
from integrations.senders import reminder as mail_reminder
from integrations.senders import senders
from integrations.smart import server as smart
from integrations.smart.client import Tokens
from integrations.smart.key_fetcher import HttpKeyFetcher
from integrations.smart.keys import OwnKey
from integrations.smart.launch import EhrLauncher
from integrations.smart.server import NotProven
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.identity import Registration
from mdo_portal.exchange import (
    Acknowledger,
    Answer,
    Asker,
    CalendarEntry,
    Caller,
    Explainer,
    KeyFetcher,
    Launcher,
    LeavingCase,
    MessageHeader,
    Poller,
    Prober,
    Puller,
    Reader,
    Receipt,
    Reminder,
    Sender,
    Subscriber,
    Wire,
)
from mdo_portal.services.oversight.agreements import Checks
from mdo_portal.settings import NOWHERE, Settings

__all__ = [
    "Attempt",
    "Metadata",
    "MllpListener",
    "NotProven",
    "Pool",
    "Provider",
    "Refused",
    "RelyingParty",
    "TlsFiles",
    "at_address",
    "hang_up",
    "smart",
]

NO_SETTINGS = Settings()
TRYING_SECONDS = 10.0
"""For one message on the page where a link manager tries it."""


def readers() -> Mapping[Wire, Reader]:
    """Who understands what came over which wire."""
    return integrated.readers()


def reading_pool(size: int) -> Pool:
    """Warm children that read for `size` threads at a time. Close it when the process ends."""
    return Pool(size)


def bounded_readers(pool: Pool, *, seconds: float) -> Mapping[Wire, Reader]:
    """The same readers in a child process: no message takes longer than `seconds`, or more memory than a child has."""
    return bounded(pool, readers(), seconds=seconds)


@dataclass(frozen=True)
class Outward:
    """Everybody who goes out, with one stock of tokens. Paper has no sender: people print it."""

    senders: Mapping[Channel, Sender]
    puller: Puller
    poller: Poller
    prober: Prober
    asker: Asker
    acknowledger: Acknowledger
    keys: KeyFetcher
    subscriber: Subscriber


def outward(secret: bytes, settings: Settings = NO_SETTINGS) -> Outward:
    """`secret`: what our signing key is made of; every process with the same one is the same client. `settings`: of mail."""
    tokens = Tokens(OwnKey(secret))
    made = senders(tokens, portal=settings.public_url, smtp_url=_smtp_url(settings), mail_from=settings.mail_from)
    return Outward(
        {Channel(name): sender for name, sender in made.items()},
        FhirPuller(tokens),
        poll.FhirPoller(tokens),
        FhirProber(tokens),
        FhirAsker(tokens),
        MllpAcknowledger(),
        HttpKeyFetcher(),
        FhirSubscriber(tokens, portal=settings.public_url),
    )


def launcher(secret: bytes) -> Launcher:
    """Our side of being opened from a hospital's EPD. `secret`: as of `outward`."""
    return EhrLauncher(Tokens(OwnKey(secret)))


def reminder(settings: Settings) -> Reminder | None:
    """Who tells colleagues by mail that something waits; None when this server has no mail."""
    return mail_reminder(portal=settings.public_url, smtp_url=_smtp_url(settings), mail_from=settings.mail_from)


def _smtp_url(settings: Settings) -> str:
    return settings.smtp_url if settings.smtp_url != NOWHERE else ""


def acknowledged(raw: bytes, profile: str) -> tuple[str, Receipt] | None:
    """(control id of our message, what is said) when this is an acknowledgement that came by itself; None for any other message.

    `profile`: that of our letters to this hospital. The number proves nothing about who speaks: settle only a letter that went to
    the hospital whose line brought this, and whose id begins with the control id (profiles cut it).
    """
    return answers.acknowledged(raw, profile)


def own_public_keys(secret: bytes) -> bytes:
    """The public half of that key (JWKS), for hospitals whose servers check our assertions."""
    return OwnKey(secret).jwks()


def agreement_checks() -> Checks:
    """Who can tell whether keys, a search or roots can be used."""
    return Checks(smart.trouble, poll.trouble, _roots_work)


def _roots_work(trust: str) -> bool:
    try:
        certificate_works("", trust)
    except (ssl.SSLError, ValueError):
        return False
    return True


def certificate_works(certificate: str, trust: str) -> None:
    """Raises ssl.SSLError or ValueError when these cannot be used to go out with."""
    tls.context(certificate, trust)


def calendar_feed(name: str, entries: Iterable[CalendarEntry], *, host: str, at: datetime) -> bytes:
    """Meetings as a calendar to subscribe to (iCalendar)."""
    return feed.feed(name, entries, host=host, at=at)


def explainers() -> Mapping[Wire, Explainer]:
    """Who says how a message of a wire is read, field by field."""
    return integrated.explainers()


@cache
def bounded_explainers() -> Mapping[Wire, Explainer]:
    """The same in a child process of this one, made when it is first needed: with a limit on time and memory."""
    pool = Pool(0)
    atexit.register(pool.close)
    return {wire: BoundedExplainer(pool, wire, seconds=TRYING_SECONDS) for wire in integrated.explainers()}


def pasted(wire: Wire, text: str, charset: str) -> bytes:
    """What somebody pasted in a page, as the bytes a hospital would have sent."""
    return as_sent(text, charset) if wire is Wire.HL7V2 else text.encode()


def messages_in(wire: Wire, raw: bytes) -> tuple[bytes, ...]:
    """The messages of one frame, taken apart as the listener takes them; nearly always one."""
    found = batch.split(raw) if wire is Wire.HL7V2 else None
    return found.messages if found else (raw,)


def answer_text(wire: Wire, raw: bytes, answer: Answer, header: MessageHeader, *, now: datetime) -> str:
    """What the sender would hear, word for word: the acknowledgement, or status and body."""
    if wire is Wire.HL7V2:
        return build_ack(raw, answer, now=now, control_id="PROEF").decode("latin-1").replace("\r", "\n")
    status, body = fhir_answer(answer, header)
    return f"HTTP {status}\n{json.dumps(json.loads(body), indent=2, ensure_ascii=False)}"


def fhir_answer(answer: Answer, header: MessageHeader, location: str = "", *, is_brief: bool = False) -> tuple[int, bytes]:
    """Reception's answer as FHIR: status and body. A stored transaction is answered entry by entry. `is_brief`: without words where all
    is well.
    """
    return answer_body(answer, location=location, header=header, entries=header.parts, is_brief=is_brief)


def fhir_capabilities(url: str, software_version: str, version: str = "R4") -> bytes:
    """What the FHIR door says about itself, in the version of who asks."""
    return json.dumps(capability_statement(url=url, version=version, software_version=software_version)).encode()


def archive(cases: Iterable[LeavingCase], *, made_at: datetime, network: str, version: str) -> Iterator[bytes]:
    """The open exit: these cases as FHIR, as IHE workflow documents and as their own files, one ZIP in pieces. Holds patient data."""
    return leaving_archive.archive(cases, made_at=made_at, network=network, version=version)


def fhir_xml(body: bytes) -> bytes:
    """What we say as FHIR JSON, said in XML."""
    return xml_writer.written(json.loads(body))


def fhir_numbers(raw: bytes) -> tuple[tuple[str, str], ...]:
    """(system, number) of every identifier of a message that was kept; none when it cannot be read."""
    return numbers_of(raw)


def fhir_task(message_id: str, number: str, status: str, reason: str, at: datetime) -> bytes:
    """How one Task stands that a hospital handed in. No patient data."""
    return json.dumps(task_status(message_id, number, status, reason, at)).encode()


def mllp_listener(
    receive: Callable[[bytes, Caller], Awaitable[Answer]],
    refused: Callable[[Caller, str, bytes], Awaitable[None]],
    *,
    at: tuple[str, int],
    limit_bytes: int,
    tls: ssl.SSLContext | None = None,
) -> MllpListener:
    """A listener of the HL7 v2 wire at that host and port, with our desk behind it."""
    host, port = at
    return MllpListener(receive, host=host, port=port, limit_bytes=limit_bytes, refused=refused, tls=tls)


def mllp_tls(files: TlsFiles) -> ssl.SSLContext:
    """What the TLS listener shows and asks for. Raises OSError or ssl.SSLError for files that cannot be used."""
    return server_context(files)


def relying_party(*, loopback: bool) -> RelyingParty:
    """Our side of signing in through hospitals' providers. `loopback`: the demo may talk to providers on this machine."""
    return RelyingParty(loopback=loopback)


def identity_provider(said: Registration) -> Provider:
    """A registration as the wire needs it."""
    return Provider(
        issuer=said.issuer,
        client_id=said.client_id,
        client_secret=said.client_secret,
        scopes=said.scopes,
        required_acr=said.required_acr,
        required_amr=said.required_amr,
        strong_values=said.strong_values,
        max_age=timedelta(seconds=said.max_age_seconds),
        algorithms=said.algorithms,
        extra_hosts=said.extra_hosts,
        reads_userinfo=said.reads_userinfo,
    )
