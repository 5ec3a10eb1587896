"""How a letter says what was chosen from a list, in Dutch: letters are Dutch. Screens translate the same sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from mdo_portal.domain.advice import AdviceKind, Intent
from mdo_portal.errors import N_
from mdo_portal.letters.letter_data import Recommendation

KIND_WORDS = {
    AdviceKind.SURGERY: N_("Operatie"),
    AdviceKind.RADIOTHERAPY: N_("Radiotherapie"),
    AdviceKind.CHEMORADIATION: N_("Chemoradiatie"),
    AdviceKind.SYSTEMIC: N_("Systeemtherapie"),
    AdviceKind.HORMONAL: N_("Hormonale therapie"),
    AdviceKind.LOCAL: N_("Andere lokale behandeling"),
    AdviceKind.SURVEILLANCE: N_("Actief volgen"),
    AdviceKind.SUPPORTIVE: N_("Ondersteunende zorg"),
    AdviceKind.NO_TREATMENT: N_("Geen behandeling"),
    AdviceKind.TRIAL: N_("Studie"),
    AdviceKind.IMAGING: N_("Aanvullende beeldvorming"),
    AdviceKind.BIOPSY: N_("Biopt of punctie"),
    AdviceKind.MARKERS: N_("Laboratorium of moleculair onderzoek"),
    AdviceKind.CONSULT: N_("Consult of verwijzing"),
    AdviceKind.OTHER: N_("Anders"),
}
INTENT_WORDS = {
    Intent.CURATIVE: N_("curatief"),
    Intent.NEOADJUVANT: N_("neoadjuvant"),
    Intent.ADJUVANT: N_("adjuvant"),
    Intent.PALLIATIVE: N_("palliatief"),
    Intent.DIAGNOSTIC: N_("diagnostisch"),
}
#: heading in the letter of each answer, in the order of the letter
ANSWER_WORDS = {
    "imaging_revision": N_("Herbeoordeling beeldvorming"),
    "pathology_revision": N_("Herbeoordeling pathologie"),
    "diagnosis_changed": N_("Diagnose gewijzigd door het MDO"),
    "deviation": N_("Afwijking van de richtlijn"),
    "trial": N_("Studie"),
    "told": N_("Voorlichting aan de patiënt"),
    "again": N_("Opnieuw bespreken"),
}
EXPLANATION = "Toelichting op het advies"
YES_NO = {"yes": N_("ja"), "no": N_("nee")}


class Entered(NamedTuple):
    """What was entered in fields, in the words of the letter; all of it may be empty."""

    items: tuple[Recommendation, ...]
    #: (heading, text) of the answers that have no place of their own
    more: tuple[tuple[str, str], ...]
    wish: str
    dissent: str

    def __bool__(self) -> bool:
        return any(self)


def entered(content: Mapping[str, Any]) -> Entered:
    """From the frozen content; a decision from before there were fields has none."""
    advice = content.get("advice", {"items": [], "answers": {}})
    answers = advice["answers"]
    told = " ".join(part for part in (answers.get("told_by", ""), _on(answers.get("told_on", ""))) if part)
    said = answers | {"told": told, "diagnosis_changed": YES_NO.get(answers.get("diagnosis_changed", ""), "")}
    return Entered(
        items=tuple(_recommendation(item) for item in advice["items"]),
        more=tuple((heading, said[name]) for name, heading in ANSWER_WORDS.items() if said.get(name)),
        wish=answers.get("wish", ""),
        dissent=answers.get("dissent", ""),
    )


def advice_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """These fields of a `DecisionLetter`. The free text is the advice itself, or explains the items when there are any."""
    found, free = entered(content), content["sections"]["advice"]
    if found.items:
        explained = ((EXPLANATION, free),) if free.strip() else ()
        return {"advice": found.items, "more": (*found.more, *explained), "wish": found.wish, "dissent": found.dissent}
    alone = (Recommendation(text=free),) if free.strip() else ()
    return {"advice": alone, "more": found.more, "wish": found.wish, "dissent": found.dissent}


def _recommendation(item: Mapping[str, str]) -> Recommendation:
    kind = KIND_WORDS[AdviceKind(item["kind"])] if item["kind"] else ""
    intent = f" ({INTENT_WORDS[Intent(item['intent'])]})" if item["intent"] else ""
    text = ": ".join(part for part in (f"{kind}{intent}" if kind else "", item["text"]) if part)
    return Recommendation(
        text=text if kind else f"{text}{intent}",
        hospital=item["place"],
        responsible=item["responsible"],
        due_on=date.fromisoformat(item["due_on"]) if item["due_on"] else None,
        condition=item["condition"],
    )


def _on(day: str) -> str:
    return f"op {date.fromisoformat(day):%d-%m-%Y}" if day else ""
