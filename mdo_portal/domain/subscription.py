"""A subscription of ours at a hospital's server: it tells that something is new, and we ask what."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.poll import POLL_REASONS
from mdo_portal.errors import N_

SECRET_PURPOSE = "subscription.secret"
OLD_NEWS = timedelta(hours=1)
"""What the server said of its status counts for so long: several looks of ours may fail."""
#: code of NotPulled -> what a person reads
SUBSCRIPTION_REASONS: dict[str, str] = {
    **{code: POLL_REASONS[code] for code in ("address", "certificate", "token", "answer", "unreachable")},
    "none": N_("De server zegt zelf (CapabilityStatement) dat hij geen abonnement (Subscription) aanneemt."),
    "version": N_("De server spreekt een andere versie van FHIR dan deze koppeling. Kies bij Instellingen het profiel dat past."),
    "topic": N_("De server kent dit onderwerp (topic) niet, of spreekt STU3: daar zijn geen onderwerpen."),
    "refused": N_(
        "Laat daar nagaan of onze client een Subscription mag zoeken, lezen, maken, wijzigen en verwijderen "
        "(scope system/Subscription.crud)."
    ),
    "shape": N_("Hij neemt een abonnement op deze zoekvraag of dit onderwerp niet aan. Vraag daar welke hij wel aanneemt."),
    "changed": N_("Het abonnement was daar intussen gewijzigd of weg. Het portaal kijkt opnieuw."),
    "too_large": N_("De server van het ziekenhuis gaf meer dan is afgesproken. Er is niets overgenomen."),
}
REFUSALS = frozenset({"none", "version", "topic", "refused", "shape"})
"""By which the server itself says no."""
NOTHING_MADE = frozenset({"none", "version", "topic", "address"})
"""After these nothing of ours can be there that was not there before."""


class Subscription(Base):
    """One subscription at one hospital's server, and how it stands. That there is to be one is agreed with the search (`polls`).

    Tenant: hospital_id. Written by the worker; a notice writes when it came. No patient data.
    """

    __tablename__ = "subscriptions"

    link_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("links.id"), primary_key=True)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), index=True)
    #: the server at which it stands, or is to stand; at another address nothing is known of it
    base: Mapped[str] = mapped_column(default="")
    #: the search it is for
    search: Mapped[str] = mapped_column(default="")
    #: and the topic; empty = by the search alone
    topic: Mapped[str] = mapped_column(default="")
    #: when it was last written there as it is wanted; empty = it is to be written
    written_at: Mapped[datetime | None]
    #: its id there; empty = none that we know of
    number: Mapped[str] = mapped_column(default="")
    #: what the server said of it: requested, active, error or off; empty = nothing yet
    status: Mapped[str] = mapped_column(default="")
    #: when it said so
    status_at: Mapped[datetime | None]
    #: since when it says active
    active_at: Mapped[datetime | None]
    #: when it ends by itself; empty = nothing of ours is there
    ends_at: Mapped[datetime | None]
    #: what its notices show, sealed: written there again with each change
    secret_sealed: Mapped[bytes] = mapped_column(default=b"", deferred=True)
    #: SHA-256 of it, by which a notice is known
    secret_hash: Mapped[str] = mapped_column(default="", deferred=True)
    #: not looked at before
    due_at: Mapped[datetime]
    #: a worker is at it until then; empty = none is
    leased_until: Mapped[datetime | None]
    #: looks in a row after which it did not stand well
    attempts: Mapped[int] = mapped_column(default=0)
    #: code of SUBSCRIPTION_REASONS, of the last look; empty = it could be looked at
    reason: Mapped[str] = mapped_column(default="")
    #: it is no longer wanted, and being taken away
    is_leaving: Mapped[bool] = mapped_column(default=False)
    #: when a notice last came, a sign of life too
    noticed_at: Mapped[datetime | None]
    #: how many events its server counted by then; empty = it does not count
    events: Mapped[int | None] = mapped_column(BigInteger)
    #: since when something was new of which no notice came; empty = they come
    unheard_at: Mapped[datetime | None]

    @property
    def sentence(self) -> str:
        """What went wrong the last time, for a person; "" when nothing did."""
        return SUBSCRIPTION_REASONS.get(self.reason, self.reason)

    @property
    def is_refused(self) -> bool:
        return self.reason in REFUSALS

    def is_to_be_written(self, now: datetime) -> bool:
        """Whether its server must hear of it again: also in the second half of the life that was given it."""
        if self.written_at is None or self.ends_at is None or self.status in ("error", "off"):
            return True
        return self.ends_at - now <= (self.ends_at - self.written_at) / 2

    def tells(self, now: datetime) -> bool:
        """Whether we may lean on its notices: it is active by what its server said lately, and what was new was told."""
        says_so = self.status == "active" and not self.reason and not self.is_leaving and self.unheard_at is None
        is_lately = self.status_at is not None and now - self.status_at <= OLD_NEWS
        return says_so and is_lately and self.ends_at is not None and self.ends_at > now
