"""A message without its content, and counts of messages, as rows for a page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from mdo_portal.domain.inbound import UNREAD_TOO_LONG, WAITS_TOO_LONG, InboundState
from mdo_portal.domain.pull import PULL_REASONS
from mdo_portal.domain.unreadable import UNREADABLE_REASONS


class InboxRow(NamedTuple):
    """One message, without its content."""

    id: uuid.UUID
    received_at: datetime
    hospital: str | None
    wire: str
    kind: str
    control_id: str
    size: int
    state: InboundState
    reason: str
    place: str
    doubles: int
    leftovers: list[str]
    case_id: uuid.UUID | None
    #: the bytes are still there: their term has not passed
    is_whole: bool

    @property
    def sentence(self) -> str:
        told = PULL_REASONS.get(self.place, "") if self.reason == "not_pulled" else ""
        return told or UNREADABLE_REASONS.get(self.reason, "")

    def waits_too_long(self, now: datetime) -> bool:
        """Whether somebody should have looked by now."""
        patience = {InboundState.KEPT: WAITS_TOO_LONG, InboundState.UNREADABLE: UNREAD_TOO_LONG}.get(self.state)
        return patience is not None and now - self.received_at > patience


@dataclass(frozen=True)
class Asked:
    """Which messages: of one state, for one reason, of one hospital; empty = all that the viewer may know of."""

    state: InboundState | None = None
    reason: str = ""
    hospital_id: uuid.UUID | None = None


class ReasonCount(NamedTuple):
    """How many messages could not be read for one reason, and since when the oldest waits."""

    reason: str
    messages: int
    oldest_at: datetime

    @property
    def sentence(self) -> str:
        return UNREADABLE_REASONS.get(self.reason, "")


class Alarms(NamedTuple):
    """Messages that wait longer than they should."""

    waiting: int
    unread: int


EVERYTHING = Asked()


class FeedDay(NamedTuple):
    """Feed messages about patients without a case, of one hospital on one day: acknowledged, counted, not kept."""

    hospital: str
    day: date
    ignored: int
