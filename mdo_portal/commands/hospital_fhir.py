"""`mdo-portal hospital fhir`: what is agreed with a hospital that speaks FHIR: addresses, keys, networks. The administrator's work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from mdo_portal import wiring
from mdo_portal.commands.agreements import NotAgreed, check_networks, check_papers, check_profile, remembered, written
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel, Level
from mdo_portal.domain.link import Link
from mdo_portal.exchange import Wire
from mdo_portal.services import polls
from mdo_portal.services.sealed import client_secret


@dataclass(frozen=True)
class Agreed:
    """What to write down; None = leave as it is."""

    url: str | None = None  # base address of their FHIR server
    token_url: str | None = None
    client_id: str | None = None  # who we are there
    scopes: str | None = None
    networks: tuple[str, ...] | None = None  # CIDRs of a VPN
    certificate: str | None = field(default=None, repr=False)  # PEM: our chain and key
    trust: str | None = None  # PEM: their roots
    their_client_id: str | None = None
    their_keys: str | None = None  # JWKS
    profile_out: str | None = None
    pull: bool = False
    poll: str | None = None  # search that is asked from time to time; empty = ask no more
    poll_every: int = 300  # seconds


def agree(database: Database, code: str, said: Agreed) -> dict[str, Any]:
    """Write it down, and give what the hospital must be told. Raises KeyError without such a link, NotAgreed."""
    _check(said)
    with database.transaction() as session:
        plain = {
            "url_out": said.url, "token_url_out": said.token_url, "client_id_out": said.client_id, "scopes_out": said.scopes,
            "trust_out": said.trust, "client_id_in": said.their_client_id, "jwks_in": said.their_keys, "profile_out": said.profile_out,
        }  # fmt: skip
        with remembered(session, code, now=datetime.now(UTC)):
            link = written(session, code, plain, networks=said.networks, certificate=said.certificate)
            if said.url:
                link.channel_out = Channel.FHIR
            if said.pull:
                link.level = Level.PULL
            if said.poll is not None:
                _poll(session, link, said)
        told = {"hospital": code, "level": link.level.value, "url": link.url_out, "token_url": link.token_url_out}
        return told | {"networks": link.inside_networks, "their_client_id": link.client_id_in, "our_keys": wiring_keys(database)}


def _poll(session: Session, link: Link, said: Agreed) -> None:
    if not said.poll:
        polls.end(session, link)
    elif not link.url_out:
        raise NotAgreed("first say at which address their server is (--url)")
    else:
        polls.register(session, link, said.poll, every=timedelta(seconds=said.poll_every), now=datetime.now(UTC))


def wiring_keys(database: Database) -> str:
    """Our public keys, for who cannot fetch them from /fhir/jwks."""
    return wiring.own_public_keys(client_secret(database)).decode()


def _check(said: Agreed) -> None:
    for url in filter(None, (said.url, said.token_url)):
        parts = urlsplit(url)
        here = parts.hostname in ("127.0.0.1", "localhost")
        if not (parts.scheme == "https" or (here and parts.scheme == "http")) or parts.query or parts.fragment or parts.username:
            raise NotAgreed("an address must be https, without user, question or mark")
    check_networks(said.networks or ())
    check_profile(said.profile_out, Wire.FHIR)
    if said.their_keys and (trouble := wiring.smart.trouble(said.their_keys)):
        raise NotAgreed(f"their keys: {trouble}")
    if said.poll and (trouble := wiring.poll_trouble(said.poll)):
        raise NotAgreed(f"the search: {trouble}")
    if not 30 <= said.poll_every <= 86_400:
        raise NotAgreed("asking goes every 30 to 86400 seconds")
    check_papers(said.certificate, said.trust)
