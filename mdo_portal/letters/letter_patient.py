"""The letter to the patient: a draft in plain Dutch (level B1) from what the board entered, and its shape for the printer.

The draft is set phrases, one per kind of advice and per intent, around the board's own words. It computes nothing and explains
nothing medical; what the clinician must say stands in it as a gap, and with a gap no letter is released.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Final

from mdo_portal.domain.advice import AdviceKind, Intent
from mdo_portal.letters.letter_data import LetterText, Signer, in_words
from mdo_portal.letters.letter_template import LetterWords
from mdo_portal.zone import day_of

#: what whoever explains it must still say: "[vul in: …]"
_GAP = re.compile(r"\[\s*vul\s+in\b[^\]]*\]?", re.IGNORECASE)

KIND_SENTENCES: Final[Mapping[AdviceKind, str]] = {
    AdviceKind.SURGERY: "De artsen adviseren een operatie.",
    AdviceKind.RADIOTHERAPY: "De artsen adviseren bestraling. Een ander woord is: radiotherapie.",
    AdviceKind.CHEMORADIATION: "De artsen adviseren bestraling samen met chemotherapie.",
    AdviceKind.SYSTEMIC: "De artsen adviseren een behandeling met medicijnen.",
    AdviceKind.HORMONAL: "De artsen adviseren een behandeling met hormonen. Een ander woord is: hormoontherapie.",
    AdviceKind.LOCAL: "De artsen adviseren een behandeling op de plek zelf.",
    AdviceKind.SURVEILLANCE: "De artsen adviseren om nu niet te behandelen. U blijft wel onder controle.",
    AdviceKind.SUPPORTIVE: "De artsen adviseren zorg die helpt bij klachten.",
    AdviceKind.NO_TREATMENT: "De artsen adviseren om niet te behandelen.",
    AdviceKind.TRIAL: "De artsen adviseren om met u te praten over meedoen aan een onderzoek. U kiest zelf of u meedoet.",
    AdviceKind.IMAGING: "De artsen willen eerst meer foto's of scans.",
    AdviceKind.BIOPSY: "De artsen willen eerst een klein stukje weefsel onderzoeken. Een ander woord is: biopt of punctie.",
    AdviceKind.MARKERS: "De artsen willen eerst meer onderzoek in het laboratorium.",
    AdviceKind.CONSULT: "De artsen adviseren een gesprek met een andere zorgverlener.",
    AdviceKind.OTHER: "De artsen geven dit advies:",
}
INTENT_SENTENCES: Final[Mapping[Intent, str]] = {
    Intent.CURATIVE: "Het doel van deze behandeling is genezen.",
    Intent.NEOADJUVANT: "Deze behandeling komt vóór een andere behandeling.",
    Intent.ADJUVANT: "Deze behandeling komt na een andere behandeling.",
    Intent.PALLIATIVE: "Het doel is om de ziekte te remmen of om klachten minder te maken.",
    Intent.DIAGNOSTIC: "Het doel is om meer te weten te komen.",
}
OUTCOME_SENTENCES: Final = {
    "discussed": "Op {datum} hebben artsen samen over u gesproken. Zo'n overleg heet een MDO. Dit was het MDO {mdo}.",
    "listed": "Op {datum} hebben artsen samen gekeken welk advies voor u geldt. Zo'n overleg heet een MDO. Dit was het MDO {mdo}.",
}
WITHDRAWN: Final = "Het advies van het overleg van {datum} geldt niet meer."


def draft(content: Mapping[str, Any], *, withdrawn: bool = False, added: Sequence[str] = ()) -> str:
    """The draft of the letter from a signed decision's content, paragraphs parted by an empty line. `added`: texts of addenda."""
    meeting_on = day_of(datetime.fromisoformat(content["meeting_at"]))
    opening = WITHDRAWN if withdrawn else OUTCOME_SENTENCES.get(content["outcome"], OUTCOME_SENTENCES["discussed"])
    said = opening.replace("{datum}", in_words(meeting_on)).replace("{mdo}", content["board"])
    if withdrawn:
        middle: Iterable[str] = ("[vul in: waarom het advies niet meer geldt, en wat er nu gebeurt]",)
    else:
        later = (
            f"Later schreef het overleg erbij: {_quoted(text)} [vul in: in gewone woorden]" for text in added if text.strip()
        )
        middle = (*_about(content), *_advice(content), *later, *_after(content))
    closing = (
        "U beslist samen met uw arts wat er gebeurt. Het overleg geeft een advies.",
        "Hebt u vragen? Bel dan met [vul in: naam en telefoonnummer].",
    )
    return "\n\n".join((said, *middle, *closing))


