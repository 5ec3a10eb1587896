"""A line without a certificate: who accepted in writing that messages come unencrypted, why, and until when."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mdo_portal.domain.link import Changed, Link
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete
from mdo_portal.services.common.terms import last_day
from mdo_portal.services.links.link_history import remember

LONGEST_PLAIN = timedelta(days=366)
"""For how long an unencrypted line is accepted at most: by then somebody looks again. PostgreSQL holds it too (migration 0035)."""
LONGEST_BY, LONGEST_WHY = 120, 300


def accept_plain(
    session: Session,
    link_id: uuid.UUID,
    *,
    by: str,
    why: str,
    until: datetime | None,
    now: datetime,
    viewer: Viewer | None = None,
) -> None:
    """Write down who accepts unencrypted messages of this hospital, why, and until when. Raises Incomplete without all of that."""
    by, why = (" ".join(text.split()) for text in (by, why))
    fields = _missing(by, why, until, now=now)
    if fields or until is None:
        raise Incomplete(fields)
    link = session.get_one(Link, link_id)
    before = _accepted(link)
    link.plain_accepted_at, link.plain_accepted_by = now, by
    link.plain_accepted_why, link.plain_accepted_until = why, until
    session.flush()
    remember(session, link.hospital_id, Changed.PLAIN, before, _accepted(link), viewer=viewer, now=now)


def withdraw_plain(session: Session, link_id: uuid.UUID, *, now: datetime, viewer: Viewer | None = None) -> bool:
    """From now on nothing unencrypted is taken of this hospital. False when nobody had accepted that it is."""
    link = session.get_one(Link, link_id)
    if link.plain_accepted_at is None:
        return False
    before = _accepted(link)
    link.plain_accepted_at, link.plain_accepted_by, link.plain_accepted_why, link.plain_accepted_until = None, "", "", None
    session.flush()
    remember(session, link.hospital_id, Changed.NO_PLAIN, before, "", viewer=viewer, now=now)
    return True


def _missing(by: str, why: str, until: datetime | None, *, now: datetime) -> dict[str, str]:
    checks = {
        "by": (0 < len(by) <= LONGEST_BY, N_("Vul in wie dit aanvaardt: naam en functie, hoogstens 120 tekens.")),
        "why": (0 < len(why) <= LONGEST_WHY, N_("Vul in waarom het nog niet anders kan, hoogstens 300 tekens.")),
        "until": (
            until is not None and now < until <= now + LONGEST_PLAIN,
            N_("Kies de laatste dag: vandaag of later, en hoogstens een jaar vooruit."),
        ),
    }
    return {name: sentence for name, (good, sentence) in checks.items() if not good}


def _accepted(link: Link) -> str:
    """The acceptance as lines, for the history."""
    if link.plain_accepted_at is None or link.plain_accepted_until is None:
        return ""
    until = last_day(link.plain_accepted_until)
    return f"accepted_by: {link.plain_accepted_by}\naccepted_why: {link.plain_accepted_why}\naccepted_until: {until:%d-%m-%Y}"
