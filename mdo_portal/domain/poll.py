"""Asking a hospital's server what is new, where it cannot tell us itself."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.pull import CERTIFICATE, TOKEN, UNREACHABLE
from mdo_portal.errors import N_

_REGISTERED = N_(
    "Naar het vastgelegde adres gaat het portaal niet, of de zoekvraag deugt niet meer: kijk bij Afspraken over FHIR. "
    "Staat de server in een VPN, vraag de beheerder van het portaal dan dat netwerk te registreren."
)
#: code of NotPulled -> what a person reads
POLL_REASONS: dict[str, str] = {
    "address": _REGISTERED,
    "query": _REGISTERED,
    "certificate": CERTIFICATE,
    "token": TOKEN,
    "refused": N_("De server van het ziekenhuis weigert de zoekvraag. Laat daar nagaan of onze client die zoekvraag mag doen."),
    "too_large": N_(
        "De server van het ziekenhuis gaf meer dan is afgesproken. Er is niets overgenomen. "
        "Maak de zoekvraag enger: kijk bij Afspraken over FHIR."
    ),
    "answer": N_(
        "De server van het ziekenhuis gaf een antwoord dat niet te lezen is. Er is niets overgenomen. "
        "Laat de leverancier nagaan wat hij antwoordt."
    ),
    "unreachable": UNREACHABLE,
}


class Poll(Base):
    """One hospital's server that we ask, and how far we have read. Tenant: hospital_id. No patient data."""

    __tablename__ = "polls"
    __table_args__ = (CheckConstraint("every_seconds BETWEEN 30 AND 86400", name="pace"),)

    link_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("links.id"), primary_key=True)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), index=True)
    #: the registered search, below the registered address: `ServiceRequest?status=active`
    query: Mapped[str]
    #: how often we ask; a notice of the server (POST /fhir/Subscription/notice) makes it at once
    every_seconds: Mapped[int]
    #: whether its server is to tell by itself that something is new (`subscriptions`)
    subscribes: Mapped[bool] = mapped_column(default=False)
    #: the topic of its server by which it does (R4 backport); empty = by the search alone
    topic: Mapped[str] = mapped_column(default="")
    #: what changed there before this was read
    since: Mapped[datetime]
    #: not before
    next_at: Mapped[datetime]
    #: failed looks in a row
    attempts: Mapped[int] = mapped_column(default=0)
    #: code of PULL_REASONS, of the last look; empty = it went well
    reason: Mapped[str] = mapped_column(default="")
    #: when a look last went well
    looked_at: Mapped[datetime | None]

    @property
    def sentence(self) -> str:
        """What went wrong the last time, for a person; "" when nothing did."""
        return POLL_REASONS.get(self.reason, self.reason)
