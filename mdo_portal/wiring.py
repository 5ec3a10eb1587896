"""The only file that knows both houses: which integration speaks which wire."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from integrations import profiles
from integrations.fhir.answer import answer_body, task_status
from integrations.fhir.capability import TAKEN, capability_statement
from integrations.fhir.pull import FhirPuller
from integrations.fhir.question import FhirAsker
from integrations.fhir.reader import FhirReader
from integrations.fhir.sender import FhirSender
from integrations.hl7v2.listener import MllpListener
from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.sender import MllpSender
from integrations.oidc.metadata import Metadata
from integrations.oidc.provider import Attempt, Provider, Refused
from integrations.oidc.relying_party import RelyingParty
from integrations.out import tls
from integrations.simulator.region import BoardSeed, CaseSeed, HospitalSeed, PersonSeed, Region, referral, region
from integrations.smart import server as smart
from integrations.smart.client import Tokens
from integrations.smart.keys import OwnKey
from integrations.smart.server import NotProven
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.identity import Registration
from mdo_portal.exchange import Answer, Asker, IncomingReferral, MessageHeader, Puller, Reader, Sender, Wire

__all__ = [
    "Attempt",
    "BoardSeed",
    "CaseSeed",
    "HospitalSeed",
    "Metadata",
    "NotProven",
    "PersonSeed",
    "Provider",
    "Refused",
    "Region",
    "RelyingParty",
    "smart",
]


def readers() -> Mapping[Wire, Reader]:
    """Who understands what came over which wire."""
    return {Wire.HL7V2: Hl7Reader(), Wire.FHIR: FhirReader()}


@dataclass(frozen=True)
class Outward:
    """Everybody who goes out, with one stock of tokens. Paper has no sender: people print it."""

    senders: Mapping[Channel, Sender]
    puller: Puller
    asker: Asker


def outward(secret: bytes) -> Outward:
    """`secret`: what our signing key is made of; every process with the same one is the same client."""
    tokens = Tokens(OwnKey(secret))
    return Outward({Channel.MLLP: MllpSender(), Channel.FHIR: FhirSender(tokens)}, FhirPuller(tokens), FhirAsker(tokens))


def own_public_keys(secret: bytes) -> bytes:
    """The public half of that key (JWKS), for hospitals whose servers check our assertions."""
    return OwnKey(secret).jwks()


def certificate_works(certificate: str, trust: str) -> None:
    """Raises ssl.SSLError or ValueError when these cannot be used to go out with."""
    tls.context(certificate, trust)


def senders() -> Mapping[Channel, Sender]:
    """Who sends over which channel, without a key of our own: for links with a fixed token."""
    return {Channel.MLLP: MllpSender(), Channel.FHIR: FhirSender()}


def wire_of(profile: str) -> Wire:
    """Which wire a profile is for. Raises KeyError naming the profiles there are."""
    return Wire.FHIR if profiles.load(profile).get("wire") == "fhir" else Wire.HL7V2


def fhir_answer(answer: Answer, header: MessageHeader, location: str = "") -> tuple[int, bytes]:
    """Reception's answer as FHIR: status and body. A stored transaction is answered entry by entry."""
    return answer_body(answer, location=location, header=header, entries=header.parts)


def fhir_capabilities(url: str, software_version: str, version: str = "R4") -> bytes:
    """What the FHIR door says about itself, in the version of who asks."""
    return json.dumps(capability_statement(url=url, version=version, software_version=software_version)).encode()


def fhir_version(profile: str) -> str:
    """`R4` or `STU3`; "" for a profile of another wire."""
    return str(profiles.load(profile).get("version", "")) if profile in profiles.names() and wire_of(profile) is Wire.FHIR else ""


def fhir_kinds(profile: str) -> tuple[str, ...]:
    """What a link with this profile may hand in by itself."""
    return TAKEN.get(fhir_version(profile), TAKEN["R4"])


def fhir_task(message_id: str, number: str, status: str, reason: str, at: datetime, version: str) -> bytes:
    """How one Task stands that a hospital handed in. No patient data."""
    return json.dumps(task_status(message_id, number, status, reason, at, version)).encode()


def mllp_listener(
    receive: Callable[[bytes, str], Awaitable[Answer]],
    refused: Callable[[str, str, bytes], Awaitable[None]],
    *,
    host: str,
    port: int,
    limit_bytes: int,
) -> MllpListener:
    """The listener of the HL7 v2 wire, with our desk behind it."""
    return MllpListener(receive, host=host, port=port, limit_bytes=limit_bytes, refused=refused)


def invented_region() -> Region:
    """The demo's region: hospitals, boards, people and cases that do not exist."""
    return region()


def invented_referral(case: CaseSeed, *, today: date) -> IncomingReferral:
    return referral(case, today=today)


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
