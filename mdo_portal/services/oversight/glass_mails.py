"""Which privacy officer is told by mail that somebody broke the glass at a patient of their hospital: once for each time.

What was done stands in the log at once; a mail says that there is something to judge, and not of whom.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.grant import CaseGrant, GlassMailed, GrantKind
from mdo_portal.services.common import mails
from mdo_portal.services.common.mails import Told
from mdo_portal.services.people import keepers
from mdo_portal.services.people.keepers import Keeper

LATELY = timedelta(days=7)
"""Of what is older nobody is told any more: by then it stands as late on the page."""


class Broken(NamedTuple):
    """One time that somebody broke the glass."""

    grant_id: uuid.UUID


def claim(session: Session, *, now: datetime, beside: Collection[uuid.UUID] = ()) -> Told[Broken] | None:
    """The next colleague to mail, written down as mailed; None outside working hours or when everybody knows.

    `beside`: who is left alone for now.
    """
    if not mails.is_time_to_mail(now):
        return None
    return mails.next_told(_to_tell(session, now=now), mails.once(session, GlassMailed, now=now), beside=beside)


def put_back(session: Session, told: Told[Broken]) -> None:
    """The mail server did not take it: this person was not told."""
    mails.put_back(session, GlassMailed, told)


def _to_tell(session: Session, *, now: datetime) -> Mapping[Keeper, list[Broken]]:
    found: dict[Keeper, list[Broken]] = {}
    broken = (CaseGrant.kind == GrantKind.EMERGENCY, CaseGrant.given_at > now - LATELY)
    for grant_id, hospital_id in session.execute(
        select(CaseGrant.id, CaseGrant.hospital_id).where(*broken).order_by(CaseGrant.given_at)
    ):
        for keeper in keepers.privacy_officers(session, hospital_id, now=now):
            found.setdefault(keeper, []).append(Broken(grant_id))
    return found
