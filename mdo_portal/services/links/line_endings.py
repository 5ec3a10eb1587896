"""When the certificates of a line end, and whether somebody must do something: from then on that hospital cannot call any more.

A line that is open ends with it, within minutes (integrations/hl7v2/wire): TLS asks who is there when a connection is made, and not again.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import DateTime, Select, bindparam, select
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Level
from mdo_portal.domain.link import Link, LinkCertificate
from mdo_portal.domain.people import Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.links import lines
from mdo_portal.services.links.lines import CertificateRow, LineRow, Safety

PRESSES = timedelta(days=14)
"""From then on it stands on the overview and in the menu too: before, whoever looks at the link reads it there."""


class Ending(NamedTuple):
    """When the first of a line's certificates ends that is still valid; when none is, when the last ended."""

    at: datetime
    #: bound by a name: the hospital renews it, and nothing is to be done here
    by_name: bool
    #: the one that lets it in afterwards; None = nothing does yet
    follows: CertificateRow | None
    #: messages come in with a certificate or not at all
    is_needed: bool

    def is_over(self, now: datetime) -> bool:
        return self.at <= now

    def is_told(self, now: datetime) -> bool:
        """On the page of the link."""
        return self.is_needed and self.follows is None and self.at <= now + lines.ENDS_SOON

    def presses(self, now: datetime) -> bool:
        """On the overview and in the menu."""
        return self.is_told(now) and self.at <= now + PRESSES


def ending(session: Session, link: Link | None, *, now: datetime) -> Ending | None:
    """None = the line has no certificate of which the end is known."""
    return None if link is None else of_line(link, lines.line_of(session, link.id, now=now), now=now)


def of_line(link: Link, line: LineRow, *, now: datetime) -> Ending | None:
    """The same, of a line that was asked for already."""
    known = sorted((one.expires_at, one.by_name, one) for one in line.certificates if one.expires_at)
    if not known:
        return None
    at, by_name, first = next((one for one in known if one[0] > now), known[-1])
    later = [one for one in line.certificates if one is not first and _outlives(one, at)]
    follows = max(later, key=lambda one: (one.seen_at is not None, one.bound_at), default=None)
    return Ending(at, by_name, follows, link.level is Level.HL7V2 and line.safety is Safety.TLS)


def _outlives(one: CertificateRow, at: datetime) -> bool:
    """Of a name that nobody called with yet no end is known: it is there for the next certificate."""
    return one.expires_at > at if one.expires_at else one.by_name


def pressing(session: Session, viewer: Viewer, *, now: datetime) -> int:
    """How many links that this viewer looks after take no more messages by now, or will not within two weeks."""
    of = None if Role.ADMINISTRATOR in viewer.hospital_roles else viewer.hospital_id
    return len(pressing_links(session, of, now=now))


def pressing_links(session: Session, hospital_id: uuid.UUID | None = None, *, now: datetime) -> list[tuple[Link, Ending]]:
    """Which they are, and when; of one hospital, or of all."""
    links = session.scalars(_ending_by(of_one=hospital_id is not None), {"by": now + PRESSES, "hospital": hospital_id})
    found = [(link, ending(session, link, now=now)) for link in links]
    return [(link, one) for link, one in found if one is not None and one.presses(now)]


@cache
def _ending_by(*, of_one: bool) -> Select[Link]:
    """Put together once, for it is asked with every page of who looks after links. Open: `by` and, `of_one`, `hospital`."""
    ends = LinkCertificate.expires_at <= bindparam("by", type_=DateTime(timezone=True))
    ending_ones = select(LinkCertificate.link_id).where(LinkCertificate.withdrawn_at.is_(None), ends)
    query = select(Link).where(Link.id.in_(ending_ones)).order_by(Link.id)
    return query.where(Link.hospital_id == bindparam("hospital", type_=UUID(as_uuid=True))) if of_one else query
