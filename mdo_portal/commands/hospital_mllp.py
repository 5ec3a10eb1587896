"""`mdo-portal hospital mllp`: where a hospital's receiver of letters stands, and over which line. The administrator's work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mdo_portal.commands.agreements import NotAgreed, check_networks, check_papers, check_profile, remembered, written
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel
from mdo_portal.exchange import Wire


@dataclass(frozen=True)
class Receiver:
    """What to write down; None = leave as it is."""

    host: str | None = None
    port: int | None = None
    tls: bool | None = None
    networks: tuple[str, ...] | None = None  # CIDRs of a VPN
    certificate: str | None = field(default=None, repr=False)  # PEM: our chain and key
    trust: str | None = None  # PEM: their roots
    profile_out: str | None = None
    application_ack: bool | None = None  # MSH-16 is answered later, over this line


def agree(database: Database, code: str, said: Receiver) -> dict[str, Any]:
    """Write it down, and give how it stands now. Raises KeyError without such a link, NotAgreed."""
    check_networks(said.networks or ())
    check_profile(said.profile_out, Wire.HL7V2)
    check_papers(said.certificate, said.trust)
    with database.transaction() as session:
        plain = {
            "host_out": said.host, "port_out": said.port, "tls_out": said.tls, "trust_out": said.trust, "profile_out": said.profile_out,
            "application_ack_out": said.application_ack,
        }  # fmt: skip
        with remembered(session, code, now=datetime.now(UTC)):
            link = written(session, code, plain, networks=said.networks, certificate=said.certificate)
            if said.host:
                link.channel_out = Channel.MLLP
        if link.application_ack_out and link.channel_out is not Channel.MLLP:
            raise NotAgreed("an application acknowledgement that comes later needs a receiver (--host and --port)")
        if not link.tls_out and not link.inside_networks:
            raise NotAgreed("without TLS the network in which the receiver stands must be registered")
        return {
            "hospital": code,
            "host": link.host_out,
            "port": link.port_out,
            "tls": link.tls_out,
            "networks": link.inside_networks,
            "application_ack": link.application_ack_out,
        }
