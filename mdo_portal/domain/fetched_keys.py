"""Fetching the public keys of a hospital's system from where it shows them."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.pull import CERTIFICATE
from mdo_portal.errors import N_

#: code of NotPulled -> what a person reads
KEY_REASONS: dict[str, str] = {
    "address": N_(
        "Naar dit adres gaat het portaal niet. Staat het in een VPN, vraag de beheerder van het portaal dan dat netwerk te registreren."
    ),
    "certificate": CERTIFICATE,
    "refused": N_("De server gaf de sleutels niet."),
    "too_large": N_("De server gaf veel meer dan sleutels. Er is niets overgenomen."),
    "answer": N_("Wat de server gaf zijn geen bruikbare publieke sleutels. Er is niets overgenomen."),
    "private": N_("De server geeft privésleutels weg. Er is niets overgenomen; meld het de leverancier meteen."),
    "unreachable": N_("De server is niet bereikbaar."),
}


class FetchedKeys(Base):
    """One address at which we look for keys, and how the last look went. The keys themselves stand at the link. No patient data.

    Tenant: hospital_id. Written by the worker.
    """

    __tablename__ = "fetched_keys"

    link_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("links.id"), primary_key=True)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), index=True)
    #: where was looked; another one may be agreed by now
    url: Mapped[str]
    #: when was last looked
    asked_at: Mapped[datetime]
    #: when a look last went well; empty = none did yet
    fetched_at: Mapped[datetime | None]
    #: since when no look went well; empty = the last one did
    failing_since: Mapped[datetime | None]
    #: code of KEY_REASONS, of the last look; empty = it went well
    reason: Mapped[str] = mapped_column(default="")

    @property
    def sentence(self) -> str:
        """What went wrong the last time, for a person; "" when nothing did."""
        return KEY_REASONS.get(self.reason, self.reason)
