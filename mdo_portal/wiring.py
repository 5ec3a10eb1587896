"""The only file that knows both houses: which integration speaks which wire."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta

from integrations import profiles
from integrations.fhir.answer import answer_body
from integrations.fhir.capability import capability_statement
from integrations.fhir.reader import FhirReader
from integrations.fhir.sender import FhirSender
from integrations.hl7v2.listener import MllpListener
from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.sender import MllpSender
from integrations.oidc.metadata import Metadata
from integrations.oidc.provider import Attempt, Provider, Refused
from integrations.oidc.relying_party import RelyingParty
from integrations.simulator.region import BoardSeed, CaseSeed, HospitalSeed, PersonSeed, Region, referral, region
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.identity import Registration
from mdo_portal.exchange import Answer, IncomingReferral, MessageHeader, Reader, Sender, Wire

__all__ = [
    "Attempt",
    "BoardSeed",
    "CaseSeed",
    "HospitalSeed",
    "Metadata",
    "PersonSeed",
    "Provider",
    "Refused",
    "Region",
    "RelyingParty",
]


def readers() -> Mapping[Wire, Reader]:
    """Who understands what came over which wire."""
    return {Wire.HL7V2: Hl7Reader(), Wire.FHIR: FhirReader()}


def senders() -> Mapping[Channel, Sender]:
    """Who sends over which channel. Paper has no sender: people print it."""
    return {Channel.MLLP: MllpSender(), Channel.FHIR: FhirSender()}


def wire_of(profile: str) -> Wire:
    """Which wire a profile is for. Raises KeyError naming the profiles there are."""
    return Wire.FHIR if profiles.load(profile).get("wire") == "fhir" else Wire.HL7V2


def fhir_answer(answer: Answer, header: MessageHeader) -> tuple[int, bytes]:
    """Reception's answer as FHIR: status and body. A stored transaction is answered entry by entry."""
    return answer_body(answer, location="", header=header, entries=header.parts)


def fhir_capabilities(url: str, software_version: str) -> bytes:
    """What the FHIR door says about itself."""
    return json.dumps(capability_statement(url=url, version="R4", software_version=software_version)).encode()


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
