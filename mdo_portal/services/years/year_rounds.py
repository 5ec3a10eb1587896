"""How the discussions of a year ended and how long it took, in one statement: by meeting, by referring hospital and whole."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Interval,
    Select,
    and_,
    cast,
    exists,
    extract,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy import case as either
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import BY_PERSON
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.letters.lateness import working_days_after
from mdo_portal.zone import AMSTERDAM

SIGNABLE = tuple(one for one in RoundOutcome if one.is_signable)


class Tally(NamedTuple):
    """What stood on agendas and what came of it. Medians are None where nothing was counted; beside each stands how many were."""

    on_agenda: int = 0
    discussed: int = 0
    listed: int = 0
    deferred: int = 0
    redirected: int = 0
    withdrawn: int = 0
    #: on an agenda, and nobody said how it ended
    without_outcome: int = 0
    #: of discussed and listed: the case was so before
    again: int = 0
    #: from referral to first discussion, in Dutch calendar days; not counted: discussed again
    referral_days: float | None = None
    referral_counted: int = 0
    #: from discussion to the first signature; not counted: not signed yet
    signing_days: float | None = None
    signing_counted: int = 0
    #: from that signature until the referring hospital had the letter; not counted: it has not, or the letter need not leave
    receipt_hours: float | None = None
    receipt_counted: int = 0
    #: letters that were there within the board's term, of those that were there or whose term has passed
    in_time: int = 0
    in_time_counted: int = 0

    @property
    def in_time_percent(self) -> int | None:
        return round(100 * self.in_time / self.in_time_counted) if self.in_time_counted else None


Tallies = tuple[Tally, dict[uuid.UUID, Tally], dict[uuid.UUID, Tally]]


def tallies(session: Session, board: Board, within: Sequence[ColumnElement[bool]], *, since: datetime, now: datetime) -> Tallies:
    """Whole, by meeting and by referring hospital. `within`: conditions on meetings, none of which began before `since`."""
    one = _rounds(board, within, _late_at(board, since, now), now).subquery("one")
    ended = [func.count().filter(one.c.outcome == outcome) for outcome in RoundOutcome]
    middles = [column for name in ("referral_days", "signing_days", "receipt_hours") for column in _middle(one.c[name])]
    columns = (
        *(func.count(), *ended, func.count().filter(one.c.outcome.is_(None)), func.count().filter(one.c.again)),
        *(*middles, func.count().filter(one.c.in_time), func.count(one.c.in_time)),
    )
    sets = func.grouping_sets(tuple_(one.c.meeting_id), tuple_(one.c.hospital_id), tuple_())
    whole, by_meeting, by_hospital = Tally(), {}, {}
    for meeting_id, hospital_id, *numbers in session.execute(
        select(one.c.meeting_id, one.c.hospital_id, *columns).group_by(sets)
    ):
        tally = Tally(*numbers)
        if meeting_id is not None:
            by_meeting[meeting_id] = tally
        elif hospital_id is not None:
            by_hospital[hospital_id] = tally
        else:
            whole = tally
    return whole, by_meeting, by_hospital


def _middle(column: ColumnElement[Any]) -> tuple[ColumnElement[Any], ColumnElement[int]]:
    """The median, and of how many."""
    return func.percentile_cont(0.5).within_group(column), func.count(column)


def _rounds(board: Board, within: Sequence[ColumnElement[bool]], late_at: ColumnElement[datetime], now: datetime) -> Select[Any]:
    """One row per discussion of a case that is of this board; a round has at most one first advice, and that one letter to its referrer."""
    before, signable = aliased(Round), Round.outcome.in_(SIGNABLE)
    earlier = exists().where(
        before.case_id == Round.case_id, before.number < Round.number, before.outcome.in_(SIGNABLE)
    )  # fmt: skip
    there = and_(Delivery.state == DeliveryState.RECEIVED, Delivery.received_at.is_not(None))
    discussed_on = _day(Meeting.starts_at)
    return (
        select(
            Round.meeting_id,
            Case.hospital_id,
            Round.outcome,
            and_(signable, earlier).label("again"),
            either((and_(signable, ~earlier), discussed_on - _day(Case.received_at))).label("referral_days"),
            (_day(Decision.signed_at) - discussed_on).label("signing_days"),
            either((there, extract("epoch", Delivery.received_at - Decision.signed_at) / 3600.0)).label("receipt_hours"),
            either((or_(there, late_at <= now), and_(there, Delivery.received_at <= late_at))).label("in_time"),
        )
        .join(Meeting, Meeting.id == Round.meeting_id)
        .join(Case, Case.id == Round.case_id)
        .outerjoin(Decision, and_(Decision.round_id == Round.id, Decision.form == DecisionForm.FIRST))
        .outerjoin(
            Delivery,
            and_(
                Delivery.decision_id == Decision.id,
                Delivery.hospital_id == Case.hospital_id,
                Delivery.audience == Audience.REFERRER,
                Delivery.recipient_name == "",
                Delivery.state != DeliveryState.CANCELLED,
            ),
        )
        .where(*within, Case.board_id == board.id, ~Case.objected)
    )


def _late_at(board: Board, since: datetime, now: datetime) -> ColumnElement[datetime]:
    """`lateness.late_from` in a statement; working days are counted here: PostgreSQL is told how many days a letter of each day has."""
    signed_on = func.to_char(_local(Delivery.created_at), "YYYY-MM-DD")
    days = cast(literal(_days_until_late(board.late_paper_days, since, now), JSONB())[signed_on].astext, Integer)
    on_paper = func.timezone("Europe/Amsterdam", _local(Delivery.created_at) + days * literal(timedelta(days=1), Interval()))
    by_itself = Delivery.created_at + literal(timedelta(hours=board.late_hours), Interval())
    return either((Delivery.channel.in_(BY_PERSON), on_paper), else_=by_itself)


def _days_until_late(paper_days: int, since: datetime, now: datetime) -> dict[str, int]:
    """Of every Dutch day from the beginning of the year until now: how many calendar days a paper letter of that day has."""
    noon = since.astimezone(AMSTERDAM).replace(hour=12)
    days = (noon + timedelta(days=number) for number in range((now - since).days + 2))
    return {f"{one:%Y-%m-%d}": (working_days_after(one, paper_days).date() - one.date()).days for one in days}


def _local(moment: ColumnElement[datetime] | Any) -> ColumnElement[datetime]:
    return func.timezone("Europe/Amsterdam", moment)


def _day(moment: ColumnElement[datetime] | Any) -> ColumnElement[Any]:
    return cast(_local(moment), Date)
