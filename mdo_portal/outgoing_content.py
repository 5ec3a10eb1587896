"""The structured half of a frozen decision as border values: what was entered, in order, and who was there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from mdo_portal.domain.advice import AdviceKind, Intent
from mdo_portal.exchange import Contact, OutgoingAdvice
from mdo_portal.letters.letter_words import INTENT_WORDS, KIND_WORDS


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
