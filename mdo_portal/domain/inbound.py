"""What hospitals sent us, kept as bytes: the inbox. A row here is the meaning of *acknowledged*."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
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
    "plain_not_accepted": N_(
        "Het bericht kwam onversleuteld en dat is met dit ziekenhuis niet afgesproken. Het is geweigerd en bewaard; "
        "laat het ziekenhuis met TLS verbinden, of leg vast wie onversleuteld verkeer tot wanneer aanvaardt."
    ),
    "unknown_certificate": N_(
        "Het certificaat van de verbinding hoort bij geen enkel ziekenhuis. Het bericht is geweigerd en bewaard; "
        "controleer met het ziekenhuis het certificaat en koppel het aan de verbinding."
    ),
    "wrong_certificate": N_(
        "Het certificaat van de verbinding is van een ander ziekenhuis dan het bericht zegt (MSH-3/MSH-4). "
        "Het is geweigerd en bewaard; bel het ziekenhuis van het certificaat."
    ),
    "too_much": N_(
        "Er was te veel tegelijk onderweg; dit bericht is afgebroken. Het begin is bewaard; het ziekenhuis stuurt het opnieuw."
    ),
    "no_tls": N_(
        "De verbinding kon geen geldig certificaat tonen en is verbroken. Controleer het certificaat met het ziekenhuis."
    ),
    "no_patient": N_("Er staat geen patiënt in dit bericht. Het is bewaard; vraag het ziekenhuis om het opnieuw te sturen."),
    "no_request": N_("Er staat geen aanvraag in deze bundel. Hij is bewaard; vraag het ziekenhuis om de aanvraag."),
    "unknown_kind": N_("Dit soort bericht verwerkt de koppeling niet. Het is bewaard; pas het profiel aan of leg het terzijde."),
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
        "De patiënt in dit bericht past niet bij wie hier staat. Er is niets samengevoegd; iemand beslist op de pagina Wie is dit."
    ),
    "waits_for_identity": N_(
        "Dit bericht wacht tot iemand heeft beslist wie deze patiënt is (pagina Wie is dit). Daarna wordt het vanzelf gelezen."
    ),
    "objection": N_("De patiënt heeft bezwaar gemaakt tegen delen. Het bericht is bewaard maar niet verwerkt."),
    "reader_slow": N_(
        "Onleesbaar: de lezer had te lang nodig. Het bericht is bewaard; de beheerder kan het na herstel opnieuw aanbieden."
    ),
    "reader_died": N_(
        "Onleesbaar: de lezer brak af, het bericht is te groot of te diep opgebouwd. Het is bewaard; "
        "vraag het ziekenhuis om het eenvoudiger te sturen."
    ),
    "wrong_profile": N_(
        "Het profiel van deze koppeling klopt niet meer (de plaats staat erbij). Het bericht is bewaard; "
        "herstel het profiel en laat het bericht opnieuw lezen."
    ),
    "failed": N_("Het verwerken is steeds mislukt. Het bericht is bewaard; de beheerder kan het na herstel opnieuw aanbieden."),
}


WAITS_TOO_LONG = timedelta(minutes=5)
"""A kept message is read within seconds; one that waits longer needs somebody to look."""
UNREAD_TOO_LONG = timedelta(hours=24)
"""A message that could not be read may hold a referral: within a day somebody has to have looked."""

ABOUT_IDENTITY = ("identity_conflict", "waits_for_identity")
"""Reasons that a person settles by saying who the patient is, and no other way."""

FEED = frozenset({"ADT", "BAR", "DFT", "OMP", "PMU", "PPR", "RAS", "RDE", "RDS", "RGV", "SIU", "VXU"})
"""Messages that an EPD sends of all its patients, never a referral: about somebody without a case they are counted and not kept."""


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
        Index("ix_inbound_messages_application_ack", "seq", postgresql_where=text("application_ack IN ('AL', 'ER', 'SU')")),
        Index("ix_inbound_messages_unreadable", "hospital_id", "received_at", postgresql_where=text("state = 'unreadable'")),
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
    #: the character set that reads it, and who said so: `iso8859-15 (MSH-18)`; empty = nobody could tell
    charset: Mapped[str] = mapped_column(default="")
    #: how it came: `tls`, `local` (this machine) or `plain` (unencrypted, accepted in writing); empty = not over MLLP
    line: Mapped[str] = mapped_column(default="")
    #: the application acknowledgement (MSH-16) that is still to be sent over the link's own channel: AL, ER, SU; `sent`; empty = none
    application_ack: Mapped[str] = mapped_column(default="")
    #: the case it made or changed
    case_id: Mapped[uuid.UUID | None]


class SamePatient(Base):
    """A number that its hospital said belongs to the same patient as another: their messages are understood in one order."""

    __tablename__ = "same_patients"

    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), primary_key=True)
    #: blind index of the number, as in inbound_messages.patient_keys
    key: Mapped[bytes] = mapped_column(primary_key=True)
    #: the key that stands for all numbers of this patient
    root: Mapped[bytes]
    #: when the hospital last said so
    told_at: Mapped[datetime]


class FeedCount(Base):
    """Feed messages about patients without a case: acknowledged, counted, not kept (data minimisation)."""

    __tablename__ = "feed_counts"

    link_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("links.id"), primary_key=True)
    #: day (UTC) of arrival
    day: Mapped[date] = mapped_column(primary_key=True)
    #: messages of that day
    ignored: Mapped[int] = mapped_column(BigInteger, default=0)
