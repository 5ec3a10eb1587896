"""A message without its content, and counts of messages, as rows for a page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from mdo_portal.domain.inbound import UNREAD_TOO_LONG, WAITS_TOO_LONG, InboundState
from mdo_portal.domain.pull import PULL_REASONS
from mdo_portal.domain.unreadable import ABOUT_IDENTITY, NO_SENDER, NOBODY, SEND_AGAIN, UNREADABLE_REASONS

WAITING: Final = "waiting"
"""What a page calls the messages that a person must first say something about, elsewhere: they are not unreadable."""

Shown = InboundState | Literal["waiting"]


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
    hospital_id: uuid.UUID | None
    #: how an unknown sender signs (MSH-3, MSH-4), for whoever may see it: `HIX / VECHT`
    signs: str = ""
    #: the hospital whose link knows that sender by now
    signs_for: str = ""

    @property
    def shown(self) -> Shown:
        """Its state as a page says it."""
        return WAITING if self.state is InboundState.UNREADABLE and self.reason in ABOUT_IDENTITY else self.state

    @property
    def may_be_read_again(self) -> bool:
        """Whether reading it once more can have another end."""
        offered = self.state in (InboundState.UNREADABLE, InboundState.IGNORED) and self.reason not in (NOBODY, *ABOUT_IDENTITY)
        return offered and self.hospital_id is not None and self.is_whole and self.reason not in SEND_AGAIN

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

    state: Shown | None = None
    reason: str = ""
    hospital_id: uuid.UUID | None = None
    #: only what came before this one of them; None = the newest
    before: uuid.UUID | None = None


MOST_ROWS = 200
"""Messages on one page; what came before stands on the next."""


class ReasonCount(NamedTuple):
    """How many messages could not be read for one reason, and since when the oldest waits."""

    reason: str
    messages: int
    oldest_at: datetime

    @property
    def sentence(self) -> str:
        return UNREADABLE_REASONS.get(self.reason, "")

    @property
    def may_be_read_again(self) -> bool:
        """Whether reading them once more can have another end."""
        return self.reason not in (NO_SENDER, NOBODY, *SEND_AGAIN)


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
