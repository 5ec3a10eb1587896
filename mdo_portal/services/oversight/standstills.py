"""Who is told by mail that the traffic with a hospital stands still: by day, and at any hour when it is the portal that does.

Told are those who see it on the page *Koppelingen*; once, and again each day for as long as it lasts. What moved again and stops
once more is told anew, though not within an hour: what flutters must not fill a mailbox. That it runs again is told too (running_again.py).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.inbound import UNREAD_TOO_LONG, WAITS_TOO_LONG
from mdo_portal.domain.link import Link
from mdo_portal.domain.standstill import Standstill, StandstillMailed
from mdo_portal.services.common import mails
from mdo_portal.services.inbox import polls
from mdo_portal.services.links import figures, key_fetching, listening
from mdo_portal.services.links.figures import Figures
from mdo_portal.services.oversight.link_status import Outgoing, late_hours
from mdo_portal.services.people import keepers
from mdo_portal.services.people.keepers import Keeper

AGAIN = timedelta(days=1)
FLUTTERS = timedelta(hours=1)
LAPSES = timedelta(days=5)
"""Who was not told within so long that it runs again, over a long weekend too, looks after it no more."""
UNHEARD = timedelta(minutes=5)
"""So long nobody must be seen to listen: a listener that is started anew is away for seconds."""
_LOCK = func.hashtext("standstill_mails")


class Listening:
    """What one worker saw of the listeners, and since when."""

    def __init__(self) -> None:
        self._unheard_since: datetime | None = None

    def is_missed(self, session: Session, *, now: datetime) -> bool:
        """Whether a hospital would call, and nobody was seen to listen for a while."""
        if listening.is_anybody(session) or not listening.is_expected(session):
            self._unheard_since = None
            return False
        self._unheard_since = min(self._unheard_since or now, now)
        return now - self._unheard_since >= UNHEARD


class Still(NamedTuple):
    """One thing that stands still."""

    what: Standstill
    hospital_id: uuid.UUID | None


class Told(NamedTuple):
    """One mail to write: to whom, and all it stands for."""

    person_id: uuid.UUID
    email: str
    stills: tuple[Still, ...]
    at: datetime

    @property
    def key(self) -> str:
        """The same for the same mail; neither line nor moment can be read from it."""
        said = (f"{one.what} {one.hospital_id} {self.at.isoformat()}" for one in self.stills)
        return mails.key_of(self.person_id, said)


def claim(session: Session, *, now: datetime, is_unheard: bool, beside: Collection[uuid.UUID] = ()) -> Told | None:
    """The next colleague to mail, written down as mailed; None when everybody knows.

    `is_unheard`: nobody listens, as Listening saw it. `beside`: who is left alone for now.
    """
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return None
    stills = set(_standing(session, now=now, is_unheard=is_unheard))
    _note_what_moves(session, stills, now=now)
    by_day = mails.is_time_to_mail(now)
    for keeper, all_of_it in sorted(_by_keeper(session, stills, now=now).items()):
        if keeper.person_id in beside:
            continue
        new = tuple(one for one in all_of_it if (by_day or one.what.is_ours) and _write_down(session, keeper, one, now=now))
        if new:
            return Told(keeper.person_id, keeper.email, new, now)
    return None


def put_back(session: Session, told: Told) -> None:
    """The mail server did not take it: this person was not told."""
    of = StandstillMailed
    for one in told.stills:
        this = (of.person_id == told.person_id, of.what == one.what, of.hospital_id.is_not_distinct_from(one.hospital_id))
        session.execute(delete(of).where(*this))


def _write_down(session: Session, keeper: Keeper, one: Still, *, now: datetime) -> bool:
    """Whether it is news to them, or has lasted another day."""
    mailed = StandstillMailed
    row = insert(mailed).values(id=new_id(), person_id=keeper.person_id, mailed_at=now, has_moved=False, **one._asdict())
    again = row.on_conflict_do_update(
        constraint="uq_standstill_mails_person_id_what_hospital_id",
        set_={"mailed_at": now, "has_moved": False, "runs_since": None, "runs_told": False},
        where=or_(mailed.mailed_at <= now - AGAIN, mailed.runs_told, and_(mailed.has_moved, mailed.mailed_at <= now - FLUTTERS)),
    )
    return session.execute(again.returning(mailed.id)).first() is not None


def _note_what_moves(session: Session, stills: Collection[Still], *, now: datetime) -> None:
    for row in session.scalars(select(StandstillMailed)):
        if Still(row.what, row.hospital_id) in stills:
            row.runs_since = None
            continue
        row.has_moved, row.runs_since = True, row.runs_since or now
        is_over = row.runs_told or row.what is Standstill.UNSEEN or row.runs_since <= now - LAPSES
        if is_over and row.mailed_at <= now - AGAIN:
            session.delete(row)
    session.flush()


def _by_keeper(session: Session, stills: Collection[Still], *, now: datetime) -> Mapping[Keeper, list[Still]]:
    found: dict[Keeper, list[Still]] = {}
    for one in sorted(stills, key=str):
        for keeper in keepers_of(session, one, now=now):
            found.setdefault(keeper, []).append(one)
    return found


def keepers_of(session: Session, one: Still, *, now: datetime) -> Sequence[Keeper]:
    """Who looks after what stands still."""
    return keepers.of_line(session, one.hospital_id, now=now) if one.hospital_id else keepers.administrators(session, now=now)


def _standing(session: Session, *, now: datetime, is_unheard: bool) -> Iterator[Still]:
    if is_unheard:
        yield Still(Standstill.NOBODY_LISTENS, None)
    for poll in polls.silent(session, now=now):
        yield Still(Standstill.UNANSWERED, poll.hospital_id)
    for keys in key_fetching.failing(session, now=now):
        yield Still(Standstill.KEYS, keys.hospital_id)
    for one in figures.of_hospitals(session):
        if _older(one.oldest_waiting_at, WAITS_TOO_LONG, now):
            yield Still(Standstill.NOT_READ, None)
        if _older(one.oldest_unreadable_at, UNREAD_TOO_LONG, now):
            yield Still(Standstill.UNSEEN, one.hospital_id)
        if one.hospital_id is not None and _letters_stand_still(session, one, one.hospital_id, now=now):
            yield Still(Standstill.LETTERS, one.hospital_id)


def _older(since: datetime | None, than: timedelta, now: datetime) -> bool:
    return since is not None and now - since > than


def _letters_stand_still(session: Session, one: Figures, hospital_id: uuid.UUID, *, now: datetime) -> bool:
    channel = session.scalar(select(Link.channel_out).where(Link.hospital_id == hospital_id)) or Channel.PAPER
    out = Outgoing(None, one.letters, one.oldest_letter_at, one.refused, late_hours(session, hospital_id))
    return out.stands_still_since(channel, now=now) is not None
