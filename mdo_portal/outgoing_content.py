"""A frozen decision as border values: as a whole for one recipient, what was entered, in order, and who was there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from mdo_portal.domain.advice import AdviceKind, Intent
from mdo_portal.exchange import Contact, OutgoingAdvice, OutgoingDecision
from mdo_portal.letter_of_decision import letter_of
from mdo_portal.letters import letter_forms
from mdo_portal.letters.letter_words import INTENT_WORDS, KIND_WORDS
from mdo_portal.services.letters.outbox import ClaimedDelivery


def outgoing(claimed: ClaimedDelivery, letter: bytes) -> OutgoingDecision:
    """The decision as a border value for one recipient."""
    content, decision = claimed.content, claimed.decision
    said = letter_of(claimed)
    return OutgoingDecision(
        delivery_id=str(claimed.delivery_id),
        decision_id=str(decision.id),
        version=decision.version,
        replaces_delivery_id=claimed.replaces_delivery_id,
        document_number=decision.document_number,
        replaces_document_number=claimed.replaces_document_number,
        referral_number=claimed.referral_number,
        patient=claimed.patient,
        board_name=content["board"],
        meeting_at=datetime.fromisoformat(content["meeting_at"]),
        signed_at=decision.signed_at,
        signed_by=Contact(name=content["signed_by"]["name"], role=content["signed_by"]["discipline"]),
        recipient_name=claimed.recipient_name or claimed.recipient.name,
        recipient_code=claimed.recipient.code,
        sections=(*letter_forms.opening(said), *said.all_sections()),
        letter_title=f"{letter_forms.title_of(content)} {decision.document_number}",
        letter_pdf=letter,
        network_name=content["network"],
        form=decision.form,
        advice=advice_out(content),
        participants=participants_out(content),
        outcome=content["outcome"],
        diagnosis=content["sections"]["diagnosis"],
        round_id=str(decision.round_id),
        request_task=claimed.request_task,
    )


def advice_out(content: Mapping[str, Any]) -> tuple[OutgoingAdvice, ...]:
    """Every recommendation, first choice first; none for a decision from before there were fields."""
    return tuple(_item(item) for item in content.get("advice", {}).get("items", ()))


def participants_out(content: Mapping[str, Any]) -> tuple[Contact, ...]:
    """Who was there, with their discipline and hospital."""
    return tuple(
        Contact(name=one["name"], role=one["discipline"], organisation=one["hospital"]) for one in content.get("participants", ())
    )


def _item(item: Mapping[str, Any]) -> OutgoingAdvice:
    kind, intent, due = item.get("kind", ""), item.get("intent", ""), item.get("due_on", "")
    return OutgoingAdvice(
        text=item.get("text", ""),
        kind=kind,
        kind_words=KIND_WORDS[AdviceKind(kind)] if kind in set(AdviceKind) else kind,
        intent=intent,
        intent_words=INTENT_WORDS[Intent(intent)] if intent in set(Intent) else intent,
        condition=item.get("condition", ""),
        place=item.get("place", ""),
        responsible=item.get("responsible", ""),
        due_on=date.fromisoformat(due) if due else None,
    )
