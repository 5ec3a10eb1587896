"""A message without its content, and counts of messages, as rows for a page."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from mdo_portal.domain.inbound import OF_A_REFERRAL, UNREAD_TOO_LONG, WAITS_TOO_LONG, InboundState
from mdo_portal.domain.pull import PULL_REASONS
from mdo_portal.domain.unreadable import (
    ABOUT_IDENTITY,
    AGAIN_IN_VAIN,
    AGAIN_REASONS,
    DECIDED,
    NO_SENDER,
    NOBODY,
    SEND_AGAIN,
    UNREADABLE_REASONS,
)
from mdo_portal.errors import N_

WAITING: Final = "waiting"
"""What a page calls the messages that a person must first say something about, elsewhere: they are not unreadable."""

Shown = InboundState | Literal["waiting"]


#: meaning -> its sentence, and another one when the discussion of its case was past
BECAME: Mapping[str, tuple[str, str]] = {
    "referral": (N_("Nieuwe aanmelding"), ""),
    "update": (N_("Aanvulling op een lopende casus"), N_("Aanvulling of nieuwe vraag na de bespreking")),
    "withdrawal": (N_("Aanmelding ingetrokken"), ""),
    "result": (N_("Uitslag of document bij een lopende casus"), N_("Uitslag of document na de bespreking")),
    "answer": (N_("Antwoord bij een lopende casus"), N_("Antwoord na de bespreking")),
    "appointment": (N_("Afspraak"), ""),
    "patient": (N_("Gegevens of verblijf van een patiënt"), ""),
    "merge": (N_("Patiëntnummers samengevoegd"), ""),
    "link": (N_("Verband tussen twee patiëntnummers"), ""),
    "notice": (N_("Melding dat er gegevens klaarstaan"), ""),
    "receipt": (N_("Ontvangstbevestiging van een brief"), ""),
}
_OF_ONE_CASE = ("referral", "update", "withdrawal", "answer")


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
    #: what it became (domain/inbound.py)
    meaning: str = ""
    #: the board its case was of then
    board: str | None = None
    was_past: bool = False
    #: when it was last offered to be read again
    offered_at: datetime | None = None
    #: whom it is about, for whoever may see that case; "" for everybody else
    who: str = ""
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
        offered = offered or (self.state is InboundState.UNDERSTOOD and self.meaning in OF_A_REFERRAL and not self.was_past)
        return offered and self.hospital_id is not None and self.is_whole and self.reason not in SEND_AGAIN

    @property
    def sentence(self) -> str:
        if self.state is InboundState.UNDERSTOOD:
            return AGAIN_REASONS.get(self.reason, AGAIN_IN_VAIN) if self.reason else ""
        if self.state is InboundState.IGNORED and self.reason in ABOUT_IDENTITY:
            return DECIDED
        told = PULL_REASONS.get(self.place, "") if self.reason == "not_pulled" else ""
        return told or UNREADABLE_REASONS.get(self.reason, "")

    @property
    def became(self) -> str:
        """What it became, in a person's words; "" as long as that is not known."""
        during, after = BECAME.get(self.meaning, ("", ""))
        return after if self.was_past and after else during

    @property
    def has_no_board(self) -> bool:
        """It made or changed a case for which nobody had chosen a board."""
        return self.meaning in _OF_ONE_CASE and not self.board

    def waits_too_long(self, now: datetime) -> bool:
        """Whether somebody should have looked by now."""
        if self.state is InboundState.KEPT:
            return now - (self.offered_at or self.received_at) > WAITS_TOO_LONG
        return self.state is InboundState.UNREADABLE and now - self.received_at > UNREAD_TOO_LONG


@dataclass(frozen=True)
class Asked:
    """Which messages: of one state, for one reason, of one hospital, of one kind; empty = all that the viewer may know of."""

    state: Shown | None = None
    reason: str = ""
    hospital_id: uuid.UUID | None = None
    #: only what came before this one of them; None = the newest
    before: uuid.UUID | None = None
    #: as MSH-9 says it, in capitals: `ORU^Z01`
    kind: str = ""
    #: only what came in this minute, or before it
    until: datetime | None = None
    #: the whole number it came under (MSH-10), letter by letter
    number: str = ""


MOST_ROWS = 200
"""Messages on one page; what came before stands on the next."""
MOST_COUNTED = 10_000
"""Messages counted of one state: of a year's million nobody asks how many were read, and counting them took a second of every page."""


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
