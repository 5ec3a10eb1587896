"""What a letter says about the earlier letter it is about, by its form; the same for the printed letter and for an EPD's text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from mdo_portal.exchange import DecisionForm
from mdo_portal.letters.letter_data import DecisionLetter, LetterForm

LETTER_FORMS = {
    DecisionForm.FIRST: LetterForm.FIRST,
    DecisionForm.CORRECTION: LetterForm.REVISION,
    DecisionForm.ADDENDUM: LetterForm.ADDENDUM,
    DecisionForm.WITHDRAWAL: LetterForm.WITHDRAWAL,
    DecisionForm.OUTCOME: LetterForm.FIRST,  # or REVISION, when it takes the place of another
    DecisionForm.RECALL: LetterForm.WITHDRAWAL,
}
#: what a withdrawal says about the case
THEN = {"again": "De casus wordt opnieuw in een MDO besproken.", "closed": "De casus wordt niet opnieuw besproken."}
_OPENING = {
    LetterForm.REVISION: ("Herziening", "Dit advies vervangt {earlier}. Het eerdere advies is niet meer geldig."),
    LetterForm.ADDENDUM: ("Aanvulling", "Dit is een aanvulling op {earlier}. Het eerdere advies blijft geldig."),
    LetterForm.WITHDRAWAL: ("Intrekking", "Hiermee is {earlier} ingetrokken. Dat advies is niet meer geldig."),
}


def form_of(content: Mapping[str, Any]) -> DecisionForm:
    """Of frozen content; a decision from before there were forms is the first, or corrects."""
    if "form" in content:
        return DecisionForm(content["form"])
    return DecisionForm.CORRECTION if content["version"] > 1 else DecisionForm.FIRST


def title_of(content: Mapping[str, Any]) -> str:
    """What the letter is called where files are listed; its number stands behind it."""
    return "MDO-advies" if form_of(content).has_advice else "MDO-bericht zonder advies"


def form_fields(content: Mapping[str, Any], *, reason: str) -> dict[str, Any]:
    """These fields of a `DecisionLetter`."""
    form = LETTER_FORMS[form_of(content)]
    if form_of(content) is DecisionForm.OUTCOME and content["replaces"]:
        form = LetterForm.REVISION
    if form is LetterForm.FIRST:
        return {"form": form}
    on = content.get("replaces_on", "")
    return {
        "form": form,
        "replaces_number": ", met aanvulling ".join([content["replaces"], *content.get("replaces_addenda", [])]),
        "replaces_version": content.get("replaces_version") or content["version"] - 1,
        "replaces_on": date.fromisoformat(on) if on else None,
        "change_reason": reason,
    }


def more_of(content: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """(heading, text) that only a withdrawal has: what becomes of the case."""
    then = THEN.get(content.get("then", ""), "")
    return (("Vervolg", then),) if then else ()


def earlier_of(letter: DecisionLetter) -> str:
    """Number and day of the earlier letter."""
    on = f" van {letter.replaces_on:%d-%m-%Y}" if letter.replaces_on else ""
    return f"{letter.replaces_number}{on}"


def opening(letter: DecisionLetter) -> tuple[tuple[str, str], ...]:
    """As a section for who reads text and no PDF: what this letter does to which earlier one, and why. Nothing for a first letter."""
    if letter.kind == "outcome" or letter.form is LetterForm.FIRST:
        return ()  # a message without advice opens with words of its own
    heading, sentence = _OPENING[letter.form]
    told = sentence.format(earlier=f"MDO-advies {earlier_of(letter)}")
    return (
        (heading, "\n".join(part for part in (told, f"Reden: {letter.change_reason}" if letter.change_reason else "") if part)),
    )
