"""STUB for the merge: the accounts branch brings this module; here only what the pages of people call."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session


def invite(session: Session, person_id: uuid.UUID, *, made_by: uuid.UUID, now: datetime) -> str:
    """The path of a link with which this person makes their account; shown once."""
    raise NotImplementedError
