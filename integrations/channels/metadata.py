"""What goes beside the PDF, and what both are called: names are made of our own numbers only."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.fhir.sending.outgoing import Letter, judged_bytes, pruned
from integrations.fhir.sending.outgoing_r4 import document
from integrations.fhir.text.profile import load_profile
from integrations.profiles import load
from mdo_portal.exchange import DecisionForm, OutgoingDecision, WrongProfile

USUAL = "paper"
LONGEST_NUMBER = 80


@dataclass(frozen=True)
class Wishes:
    """`[handed]` of a profile."""

    metadata: str = "fhir"  # or plain
    counts: str = "acknowledged"  # or collected, laid: when a file in a folder is received
    body: str = "json"  # or multipart: of a hook

    @classmethod
    def of(cls, profile: str) -> Wishes:
        """A profile of another wire says nothing about this: then the usual."""
        try:
            said: Mapping[str, Any] = load(profile or USUAL).get("handed", {})
        except (KeyError, WrongProfile):
            said = {}
        return cls(**{name: str(value) for name, value in said.items()})


def file_name(decision: OutgoingDecision) -> str:
    """`MDO-2026-0001-1_0f2d…`: document number and delivery, without an extension; nothing else ever stands in it."""
    number = re.sub(r"[^A-Za-z0-9.-]", "_", decision.document_number).strip("._")[:LONGEST_NUMBER]
    return f"{number}_{re.sub('[^0-9a-f]', '', decision.delivery_id.lower())}".strip("_")


def metadata(decision: OutgoingDecision, wishes: Wishes) -> bytes:
    """JSON beside the PDF; the same letter gives the same bytes. Raises fhir.outgoing.NotSendable."""
    return _fhir(decision) if wishes.metadata == "fhir" else _plain(decision)


def _fhir(decision: OutgoingDecision) -> bytes:
    """A DocumentReference (R4) that points at the file beside it."""
    made = document(Letter(decision, load_profile("generic-r4")))
    for content in made["content"]:
        kept = {key: value for key, value in content["attachment"].items() if key != "data"}
        content["attachment"] = kept | {"url": f"{file_name(decision)}.pdf"}
    return judged_bytes(pruned(made), "R4", is_trial=decision.is_trial)


def _form(decision: OutgoingDecision) -> DecisionForm:
    """What it is to this recipient. What takes back or adds to a letter that never came there is no letter of advice all the same."""
    alone = {
        DecisionForm.ADDENDUM: DecisionForm.ADDENDUM,
        DecisionForm.WITHDRAWAL: DecisionForm.WITHDRAWAL,
        DecisionForm.RECALL: DecisionForm.WITHDRAWAL,
    }
    return decision.form_there if decision.replaces_document_number else alone.get(decision.form, decision.form_there)


def _plain(decision: OutgoingDecision) -> bytes:
    patient = decision.patient
    told: dict[str, Any] = {"trial": True} if decision.is_trial else {}
    told |= {
        "id": decision.delivery_id,
        "document_number": decision.document_number,
        "form": _form(decision).value,
        "replaces": decision.replaces_document_number,
        "title": decision.letter_title,
        "file": f"{file_name(decision)}.pdf",
        "sha256": decision.letter_sha256,
        "size": len(decision.letter_pdf),
        "signed_at": decision.signed_at.isoformat(timespec="seconds"),
        "signed_by": decision.signed_by.name,
        "network": decision.network_name,
        "board": decision.board_name,
        "meeting_at": decision.meeting_at.isoformat(timespec="seconds"),
        "recipient": decision.recipient_name,
        "referral_number": decision.referral_number,
        "patient": {
            "name": patient.name.shown,
            "birth_on": patient.birth_on.isoformat() if patient.birth_on else "",
            "sex": patient.sex,
            "number": patient.local_number,
            "number_of": patient.local_authority,
            "bsn": patient.bsn,
        },
    }
    return json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode()
