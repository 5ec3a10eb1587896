"""The letter that a discussion ended without an advice: how, why, and where the case is planned again when that was known.

Its words are its own. A template gives its letterhead, salutation and footer; introduction, closing and order were written for an
advice and are not printed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from mdo_portal.domain.audience import Audience
from mdo_portal.errors import N_
from mdo_portal.exchange import DecisionForm
from mdo_portal.letters.letter_content import built
from mdo_portal.letters.letter_data import DecisionLetter, LetterForm, Stamp, in_words
from mdo_portal.letters.letter_forms import earlier_of, form_of
from mdo_portal.zone import day_of

NONE = N_("In deze bespreking is over uw patiënt geen advies gegeven.")
ENDED = {
    "deferred": N_("Doorgeschoven naar een volgende bespreking."),
    "redirected": N_("Doorverwezen naar een ander MDO."),
    "withdrawn": N_("Ingetrokken: dit MDO bespreekt de casus niet."),
}
_OPENING = {
    LetterForm.FIRST: ("Bericht zonder advies", NONE),
    LetterForm.REVISION: ("Hersteld bericht zonder advies", f"Dit bericht vervangt bericht {{earlier}}. {NONE}"),
    LetterForm.WITHDRAWAL: ("Intrekking bericht", "Hiermee is bericht {earlier} ingetrokken. Dat bericht geldt niet meer."),
}


@dataclass(frozen=True)
class OutcomeLetter(DecisionLetter):
    """Kind `outcome`: no advice, no participants, no quorum."""

    kind: ClassVar[str] = "outcome"
    none: str = NONE

    def all_sections(self) -> tuple[tuple[str, str], ...]:
        """Opened by what the letter is, for who reads text and no PDF."""
        heading, sentence = _OPENING[self.form]
        why = f"Reden van de wijziging: {self.change_reason}" if self.change_reason else ""
        told = "\n".join(part for part in (sentence.format(earlier=earlier_of(self)), why) if part)
        return ((heading, told), *super().all_sections())


def outcome_letter(content: Mapping[str, Any], stamp: Stamp) -> OutcomeLetter:
    """Frozen content of a message, or of its recall, as the letter to the referrer."""
    letter = built(OutcomeLetter, Audience.REFERRER, content, stamp)
    words = replace(letter.words, intro="", closing="")
    return replace(letter, question="", more=pieces(content), words=words, order=())


def pieces(content: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """(heading, text) of what the message says, in its order; a recall says nothing of itself."""
    tells = form_of(content) is DecisionForm.OUTCOME
    said = (
        (N_("Uitkomst"), ENDED.get(content["outcome"], "") if tells else ""),
        (N_("Reden"), content.get("outcome_reason", "")),
        (N_("Vervolg"), _planned(content.get("planned", {}))),
        (N_("Vraag aan het MDO"), content["question"]),
    )
    return tuple((heading, text) for heading, text in said if text.strip())


def _planned(planned: Mapping[str, str]) -> str:
    """As it stood when the chair signed."""
    if not planned:
        return ""
    day = day_of(datetime.fromisoformat(planned["meeting_at"]))
    return f"De casus staat op de agenda van MDO {planned['board']} van {in_words(day)}."
