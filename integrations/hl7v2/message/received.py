"""One message under the profile of the link that it came over, and what it says of itself: everything that reads it begins here."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from integrations.hl7v2.message.labels import Labels
from integrations.hl7v2.message.notification import Notification
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.events import event_of, kind_of
from integrations.hl7v2.text.values import day, sent
from integrations.hl7v2.text.words import Entries, Recognised
from mdo_portal.exchange import Profile


class Received:
    """A message and its profile; what is asked of them often is looked for once."""

    def __init__(self, message: Message, profile: Profile) -> None:
        self.message, self.profile = message, profile

    @cached_property
    def kind(self) -> str:
        """`ORU^R01`."""
        return kind_of(self.message)

    @cached_property
    def event(self) -> str:
        """`R01`."""
        return event_of(self.message)

    @property
    def is_referral(self) -> bool:
        """Whether it is a referral by its kind: the orders in it are what that rests on, and how far they are is theirs."""
        return self.kind.startswith(("REF", "CCR"))

    @cached_property
    def notification(self) -> Notification | None:
        """Of what document it tells (TXA)."""
        told = self.message.first("TXA")
        return Notification(told, self.event, self.profile["result"]) if told is not None else None

    @cached_property
    def recognised(self) -> Recognised:
        """By what its profile knows a registration."""
        return Recognised(self.profile["referral"]["recognised"])

    @cached_property
    def labels(self) -> Labels:
        """What its profile calls the questions."""
        return Labels(self.profile)

    @cached_property
    def sections(self) -> Entries:
        """Which column of a case something belongs to."""
        return Entries(self.profile["sections"])

    @cached_property
    def kinds(self) -> Entries:
        """Of which kind a document is."""
        return Entries(self.profile["documents"]["kinds"])

    @property
    def sender(self) -> str:
        """The hospital that sends (MSH-4)."""
        return self.message.get("MSH-4-1").strip()

    @property
    def zone(self) -> ZoneInfo:
        """Of times without an offset."""
        return ZoneInfo(self.profile["timezone"])

    @property
    def sent_at(self) -> datetime | None:
        """MSH-7; None when it has no time, makes no sense, or may be either of two."""
        return sent(self.message.get("MSH-7-1"), self.zone)

    @cached_property
    def sent_on(self) -> date | None:
        """The day of MSH-7."""
        return day(self.message.get("MSH-7-1"))
