"""`mdo-portal hospital fhir`: what is agreed with a hospital that speaks FHIR: addresses, keys, networks. The administrator's work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mdo_portal import wiring
from mdo_portal.commands.agreements import check_networks, check_papers, check_profile, remembered, written
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel, Level
from mdo_portal.exchange import Wire
from mdo_portal.services.common.sealed import client_secret
from mdo_portal.services.oversight import agreements


@dataclass(frozen=True)
class Agreed(agreements.Agreed):
    """What a link manager could write down too, and what only the administrator can; None = leave as it is."""

    networks: tuple[str, ...] | None = None  # CIDRs of a VPN
    certificate: str | None = field(default=None, repr=False)  # PEM: our chain and key
    profile_out: str | None = None
    pull: bool = False


def agree(database: Database, code: str, said: Agreed) -> dict[str, Any]:
    """Write it down, and give what the hospital must be told. Raises KeyError without such a link, NotAgreed, Incomplete."""
    check_networks(said.networks or ())
    check_profile(said.profile_out, Wire.FHIR)
    check_papers(said.certificate, None)
    now = datetime.now(UTC)
    with database.transaction() as session:
        with remembered(session, code, now=now):
            plain = {"profile_out": said.profile_out}
            link = written(session, code, plain, networks=said.networks, certificate=said.certificate)
            agreements.write(session, link, said, wiring.agreement_checks(), now=now, loopback=True)
            if said.url:
                link.channel_out = Channel.FHIR
            if said.pull:
                link.level = Level.PULL
        told = {"hospital": code, "level": link.level.value, "url": link.url_out, "token_url": link.token_url_out}
        return told | {"networks": link.inside_networks, "their_client_id": link.client_id_in, "our_keys": wiring_keys(database)}


def wiring_keys(database: Database) -> str:
    """Our public keys, for who cannot fetch them from /fhir/jwks."""
    return wiring.own_public_keys(client_secret(database)).decode()