def _quoted(text: str) -> str:
    """The board's own words, ended as a sentence: what follows them begins one."""
    said = text.strip()
    return f"“{said}”" if said.endswith((".", "!", "?")) else f"“{said}.”"


def _about(content: Mapping[str, Any]) -> Iterable[str]:
    diagnosis = content["sections"]["diagnosis"].strip()
    if diagnosis:
        yield f"Het overleg schreef over uw ziekte: {_quoted(diagnosis)} [vul in: in gewone woorden]"
    wish = content.get("advice", {}).get("answers", {}).get("wish", "").strip()
    if wish:
        yield f"Het overleg schreef over wat u belangrijk vindt: {_quoted(wish)}"


def _advice(content: Mapping[str, Any]) -> Iterable[str]:
    items = content.get("advice", {}).get("items", [])
    free = content["sections"]["advice"].strip()
    if len(items) > 1:
        yield f"Het overleg geeft {len(items)} adviezen."
    for number, item in enumerate(items, start=1):
        start = f"Advies {number}. " if len(items) > 1 else ""
        yield start + " ".join(_sentences(item))
    if free:
        yield f"Het overleg schreef: {_quoted(free)} [vul in: in gewone woorden]"


def _sentences(item: Mapping[str, str]) -> Iterable[str]:
    yield KIND_SENTENCES[AdviceKind(item["kind"] or AdviceKind.OTHER)]
    if item["text"].strip():
        yield f"Het overleg schreef: {_quoted(item['text'])} [vul in: in gewone woorden]"
    if item["intent"]:
        yield INTENT_SENTENCES[Intent(item["intent"])]
    if item["condition"].strip():
        yield f"Dit advies geldt alleen als: {_quoted(item['condition'])} [vul in: in gewone woorden]"
    if item["place"].strip():
        yield f"Dit gebeurt in: {item['place'].strip()}."
    if item["responsible"].strip():
        yield f"Dit regelt {item['responsible'].strip()} voor u."
    if item["due_on"]:
        yield f"Dit gebeurt uiterlijk op {in_words(date.fromisoformat(item['due_on']))}."


def _after(content: Mapping[str, Any]) -> Iterable[str]:
    answers = content.get("advice", {}).get("answers", {})
    by, on = answers.get("told_by", "").strip(), answers.get("told_on", "")
    if by or on:
        when = f" op {in_words(date.fromisoformat(on))}" if on else ""
        yield f"Dit bespreekt {by or '[vul in: wie]'} met u{when}."
    if answers.get("again", "").strip():
        yield f"De artsen bespreken u opnieuw: {_quoted(answers['again'])}"


def gaps(text: str) -> list[str]:
    """What still has to be filled in, as it stands in the text."""
    return _GAP.findall(text)


@dataclass(frozen=True)
class PatientLetter(LetterText):
    """Kind `patient`. `released_at=None` prints a draft that says that it is not to be handed over; so does what is outdated."""

    kind: ClassVar[str] = "patient"
    network: str
    hospital: str
    board: str
    meeting_at: datetime
    document_number: str  # of the decision it explains; stands in the title
    version: int
    patient_name: str
    birth_on: date | None
    text: str
    released_at: datetime | None
    released_by: Signer
    words: LetterWords = field(default_factory=LetterWords)
    outdated: bool = False  # another advice counts by now, or none
