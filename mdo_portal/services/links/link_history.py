"""Who changed what of a link, and when."""

from __future__ import annotations

import difflib
import hashlib
import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Changed, Link, LinkChange
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.common import changes
from mdo_portal.services.links.particulars import NUMBERS, SHORT_TEXTS


def history(session: Session, hospital_id: uuid.UUID, *, limit: int = 50) -> list[LinkChange]:
    """Who changed what, newest first."""
    query = select(LinkChange).where(LinkChange.hospital_id == hospital_id)
    return list(session.scalars(query.order_by(LinkChange.at.desc(), LinkChange.id.desc()).limit(limit)))


def newest(session: Session, hospital_id: uuid.UUID, *what: Changed) -> LinkChange | None:
    """The last change of these kinds; None when there was none."""
    query = select(LinkChange).where(LinkChange.hospital_id == hospital_id, LinkChange.what.in_(what))
    return session.scalars(query.order_by(LinkChange.at.desc(), LinkChange.id.desc()).limit(1)).first()


def remember(
    session: Session, hospital_id: uuid.UUID, what: Changed, before: str, after: str, *, viewer: Viewer | None, now: datetime
) -> None:
    """What was changed of a hospital's link, in the words of its page; `viewer` None: by nobody at a screen."""
    by_id, by_name = (viewer.person_id, viewer.name) if viewer else (None, "")
    session.add(LinkChange(hospital_id=hospital_id, at=now, by_id=by_id, by_name=by_name, what=what, before=before, after=after))
    session.flush()
    changes.announce(session, "link", hospital_id)


def remember_settings(
    session: Session, hospital_id: uuid.UUID, before: str, after: str, *, viewer: Viewer | None, now: datetime
) -> None:
    """Of two texts of settings (`as_text`) the lines that differ; where none does, nothing was changed."""
    if before != after:
        remember(session, hospital_id, Changed.SETTINGS, *differing(before, after), viewer=viewer, now=now)


def as_text(hospital: Hospital, link: Link | None) -> str:
    """The settings as lines, for the history: no token in it."""
    lines = [f"{name}: {getattr(hospital, name)}" for name in (*SHORT_TEXTS, *NUMBERS)]
    if link is not None:
        names = (
            "level",
            "profile_in",
            "profile_out",
            "charset_in",
            "channel_out",
            "host_out",
            "port_out",
            "tls_out",
            "url_out",
            "application_ack_out",
            "token_url_out",
            "client_id_out",
            "scopes_out",
            "client_id_in",
            "jwks_url_in",
        )
        lines += [f"{name}: {getattr(link, name) or ''}" for name in names]
        lines += [f"{name}: {mark(getattr(link, name))}" for name in ("jwks_in", "trust_out")]
        lines += [f"inside_networks: {', '.join(link.inside_networks)}"]
        lines += [f"MSH-3: {', '.join(link.sending_applications)}", f"MSH-4: {', '.join(link.sending_facilities)}"]
    return "\n".join(lines)


def mark(text: str) -> str:
    """By which a long text is told from another: that keys were replaced must show, and they say nothing to a person."""
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


def differing(before: str, after: str) -> tuple[str, str]:
    """Only the lines that differ."""
    marks = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return "\n".join(one[2:] for one in marks if one.startswith("- ")), "\n".join(
        one[2:] for one in marks if one.startswith("+ ")
    )
