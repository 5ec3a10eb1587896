"""From the frozen content to the border: recommendations in order, and who was there."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mdo_portal.domain.advice import AdviceKind, Intent
from mdo_portal.exchange import Contact, DecisionForm, OutgoingAdvice
from mdo_portal.letters.letter_words import INTENT_WORDS
from mdo_portal.outgoing_content import advice_out, participants_out
from tests.integrations.fhir.make import decision

ITEM = {
    "kind": "surgery",
    "text": "Robotgeassisteerd",
    "intent": "curative",
    "condition": "als de PET negatief is",
    "place": "Deltamond UMC",
    "responsible": "dr. Vos",
    "due_on": "2026-12-20",
}


def content(*items: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"advice": {"items": list(items), "answers": {}}, "participants": []} | more


def test_every_word_of_a_recommendation_travels_with_what_its_codes_mean() -> None:
    assert advice_out(content(ITEM)) == (
        OutgoingAdvice(
            "Robotgeassisteerd", "surgery", "Operatie", "curative", "curatief", "als de PET negatief is", "Deltamond UMC", "dr. Vos",
            date(2026, 12, 20),
        ),
    )  # fmt: skip


def test_the_order_of_preference_stays() -> None:
    items = [{"kind": kind.value, "text": "", "due_on": ""} for kind in AdviceKind]

    found = advice_out(content(*items))

    assert [one.kind for one in found] == [kind.value for kind in AdviceKind]
    assert all(one.kind_words and one.due_on is None for one in found)


@pytest.mark.parametrize("intent", list(Intent))
def test_every_intent_has_its_word(intent: Intent) -> None:
    (one,) = advice_out(content(ITEM | {"intent": intent.value}))

    assert one.intent_words == INTENT_WORDS[intent] != ""


def test_a_code_from_another_time_keeps_its_own_word() -> None:
    (one,) = advice_out(content(ITEM | {"kind": "leeches", "intent": "hope"}))

    assert (one.kind_words, one.intent_words) == ("leeches", "hope")


def test_a_decision_from_before_there_were_fields_has_none() -> None:
    assert (advice_out({}), participants_out({})) == ((), ())


def test_who_was_there_is_said_with_discipline_and_hospital() -> None:
    there = [{"name": "S. de Boer", "discipline": "Uroloog", "hospital": "Deltamond UMC"}]

    assert participants_out(content(participants=there)) == (
        Contact(name="S. de Boer", role="Uroloog", organisation="Deltamond UMC"),
    )


@pytest.mark.parametrize(
    ("form", "earlier", "wanted"),
    [
        (DecisionForm.FIRST, "", DecisionForm.FIRST),
        (DecisionForm.FIRST, "1", DecisionForm.CORRECTION),
        (DecisionForm.CORRECTION, "1", DecisionForm.CORRECTION),
        (DecisionForm.ADDENDUM, "1", DecisionForm.ADDENDUM),
        (DecisionForm.WITHDRAWAL, "1", DecisionForm.WITHDRAWAL),
        (DecisionForm.CORRECTION, "", DecisionForm.FIRST),
        (DecisionForm.ADDENDUM, "", DecisionForm.FIRST),
        (DecisionForm.WITHDRAWAL, "", DecisionForm.FIRST),
    ],
)
def test_what_a_letter_is_depends_on_what_this_recipient_already_has(
    form: DecisionForm, earlier: str, wanted: DecisionForm
) -> None:
    assert decision(form=form, replaces_document_number=earlier).form_there is wanted
