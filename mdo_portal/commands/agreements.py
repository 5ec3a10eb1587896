"""What is written down of an agreement with a hospital, whichever wire it is about: checked first, then all at once."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from ipaddress import ip_network

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal import wiring, wiring_profiles
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Link
from mdo_portal.exchange import Wire
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.links import link_history
from mdo_portal.services.links.hospitals import CERTIFICATE_PURPOSE
from mdo_portal.services.oversight import agreements


class NotAgreed(ValueError):
    """It cannot be written down like this; the text says what."""


def check_networks(networks: Sequence[str]) -> None:
    """Raises NotAgreed for what is no network, or half the internet."""
    for network in networks:
        try:
            wide = ip_network(network).prefixlen
        except ValueError:
            raise NotAgreed(f"{network!r} is no network like 10.20.0.0/16") from None
        if wide < 8:
            raise NotAgreed("a network of a hospital is not half the internet")


def check_papers(certificate: str | None, trust: str | None) -> None:
    """Raises NotAgreed when we could not go out with these."""
    try:
        wiring.certificate_works(certificate or "", trust or "")
    except (ssl.SSLError, ValueError):
        raise NotAgreed("certificate or roots are no PEM, or the key is missing") from None


def check_profile(name: str | None, wire: Wire) -> None:
    """Raises NotAgreed for a profile that does not exist or writes for another wire: the first letter would find out."""
    if name and name not in (fit := [one for one, of in wiring_profiles.known_profiles().wires.items() if of is wire]):
        raise NotAgreed(f"there is no profile {name!r} for this wire; there are: {', '.join(sorted(fit))}")


@contextmanager
def remembered(session: Session, code: str, *, now: datetime) -> Iterator[None]:
    """What is written down within stands at *Wie wat wijzigde*, as what a screen changes does. Raises KeyError without such a link."""
    query = select(Hospital, Link).join(Link, Link.hospital_id == Hospital.id).where(Hospital.code == code)
    found = session.execute(query).first()
    if found is None:
        raise KeyError(code)
    before = agreements.as_text(session, *found)
    yield
    session.flush()
    link_history.remember_settings(session, found[0].id, before, agreements.as_text(session, *found), viewer=None, now=now)


def written(
    session: Session, code: str, values: Mapping[str, object], *, networks: Sequence[str] | None, certificate: str | None
) -> Link:
    """The link of this hospital, locked, with these values; None = as it was. Raises KeyError without such a link."""
    query = select(Link).join(Hospital, Hospital.id == Link.hospital_id).where(Hospital.code == code)
    link = session.execute(query.with_for_update(of=Link)).scalar_one_or_none()
    if link is None:
        raise KeyError(code)
    for name, value in {**values, "inside_networks": None if networks is None else list(networks)}.items():
        if value is not None:
            setattr(link, name, value)
    if certificate is not None:
        link.certificate_out_sealed = sealer(session).seal(certificate.encode(), purpose=CERTIFICATE_PURPOSE)
    return link
