"""Fetching after a notice, what was fetched when, and questions that go to a hospital's system."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id
from mdo_portal.errors import N_

NOTICE_PURPOSE = "pull.notice"


class PullState(StrEnum):
    WAITING = "waiting"  #: to be fetched, or to be tried again
    DONE = "done"  #: fetched: the Bundle stands in the inbox
    FAILED = "failed"  #: stands in the inbox as a message for a person
    CANCELLED = "cancelled"  #: the hospital withdrew the notice


CERTIFICATE = N_(
    "Het certificaat van de server van het ziekenhuis deugt niet: verlopen, van een andere naam, of van een uitgever die het portaal niet "
    "kent. Laat het vernieuwen, of leg hun eigen uitgever vast op de pagina van de koppeling."
)
TOKEN = N_(
    "De server van het ziekenhuis gaf geen toegang (token). Laat daar nagaan of onze client-id en onze publieke sleutels (/fhir/jwks) "
    "bekend zijn, of het token nog geldt, en of het tokenadres klopt."
)
UNREACHABLE = N_(
    "De server van het ziekenhuis is niet bereikbaar. Laat nagaan of hij aanstaat, of het adres klopt, en of het portaal erbij mag "
    "(firewall, VPN)."
)
#: code of NotPulled -> what a person reads
PULL_REASONS: dict[str, str] = {
    "address": N_(
        "Het adres in de melding hoort niet bij de geregistreerde adressen van dit ziekenhuis. Er is niets opgehaald. "
        "Vergelijk het basisadres bij Afspraken over FHIR met dat van hun server."
    ),
    "query": N_(
        "De melding vraagt iets op te halen wat niet is toegestaan. Er is niets opgehaald. "
        "Laat de leverancier nagaan welke zoekvragen de melding noemt, en een nieuwe sturen."
    ),
    "token": TOKEN,
    "certificate": CERTIFICATE,
    "refused": N_("De server van het ziekenhuis weigerde de gegevens te geven. Laat daar nagaan of onze client ze mag lezen."),
    "too_large": N_("Er lag meer klaar dan is afgesproken. Er is niets overgenomen. Laat het EPD minder klaarzetten."),
    "answer": N_(
        "De server van het ziekenhuis gaf een antwoord dat niet te lezen is. Laat de leverancier nagaan wat hij antwoordt."
    ),
    "other_patient": N_(
        "De opgehaalde gegevens gaan over een andere patiënt dan de melding. Er is niets overgenomen. "
        "Laat het EPD dit uitzoeken en een nieuwe melding sturen."
    ),
    "other_notice": N_(
        "Onder dit nummer kwam eerder een melding over een andere patiënt. Er is niets opgehaald; "
        "laat het EPD een nieuwe melding met een eigen nummer sturen."
    ),
    "nothing": N_("Er lag niets klaar om op te halen. Laat het EPD de gegevens klaarzetten en een nieuwe melding sturen."),
    "expired": N_("De melding is verlopen. Laat het EPD een nieuwe sturen."),
    "unreachable": UNREACHABLE,
}


class Pull(Base):
    """One notice that is to be followed by fetching (TA Notified Pull). Tenant: hospital_id."""

    __tablename__ = "pulls"
    __table_args__ = (
        UniqueConstraint("link_id", "number"),
        Index("ix_pulls_waiting", "next_attempt_at", postgresql_where="state = 'waiting'"),
        Index("ix_pulls_snapshot_message_id", "snapshot_message_id"),
        Index("ix_pulls_case_id", "case_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    link_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("links.id"))
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: the sender's number of the notice
    number: Mapped[str]
    #: the sender's number of what belongs together
    group_number: Mapped[str] = mapped_column(default="")
    #: the message that brought the notice
    message_id: Mapped[uuid.UUID]
    #: the notice itself (JSON, with BSN and authorization base), sealed; emptied when it is settled
    notice_sealed: Mapped[bytes]
    state: Mapped[PullState] = mapped_column(default=PullState.WAITING)
    #: code of PULL_REASONS, of the last try
    reason: Mapped[str] = mapped_column(default="")
    #: how often it was tried
    attempts: Mapped[int] = mapped_column(default=0)
    #: not before
    next_attempt_at: Mapped[datetime]
    #: when the notice came
    created_at: Mapped[datetime]
    #: when it was fetched, given up or withdrawn
    settled_at: Mapped[datetime | None]
    #: the message that what was fetched stands in
    snapshot_message_id: Mapped[uuid.UUID | None]
    #: the case it belongs to, once that is known
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cases.id"))


class Snapshot(Base):
    """What a hospital's server said of a case at one moment: the facts it carried, unchanged. Never edited."""

    __tablename__ = "snapshots"
    __table_args__ = (UniqueConstraint("case_id", "message_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    #: whose server it was
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: the message with all of it
    message_id: Mapped[uuid.UUID]
    #: when it was fetched
    taken_at: Mapped[datetime]
    #: the facts (case_facts) it carried
    fact_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(UUID(as_uuid=True)), default=list)


class OutgoingState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"  #: the other side has it
    REFUSED = "refused"  #: the other side said no; the referrer still sees the question on the screen


class OutgoingQuestion(Base):
    """A question of the board on its way to the hospital's system."""

    __tablename__ = "outgoing_questions"
    __table_args__ = (Index("ix_outgoing_questions_waiting", "next_attempt_at", postgresql_where="state = 'waiting'"),)

    #: the question (information_requests)
    id: Mapped[uuid.UUID] = mapped_column(ForeignKey("information_requests.id"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    #: to whom
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    state: Mapped[OutgoingState] = mapped_column(default=OutgoingState.WAITING)
    #: how often it left
    attempts: Mapped[int] = mapped_column(default=0)
    #: not before
    next_attempt_at: Mapped[datetime]
    #: what the other side said last: HTTP status or code
    receipt_code: Mapped[str] = mapped_column(default="")
    #: the Task at the other side
    receipt_reference: Mapped[str] = mapped_column(default="")
    #: when the other side said it has it
    sent_at: Mapped[datetime | None]
