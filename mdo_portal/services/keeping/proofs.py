"""The proof of destruction, as the page shows it and the letter prints it. No patient data."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from mdo_portal.domain.delivery import Audience
from mdo_portal.domain.destruction import DestroyRequest
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Person
from mdo_portal.errors import N_
from mdo_portal.services.keeping import destroy_requests
from mdo_portal.zone import AMSTERDAM

#: table -> what a patient may read
TABLE_WORDS = {
    "cases": N_("casussen"),
    "case_facts": N_("medische gegevens"),
    "case_documents": N_("documenten"),
    "case_events": N_("gebeurtenissen in het verloop"),
    "rounds": N_("besprekingen"),
    "notes": N_("conclusieteksten"),
    "note_updates": N_("wijzigingen van conclusies"),
    "decisions": N_("getekende adviezen"),
    "deliveries": N_("brieven aan ontvangers"),
    "information_requests": N_("navragen bij de verwijzer"),
    "question_mails": N_("notities dat een collega over een navraag is gemaild"),
    "inbound_messages": N_("geleegde berichten"),
    "patients": N_("patiëntgegevens"),
    "advice_items": N_("aanbevelingen"),
    "round_answers": N_("vastgelegde antwoorden van het MDO"),
    "preparations": N_("voorbereidingen van een bespreking"),
    "decision_objections": N_("bedenkingen bij een advies"),
    "patient_letters": N_("brieven aan de patiënt"),
    "follow_ups": N_("opvolgingen van een aanbeveling"),
    "follow_up_handovers": N_("overdrachten van een opvolging"),
    "case_grants": N_("keren dat iemand mocht meelezen"),
    "case_looks": N_("bladwijzers van wie de casus las"),
    "outgoing_questions": N_("vragen aan het systeem van het ziekenhuis"),
    "pulls": N_("keren dat gegevens zijn opgehaald"),
    "snapshots": N_("bewaarde antwoorden van het systeem van het ziekenhuis"),
}


@dataclass(frozen=True)
class Elsewhere:
    """Where a letter lies that is no longer here."""

    hospital: str
    is_gp: bool  #: with the general practitioner, over this hospital's channel
    is_received: bool  #: False: it left, and nobody said to have it
    what: str  #: when, and its number there: `04-12-2025, EPD-77`


@dataclass(frozen=True)
class Paper:
    """A signed document that is no longer here."""

    number: str
    content_hash: str
    elsewhere: tuple[Elsewhere, ...]


@dataclass(frozen=True)
class Proof:
    """What was asked, who noted and who judged it, what went, and what stays."""

    network: str
    number: str
    hospital: str
    whole_patient: bool
    letter_on: date
    requested_by: str
    requested_at: datetime
    judged_by: str
    judged_at: datetime
    executed_at: datetime | None
    counts: tuple[tuple[str, int], ...]
    documents_hash: str
    papers: tuple[Paper, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data for `letters.render("destruction", …)`: dates ISO, times of Amsterdam."""
        moments = {name: _local(getattr(self, name)) for name in ("requested_at", "judged_at", "executed_at")}
        return {**asdict(self), **moments, "letter_on": self.letter_on.isoformat()}


def _local(moment: datetime | None) -> str | None:
    return moment.astimezone(AMSTERDAM).isoformat(timespec="minutes") if moment else None


def number_of(request_id: uuid.UUID) -> str:
    """What people call the request: `V-0A1B2C3D` (the last digits of its id)."""
    return f"V-{request_id.hex[-8:].upper()}"


def of(session: Session, request: DestroyRequest, *, network: str) -> Proof | None:
    """The proof of a settled request; None while it waits."""
    judge_id, judged_at = request.approved_by or request.refused_by, request.approved_at or request.refused_at
    if judge_id is None or judged_at is None:
        return None
    stones = destroy_requests.proofs_of(session, request.id)
    return Proof(
        network=network,
        number=number_of(request.id),
        hospital=session.get_one(Hospital, request.hospital_id).name,
        whole_patient=request.case_id is None,
        letter_on=request.letter_on,
        requested_by=session.get_one(Person, request.requested_by).name,
        requested_at=request.requested_at,
        judged_by=session.get_one(Person, judge_id).name,
        judged_at=judged_at,
        executed_at=request.executed_at,
        counts=tuple(sorted((TABLE_WORDS.get(table, table), rows) for table, rows in request.counts.items() if rows)),
        documents_hash=request.documents_hash,
        papers=tuple(_paper(paper) for stone in stones for paper in stone.documents),
    )


def _paper(told: dict[str, Any]) -> Paper:
    left = (one for one in told["receipts"] if one["received_at"] or one.get("sent_at"))  # what was called off lies nowhere
    return Paper(number=told["number"], content_hash=told["hash"], elsewhere=tuple(map(_elsewhere, left)))


def _elsewhere(told: dict[str, Any]) -> Elsewhere:
    """Of what went before this was kept it is not known for whom a letter was: then it is the hospital's."""
    words = (_day(told["received_at"] or told["sent_at"]), told["reference"])
    return Elsewhere(
        hospital=told["hospital"],
        is_gp=told.get("audience") == Audience.GP,
        is_received=bool(told["received_at"]),
        what=", ".join(filter(None, words)),
    )


def _day(moment: str | None) -> str:
    return datetime.fromisoformat(moment).astimezone(AMSTERDAM).strftime("%d-%m-%Y") if moment else ""
