"""`mdo-portal hospital mllp`: where a hospital's receiver of letters stands, and over which line. The administrator's work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from mdo_portal.commands.hospital_fhir import NotAgreed, check_networks, check_papers
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.link import Link
from mdo_portal.services.hospitals import CERTIFICATE_PURPOSE
from mdo_portal.services.sealed import sealer


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


def agree(database: Database, code: str, said: Receiver) -> dict[str, Any]:
    """Write it down, and give how it stands now. Raises KeyError without such a link, NotAgreed."""
    check_networks(said.networks or ())
    check_papers(said.certificate, said.trust)
    with database.transaction() as session:
        query = select(Link).join(Hospital, Hospital.id == Link.hospital_id).where(Hospital.code == code)
        link = session.execute(query.with_for_update(of=Link)).scalar_one_or_none()
        if link is None:
            raise KeyError(code)
        plain = {
            "host_out": said.host, "port_out": said.port, "tls_out": said.tls, "trust_out": said.trust, "profile_out": said.profile_out,
            "inside_networks": None if said.networks is None else list(said.networks),
        }  # fmt: skip
        for name, value in plain.items():
            if value is not None:
                setattr(link, name, value)
        if said.certificate is not None:
            link.certificate_out_sealed = sealer(session).seal(said.certificate.encode(), purpose=CERTIFICATE_PURPOSE)
        if said.host:
            link.channel_out = Channel.MLLP
        if not link.tls_out and not link.inside_networks:
            raise NotAgreed("without TLS the network in which the receiver stands must be registered")
        return {
            "hospital": code,
            "host": link.host_out,
            "port": link.port_out,
            "tls": link.tls_out,
            "networks": link.inside_networks,
        }
