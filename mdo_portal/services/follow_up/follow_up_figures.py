"""A board's own figures: counts of what people entered about its recommendations. No person is named or can be counted out."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, Select, cast, func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.follow_up import FollowState, FollowUp, NotDone
from mdo_portal.services.follow_up.follow_up_rows import STANDS

FEW = 5
"""A smaller number of reasons could be told apart as people."""
_DONE = (FollowState.CARRIED_OUT, FollowState.PARTLY)


@dataclass(frozen=True)
class Counts:
    """What became of the recommendations signed in a period."""

    #: first day of the period
    since: date
    recommended: int
    carried_out: int
    partly: int
    not_done: int
    #: from signing to done, in days; None while nothing was done
    median_days: float | None

    @property
    def open(self) -> int:
        return self.recommended - self.closed

    @property
    def closed(self) -> int:
        return self.carried_out + self.partly + self.not_done

    @property
    def percent(self) -> int | None:
        """Carried out, of what was closed. None while nothing was."""
        return round(100 * self.carried_out / self.closed) if self.closed else None


@dataclass(frozen=True)
class Figures:
    """The whole period, and each quarter of it."""

    whole: Counts
    quarters: tuple[Counts, ...]
    #: reason -> how often; None = fewer than FEW, not told apart
    reasons: Mapping[NotDone, int | None]


def of_board(session: Session, board_id: uuid.UUID, *, since: date, until: date) -> Figures:
    """Recommendations signed from `since` through `until`, Dutch days. Not counted: superseded ones, and cases the board may not see."""
    signed_on = cast(_local(FollowUp.signed_at), Date)
    where = (FollowUp.board_id == board_id, STANDS, ~Case.objected, signed_on >= since, signed_on <= until)
    whole = session.execute(_counted().where(*where)).one()
    quarter = cast(func.date_trunc("quarter", _local(FollowUp.signed_at)), Date)
    parts = session.execute(_counted().add_columns(quarter).where(*where).group_by(quarter).order_by(quarter))
    reasons = select(FollowUp.reason, func.count()).join(Case, Case.id == FollowUp.case_id)
    counted = {row[0]: row[1] for row in session.execute(reasons.where(*where, FollowUp.reason != "").group_by(FollowUp.reason))}
    return Figures(
        _counts(since, whole),
        tuple(_counts(max(row[-1], since), row) for row in parts),
        kept_apart({reason: counted.get(reason.value, 0) for reason in NotDone}),
    )


def kept_apart(counted: Mapping[NotDone, int]) -> dict[NotDone, int | None]:
    """When some number is under FEW but not nothing, none under FEW is told apart, zeros included; and never only one.

    The sum of all is known (partly and not done): what is left out must not be found by subtracting.
    """
    if not any(0 < number < FEW for number in counted.values()):
        return dict(counted)
    hidden = {reason for reason, number in counted.items() if number < FEW}
    if len(hidden) == 1:
        hidden.add(min((reason for reason in counted if reason not in hidden), key=counted.__getitem__))
    return {reason: None if reason in hidden else number for reason, number in counted.items()}


def _counted() -> Select[*tuple[Any, ...]]:
    days = func.coalesce(FollowUp.done_on, cast(_local(FollowUp.closed_at), Date)) - cast(_local(FollowUp.signed_at), Date)
    median = func.percentile_cont(0.5).within_group(days).filter(FollowUp.state.in_(_DONE))
    states = (FollowState.CARRIED_OUT, FollowState.PARTLY, FollowState.NOT_DONE)
    columns = (func.count(), *(func.count().filter(FollowUp.state == state) for state in states), median)
    return select(*columns).select_from(FollowUp).join(Case, Case.id == FollowUp.case_id)


def _local(moment: ColumnElement[datetime] | object) -> ColumnElement[datetime]:
    return func.timezone("Europe/Amsterdam", moment)


def _counts(since: date, row: Row[*tuple[Any, ...]]) -> Counts:
    recommended, carried_out, partly, not_done, median = row[:5]
    return Counts(since, recommended, carried_out, partly, not_done, None if median is None else float(median))
