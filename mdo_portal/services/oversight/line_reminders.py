"""Who is told by mail that the certificates of a line end: in time, once for each step, and never what line it is.

Told are the link managers of its hospital, else the administrators: those who see it at the top of *Koppelingen*. Told is what presses
there (line_endings.Ending.presses); a line whose next certificate is bound disturbs nobody.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from mdo_portal.domain.link import LineReminded
from mdo_portal.services.common import mails
from mdo_portal.services.common.mails import Told
from mdo_portal.services.links import line_endings
from mdo_portal.services.people import keepers
from mdo_portal.services.people.keepers import Keeper

STEPS = (0, 1, 3, 7, 14)
"""Days before the end; 0 = it ended. Of steps that went by unseen only the nearest is told."""


class Step(NamedTuple):
    """One line at one step towards its end."""

    link_id: uuid.UUID
    ends_at: datetime
    days: int


def claim(session: Session, *, now: datetime, beside: Collection[uuid.UUID] = ()) -> Told[Step] | None:
    """The next colleague to mail, written down as mailed; None outside working hours or when everybody knows.

    `beside`: who is left alone for now.
    """
    if not mails.is_time_to_mail(now):
        return None
    return mails.next_told(_to_tell(session, now=now), mails.once(session, LineReminded, now=now), beside=beside)


def put_back(session: Session, told: Told[Step]) -> None:
    """The mail server did not take it: this person was not told."""
    mails.put_back(session, LineReminded, told)


def _to_tell(session: Session, *, now: datetime) -> Mapping[Keeper, list[Step]]:
    found: dict[Keeper, list[Step]] = {}
    for link, ending in line_endings.pressing_links(session, now=now):
        step = Step(link.id, ending.at, next(days for days in STEPS if ending.at <= now + timedelta(days=days)))
        for person in keepers.of_line(session, link.hospital_id, now=now):
            found.setdefault(person, []).append(step)
    return found
