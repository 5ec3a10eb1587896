"""An invented case that leaves: every value has a default, a test says only what matters to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from mdo_portal.exchange import (
    Contact,
    DecisionForm,
    Fact,
    LeavingCase,
    LeavingDecision,
    LeavingFile,
    LeavingItem,
    LeavingRound,
    PatientIdentity,
    PersonName,
    Section,
)

NOW = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)


def number(name: str) -> str:
    return str(uuid5(NAMESPACE_OID, name))


def file(name: str = "verwijsbrief", content: bytes = b"%PDF-1.7 invented", **over: Any) -> LeavingFile:
    values: dict[str, Any] = {"media_type": "application/pdf", "at": NOW, "from_hospital": "Ziekenhuis ZEED"}
    return LeavingFile(number(name), f"{name}.pdf", content=content, **(values | over))


def item(position: int = 1, **over: Any) -> LeavingItem:
    values: dict[str, Any] = {
        "text": "Operatie (curatief): Prostatectomie", "condition": "als de PSMA-PET negatief is", "place": "Ziekenhuis DELT",
        "responsible": "dr. B. Bakker", "due_on": date(2026, 4, 1),
    }  # fmt: skip
    return LeavingItem(position, **(values | over))


def decision(name: str = "first", **over: Any) -> LeavingDecision:
    values: dict[str, Any] = {
        "document_number": "MDO-2026-000123", "form": DecisionForm.FIRST, "version": 1, "earlier_id": "",
        "signed_at": NOW + timedelta(days=2), "signed_by": Contact(name="dr. B. Bram", role="uroloog"), "text_hash": "0" * 64,
        "sections": (("Advies", "Operatie & <nabestraling>\nin overleg"),), "items": (item(),),
        "participants": (Contact(name="M. Mila", role="radioloog"),),
        "letter": file(f"letter {name}", b"%PDF-1.7 letter", at=NOW + timedelta(days=2)),
    }  # fmt: skip
    return LeavingDecision(id=number(name), **(values | over))


def round_(place: int = 1, outcome: str = "discussed", **over: Any) -> LeavingRound:
    values: dict[str, Any] = {
        "board": "Uro-prostaat", "meeting_at": NOW + timedelta(days=2 * place), "planned_at": NOW + timedelta(hours=place),
        "started_at": NOW + timedelta(days=2 * place), "ended_at": NOW + timedelta(days=2 * place, minutes=4) if outcome else None,
        "outcome_reason": "", "decisions": (decision(f"of round {place}"),) if outcome in ("discussed", "listed") else (),
    }  # fmt: skip
    return LeavingRound(id=number(f"round {place}"), number=place, outcome=outcome, **(values | over))


def case(**over: Any) -> LeavingCase:
    patient = PatientIdentity(
        local_number="71-00-08", local_authority="ZEED", bsn="999911120", name=PersonName(family="Kanarie", initials="AB"),
        birth_on=date(1960, 1, 1), sex="M",
    )  # fmt: skip
    values: dict[str, Any] = {
        "hospital_name": "Ziekenhuis ZEED", "hospital_ura": "00010990", "patient": patient, "referral_number": "VW-1",
        "referrer": Contact(name="dr. D. Dirksen"), "board": "Uro-prostaat", "received_at": NOW, "state": "delivered",
        "questions": (("het MDO", "Operatie of bestraling?"), ("de radioloog", "")),
        "facts": (("Ziekenhuis ZEED", Fact(Section.MARKER, "12,4", "PSA", date(2026, 2, 1))),),
        "documents": (file(),), "rounds": (round_(),),
    }  # fmt: skip
    return LeavingCase(id=number("case"), **(values | over))
