"""Whether anybody takes the calls of hospitals (HL7 v2 over MLLP): a listener holds a lock in the database while its ports are open.

When its process dies PostgreSQL lets that lock go at once. Without it every page looked as if the lines were well: that nothing comes
in is seen only after hours, and by nobody at night.
"""

from __future__ import annotations

import uuid

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Level
from mdo_portal.domain.link import Link
from mdo_portal.domain.people import Role
from mdo_portal.domain.viewer import Viewer

LOCK = (0x4D4450, 1)
"""Shared among all listeners: one that lives is enough. Beside the locks of workers (services/letters/succession.py)."""
_HELD = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = :kind AND objid = :number AND objsubid = 2"
    " AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)

# Asked with every page of who looks after links: put together once.
_CALLS = select(Link.id).where(Link.level == Level.HL7V2).limit(1)
_CALLS_OF = _CALLS.where(Link.hospital_id == bindparam("hospital", type_=UUID(as_uuid=True)))


def is_anybody(session: Session) -> bool:
    """Whether a listener has its ports open now."""
    return bool(session.scalar(_HELD, {"kind": LOCK[0], "number": LOCK[1]}))


def is_expected(session: Session, hospital_id: uuid.UUID | None = None) -> bool:
    """Whether a hospital would call (this one, or any)."""
    if hospital_id is None:
        return session.scalar(_CALLS) is not None
    return session.scalar(_CALLS_OF, {"hospital": hospital_id}) is not None


def missed(session: Session, viewer: Viewer) -> bool:
    """Whether a hospital whose link this viewer looks after would call, and nobody listens."""
    of = None if Role.ADMINISTRATOR in viewer.hospital_roles else viewer.hospital_id
    return is_expected(session, of) and not is_anybody(session)
