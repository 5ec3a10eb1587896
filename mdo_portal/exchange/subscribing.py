"""Asking a hospital's server to tell by itself that something is new: what we want there, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mdo_portal.exchange.sending import Address


@dataclass(frozen=True)
class WantedSubscription:
    """What one hospital's server should tell us of."""

    key: str  # uuid: ours for this link; its notices come under it, and by it our own is known there
    profile: str  # the one that reads what this hospital sends: its version of FHIR
    search: str  # the registered search: `ServiceRequest?category=mdo`
    topic: str  # canonical of a SubscriptionTopic (R4 backport); empty = by the search alone
    secret: str = field(repr=False)  # what its notices show
    ends_at: datetime


@dataclass(frozen=True)
class StandingSubscription:
    """How ours stands at that server."""

    number: str  # its id there
    status: str  # requested, active, error or off; "" = the server says something else
    ends_at: datetime | None  # None = the server does not say
    written: bool  # written just now, and not only looked at


@dataclass(frozen=True)
class Notice:
    """What a notice is for. Only who wrote it down is believed that something is new: of this nothing is taken over."""

    wakes: bool  # something happened, or it cannot be told; False = a handshake or a heartbeat
    events: int | None = None  # how many events there were since the subscription began, as it says


class Subscriber(Protocol):
    """Keeps one subscription at a hospital's server. No transaction is open meanwhile."""

    def keep(self, wanted: WantedSubscription, address: Address, *, number: str, writes: bool) -> StandingSubscription:
        """There is exactly one of ours there afterwards. `number`: its id, where we know it; `writes`: also when it stands there.

        Raises NotPulled with a code of SUBSCRIPTION_REASONS.
        """
        ...

    def take_away(self, key: str, address: Address, *, number: str) -> None:
        """None of ours is there afterwards. Raises NotPulled."""
        ...
