"""Who was told by mail that the traffic with a hospital stands still is told that it runs again: once all of it has for a while.

Else they hear it the next day, from the mail that does not come. Of messages that wait to be looked at nobody is: who looked knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.standstill import Standstill, StandstillMailed
from mdo_portal.services.common import mails
from mdo_portal.services.oversight import standstills
from mdo_portal.services.oversight.standstills import Still, Told
from mdo_portal.services.people.keepers import Keeper

CALM = timedelta(minutes=15)
"""So long it must have run: what flutters is no news."""

# Another than that of who looks for what stands still: both look at the same moments, and one of them would always come second.
_LOCK = func.hashtext("running_again_mails")


def claim(session: Session, *, now: datetime, beside: Collection[UUID] = ()) -> Told | None:
    """The next colleague to mail, written down as mailed; None when everybody knows. `beside`: who is left alone for now."""
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return None
    by_day = mails.is_time_to_mail(now)
    for person_id, rows in _by_person(session):
        news = [row for row in rows if not row.runs_told]
        if person_id in beside or not news or not all(_has_run(row, now=now) for row in news):
            continue
        keeper = _still_looks_after_it(session, person_id, news, now=now)
        if keeper is not None and (by_day or any(row.what.is_ours for row in news)):
            for row in news:
                row.runs_told = True
            session.flush()
            return Told(person_id, keeper.email, tuple(map(_still, news)), now)
    return None


def put_back(session: Session, told: Told) -> None:
    """The mail server did not take it: this person was not told."""
    for row in session.scalars(select(StandstillMailed).where(StandstillMailed.person_id == told.person_id)):
        if _still(row) in told.stills:
            row.runs_told = False


def _by_person(session: Session) -> Iterator[tuple[UUID, Sequence[StandstillMailed]]]:
    query = select(StandstillMailed).where(StandstillMailed.what != Standstill.UNSEEN)
    rows = session.scalars(query.order_by(StandstillMailed.person_id, StandstillMailed.id))
    for person_id, of_one in groupby(rows.all(), key=lambda row: row.person_id):
        yield person_id, list(of_one)


def _has_run(row: StandstillMailed, *, now: datetime) -> bool:
    return row.runs_since is not None and row.runs_since <= now - CALM


def _still(row: StandstillMailed) -> Still:
    return Still(row.what, row.hospital_id)


def _still_looks_after_it(session: Session, person_id: UUID, rows: Sequence[StandstillMailed], *, now: datetime) -> Keeper | None:
    told = (keeper for row in rows for keeper in standstills.keepers_of(session, _still(row), now=now))
    return next((keeper for keeper in told if keeper.person_id == person_id), None)
