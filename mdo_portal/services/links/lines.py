"""How safe a hospital's line is: the certificates it calls with, which others called, and who accepted in writing that it has none."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.certificate import clean, spoken
from mdo_portal.domain.link import CalledCertificate, Link, LinkCertificate
from mdo_portal.exchange import Caller
from mdo_portal.services.common.terms import last_day

ENDS_SOON = timedelta(days=60)
"""From then on a certificate that ends is shown as something to do: a new one takes hospitals weeks."""
CALLED_LATELY = timedelta(days=14)
"""How long a certificate that called, and is bound to nobody, is offered."""
MOST_CALLED = 200
"""Of so many of them is kept that they called: the newest."""


class Safety(StrEnum):
    """What a link manager sees beside the line."""

    TLS = "tls"  #: a certificate is bound, and nothing is taken without one
    UNSECURED = "unsecured"  #: unencrypted messages are taken: *onbeveiligd*
    LOCAL = "local"  #: neither: only what comes through this machine itself (a tunnel) is taken


@dataclass(frozen=True)
class CertificateRow:
    """One certificate of a link. `bound_to`: its fingerprint or its name."""

    certificate_id: uuid.UUID
    bound_to: str
    by_name: bool
    subject: str
    expires_at: datetime | None
    seen_at: datetime | None
    bound_at: datetime
    bound_by: str

    @property
    def spoken(self) -> str:
        """What it is bound to, as people compare it."""
        return self.bound_to if self.by_name else spoken(self.bound_to)

    @property
    def title(self) -> str:
        """What people call it: the name alone, where nothing else says whose it is. A certificate that called is known by its name only."""
        return self.subject if "," in self.subject or "+" in self.subject else self.subject.removeprefix("CN=")

    def ends_soon(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now + ENDS_SOON

    def ended(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True)
class CalledRow:
    """A certificate that called lately and is bound to nobody."""

    fingerprint: str
    names: tuple[str, ...]
    expires_at: datetime | None
    seen_at: datetime

    @property
    def spoken(self) -> str:
        return spoken(self.fingerprint)


@dataclass(frozen=True)
class LineRow:
    """How one hospital's line stands."""

    safety: Safety
    certificates: tuple[CertificateRow, ...]
    plain_accepted_at: datetime | None
    plain_accepted_by: str
    plain_accepted_why: str
    plain_accepted_until: datetime | None

    @property
    def plain_last_day(self) -> date | None:
        """The last day on which unencrypted messages are (or were) taken."""
        return last_day(self.plain_accepted_until) if self.plain_accepted_until else None

    def is_last_valid(self, certificate: CertificateRow, now: datetime) -> bool:
        """Without it nothing proves any more who calls: the others of the line ended."""
        return [one for one in self.certificates if not one.ended(now)] == [certificate]


def line_of(session: Session, link_id: uuid.UUID, *, now: datetime) -> LineRow:
    """How this link's line stands, for its page."""
    return lines_of(session, [session.get_one(Link, link_id)], now=now)[link_id]


def lines_of(session: Session, links: Iterable[Link], *, now: datetime) -> dict[uuid.UUID, LineRow]:
    """The same of many, each by the id of its link. One statement."""
    known = {link.id: link for link in links}
    found: dict[uuid.UUID, list[CertificateRow]] = {link_id: [] for link_id in known}
    for one in session.scalars(bound(*known).order_by(LinkCertificate.bound_at)):
        found[one.link_id].append(_row(one))
    return {link_id: _line(link, tuple(found[link_id]), now) for link_id, link in known.items()}


def _line(link: Link, certificates: tuple[CertificateRow, ...], now: datetime) -> LineRow:
    until = link.plain_accepted_until
    accepted = link.plain_accepted_at is not None and until is not None and now <= until
    safety = Safety.UNSECURED if accepted else Safety.TLS if certificates else Safety.LOCAL
    return LineRow(safety, certificates, link.plain_accepted_at, link.plain_accepted_by, link.plain_accepted_why, until)


def saw(session: Session, callers: Mapping[str, Caller], *, now: datetime) -> None:
    """Note that these certificates called, and when they end: one that is bound by name is renewed without a word to us.

    Of one that is bound to nobody is kept that it called, so that it can be bound without handling a file.
    """
    known, strangers = _known(session), list[Caller]()
    for caller in callers.values():
        names = clean(caller.names)
        if known.isdisjoint({caller.certificate, *names}):
            strangers.append(caller)
            continue
        which = or_(LinkCertificate.fingerprint == caller.certificate, LinkCertificate.name.in_(names))
        values = {"seen_at": now, "expires_at": caller.expires_at}
        session.execute(update(LinkCertificate).where(which, _counts()).values(**values))
    if strangers:
        _keep_called(session, strangers, now=now)


def _keep_called(session: Session, strangers: Sequence[Caller], *, now: datetime) -> None:
    # In one order, so that two listeners that saw the same ones never wait for each other.
    told = [
        {"fingerprint": one.certificate, "names": list(clean(one.names)), "expires_at": one.expires_at, "seen_at": now}
        for one in sorted(strangers, key=lambda one: one.certificate)
    ]
    rows = insert(CalledCertificate).values(told)
    again = {"names": rows.excluded.names, "expires_at": rows.excluded.expires_at, "seen_at": rows.excluded.seen_at}
    session.execute(rows.on_conflict_do_update(index_elements=["fingerprint"], set_=again))
    newest = select(CalledCertificate.fingerprint).order_by(CalledCertificate.seen_at.desc()).limit(MOST_CALLED)
    old = or_(CalledCertificate.seen_at < now - CALLED_LATELY, CalledCertificate.fingerprint.not_in(newest))
    session.execute(delete(CalledCertificate).where(old))


def called(session: Session, *, now: datetime) -> list[CalledRow]:
    """Which certificates called lately and are bound to nobody, the newest first."""
    known = _known(session)
    query = select(CalledCertificate).where(CalledCertificate.seen_at > now - CALLED_LATELY)
    rows = session.scalars(query.order_by(CalledCertificate.seen_at.desc(), CalledCertificate.fingerprint))
    return [
        CalledRow(one.fingerprint, tuple(one.names), one.expires_at, one.seen_at)
        for one in rows
        if known.isdisjoint({one.fingerprint, *one.names})
    ]


def _known(session: Session) -> set[str]:
    """The fingerprints and names that are bound to some link."""
    rows = session.execute(select(LinkCertificate.fingerprint, LinkCertificate.name).where(_counts()))
    return {text for row in rows for text in row if text}


def bound(*link_ids: uuid.UUID) -> Select[LinkCertificate]:
    """The certificates that count for these links."""
    return select(LinkCertificate).where(LinkCertificate.link_id.in_(link_ids), _counts())


def _counts() -> ColumnElement[bool]:
    return LinkCertificate.withdrawn_at.is_(None)


def _row(one: LinkCertificate) -> CertificateRow:
    return CertificateRow(
        one.id, one.fingerprint or one.name, bool(one.name), one.subject, one.expires_at, one.seen_at, one.bound_at, one.bound_by
    )
