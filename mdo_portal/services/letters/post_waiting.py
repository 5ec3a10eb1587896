"""How many letters have not arrived: the number beside *Post* in the menu. Asked with every page, so only what is counted is read."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import DateTime, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.advice import AdviceItem
from mdo_portal.domain.board import Board
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import NO_ADVICE, Decision
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import BY_PERSON
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.common import own_or_board
from mdo_portal.services.letters import lateness
from mdo_portal.services.letters.lateness import Terms
from mdo_portal.services.letters.post_rows import NOT_ARRIVED, STUCK, TERMS


class Waiting(NamedTuple):
    """Letters that have not arrived."""

    all: int
    #: late, stuck, or with an advice that is to be carried out within two days
    pressing: int
    #: held after a restore
    held: int


class _Open(NamedTuple):
    """What of a letter says whether somebody should look at it."""

    channel: str
    state: DeliveryState
    created_at: datetime
    held_at: datetime | None
    late_hours: int
    late_paper_days: int
    due_on: date | None

    def is_pressing(self, now: datetime) -> bool:
        """What a `PostRow` says: stuck, or with a mark."""
        if self.state in STUCK or self.held_at is not None:
            return True
        terms = Terms(self.late_hours, self.late_paper_days)
        by_person = self.channel in BY_PERSON
        return bool(lateness.marks(self.created_at, on_paper=by_person, terms=terms, due_on=self.due_on, now=now))


def waiting(session: Session, viewer: Viewer, *, now: datetime) -> Waiting:
    """How many letters have not arrived, and how many of them somebody should look at."""
    whose = own_or_board.whose(viewer, Act.POST_READ)
    found = session.execute(_not_arrived(own_too=whose.own is not None), {**whose._asdict(), "now": now})
    letters = [_Open._make(row) for row in found]
    held = sum(one.held_at is not None for one in letters)
    return Waiting(len(letters), sum(one.is_pressing(now) for one in letters), held)


@cache
def _not_arrived(*, own_too: bool) -> Select[Any]:
    """Put together once. Neither patient nor recipient; the advice only where nothing else says to look. Open: `now`, and whose."""
    seen = own_or_board.theirs_open(Delivery.hospital_id, own_too=own_too)
    by_itself = Delivery.channel.not_in(list(BY_PERSON))
    late = Delivery.created_at <= bindparam("now", type_=DateTime(timezone=True)) - func.make_interval(0, 0, 0, 0, TERMS[0])
    looked_at = or_(Delivery.state.in_(STUCK), Delivery.held_at.is_not(None), and_(by_itself, late))
    first_due = (
        select(func.min(AdviceItem.due_on))
        .join(Decision, Decision.round_id == AdviceItem.round_id)
        .where(Decision.id == Delivery.decision_id, Decision.form.not_in(NO_ADVICE))
        .correlate(Delivery)
    )
    due_on = case((looked_at, None), else_=first_due.scalar_subquery())
    return (
        select(Delivery.channel, Delivery.state, Delivery.created_at, Delivery.held_at, *TERMS, due_on)
        .outerjoin(Case, Case.id == Delivery.case_id)
        .outerjoin(Board, Board.id == Case.board_id)
        .where(seen, Delivery.state.in_(NOT_ARRIVED))
    )
