"""What hospitals sent us, kept as bytes: the inbox. A row here is the meaning of *acknowledged*."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id
from mdo_portal.errors import N_
from mdo_portal.exchange import Wire

RAW_PURPOSE = "inbound.raw"


class InboundState(StrEnum):
    KEPT = "kept"  #: stored, not yet understood
    UNDERSTOOD = "understood"
    UNREADABLE = "unreadable"  #: stands on a person's list with the reason
    IGNORED = "ignored"  #: a person decided it needs nothing


INBOUND_MOVES: dict[InboundState, frozenset[InboundState]] = {
    InboundState.KEPT: frozenset({InboundState.UNDERSTOOD, InboundState.UNREADABLE, InboundState.IGNORED}),
    InboundState.UNREADABLE: frozenset({InboundState.KEPT, InboundState.IGNORED}),
    InboundState.UNDERSTOOD: frozenset(),
    InboundState.IGNORED: frozenset({InboundState.KEPT}),
}

#: reason code -> what a person reads: what happened, what was kept, what to do now
UNREADABLE_REASONS: dict[str, str] = {
    "no_header": N_("Het bericht heeft geen leesbare kop. Het is bewaard; vraag het ziekenhuis wat dit had moeten zijn."),
    "no_control_id": N_(
        "Het bericht heeft geen eigen nummer (MSH-10) en is daarom geweigerd. Het is bewaard; "
        "het ziekenhuis moet het met een nummer opnieuw sturen."
    ),
    "unknown_sender": N_(
        "Onbekende afzender: deze naam (MSH-3/MSH-4) hoort bij geen enkel ziekenhuis. Het bericht is bewaard; controleer de koppeling."
    ),
    "no_patient": N_("Er staat geen patiënt in dit bericht. Het is bewaard; vraag het ziekenhuis om het opnieuw te sturen."),
    "no_request": N_("Er staat geen aanvraag in deze bundel. Hij is bewaard; vraag het ziekenhuis om de aanvraag."),
    "unknown_kind": N_("Dit soort bericht verwerkt de koppeling niet. Het is bewaard; pas het profiel aan of negeer het."),
    "hostile_delimiters": N_(
        "De scheidingstekens in de kop kloppen niet. Het bericht is bewaard; vraag het ziekenhuis om het opnieuw te sturen."
    ),
    "too_large": N_(
        "Het bericht is groter dan afgesproken en is geweigerd. Alleen het begin is bewaard; spreek een grens af met het ziekenhuis."
    ),
    "too_slow": N_("Het bericht kwam niet af: de verbinding viel stil. Het begin is bewaard; het ziekenhuis stuurt het opnieuw."),
    "too_many": N_(
        "Te veel verbindingen tegelijk van dit ziekenhuis. De nieuwe is geweigerd; het ziekenhuis probeert het vanzelf opnieuw."
    ),
    "too_many_entries": N_(
        "De bundel heeft te veel onderdelen en is geweigerd. Hij is bewaard; vraag het ziekenhuis om hem te splitsen."
    ),
    "undecodable": N_(
        "De tekens van dit bericht zijn niet te lezen (tekenset). Het is bewaard; spreek de tekenset af met het ziekenhuis."
    ),
    "broken": N_(
        "Het bericht is beschadigd of ongeldig opgebouwd. Het is bewaard; vraag het ziekenhuis om het opnieuw te sturen."
    ),
    "media_type": N_(
        "Dit is geen FHIR in JSON of XML en is daarom geweigerd. Het is bewaard; vraag het ziekenhuis wat dit had moeten zijn."
    ),
    "not_pulled": N_(
        "De gegevens die dit ziekenhuis klaarzette, zijn niet opgehaald. Er is niets overgenomen; herstel de koppeling en bied het bericht "
        "opnieuw aan, dan wordt opnieuw opgehaald."
    ),
    "other_patient": N_(
        "De gegevens gaan over een andere patiënt dan werd aangekondigd. Er is niets overgenomen; bel het ziekenhuis."
    ),
    "unknown_referral": N_(
        "Dit hoort bij een aanmelding die hier niet bekend is. Het is bewaard; vraag het ziekenhuis om eerst de aanmelding te sturen."
    ),
    "wrong_version": N_("De versie van dit bericht is anders dan afgesproken. Het is bewaard; pas de koppeling aan."),
    "identity_conflict": N_(
        "Dit patiëntnummer is hier bekend met een ander BSN. Er is niets samengevoegd; controleer bij het ziekenhuis wie dit is."
    ),
    "objection": N_("De patiënt heeft bezwaar gemaakt tegen delen. Het bericht is bewaard maar niet verwerkt."),
    "failed": N_("Het verwerken is steeds mislukt. Het bericht is bewaard; de beheerder kan het na herstel opnieuw aanbieden."),
}


class InboundMessage(Base):
    __tablename__ = "inbound_messages"
    __table_args__ = (
        Index("uq_inbound_messages_double", "link_id", "control_id", "digest", unique=True, postgresql_nulls_not_distinct=True),
        Index("ix_inbound_messages_waiting", "seq", postgresql_where=text("state = 'kept'")),
        Index(
            "ix_inbound_messages_patient",
            "patient_keys",
            postgresql_using="gin",
            postgresql_where=text("settled_at IS NULL"),
            postgresql_with={"fastupdate": "off"},
        ),
        Index("ix_inbound_messages_hospital_id", "hospital_id", "received_at"),
        Index("ix_inbound_messages_case_id", "case_id", postgresql_where=text("case_id IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: order of arrival
    seq: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    #: the link it came over; empty = unknown sender
    link_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("links.id"))
    #: the hospital of that link
    hospital_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("hospitals.id"))
    wire: Mapped[Wire]
    #: `ORU^R01`, `Bundle.transaction`
    kind: Mapped[str] = mapped_column(default="")
    #: the sender's number of the message
    control_id: Mapped[str] = mapped_column(default="")
    #: SHA-256 of the bytes: same number and same bytes = a double; other bytes = a new message
    digest: Mapped[bytes]
    #: the bytes as they came, sealed; emptied when their term has passed (domain/retention.py)
    raw_sealed: Mapped[bytes]
    #: bytes as they came
    size: Mapped[int]
    #: blind index of each of the patient's numbers: messages that share one are understood in order
    patient_keys: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary), default=list)
    state: Mapped[InboundState] = mapped_column(default=InboundState.KEPT)
    #: code of UNREADABLE_REASONS
    reason: Mapped[str] = mapped_column(default="")
    #: where in the message; no values
    place: Mapped[str] = mapped_column(default="")
    #: names of what the profile did not place or could not read
    leftovers: Mapped[list[str]] = mapped_column(default=list)
    #: when it was stored
    received_at: Mapped[datetime]
    #: when the same message last came again
    doubled_at: Mapped[datetime | None]
    #: how often it came again
    doubles: Mapped[int] = mapped_column(default=0)
    #: when it was understood, set aside or ignored
    settled_at: Mapped[datetime | None]
    #: how often a worker began to understand it
    attempts: Mapped[int] = mapped_column(default=0)
    #: not before; empty = at once
    next_attempt_at: Mapped[datetime | None]
    #: the case it made or changed
    case_id: Mapped[uuid.UUID | None]


class FeedCount(Base):
    """Feed messages about patients without a case: acknowledged, counted, not kept (data minimisation)."""

    __tablename__ = "feed_counts"

    link_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("links.id"), primary_key=True)
    #: day (UTC) of arrival
    day: Mapped[date] = mapped_column(primary_key=True)
    #: messages of that day
    ignored: Mapped[int] = mapped_column(BigInteger, default=0)
