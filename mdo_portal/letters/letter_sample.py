"""An invented patient and decision, for looking at a template: nobody, and in no list of test patients either."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from mdo_portal.domain.audience import Audience
from mdo_portal.letters import letters
from mdo_portal.letters.letter_content import decision_letter, values_of
from mdo_portal.letters.letter_data import LetterText, Recipient, Signer, Stamp
from mdo_portal.letters.letter_gp import gp_letter
from mdo_portal.letters.letter_patient import PatientLetter
from mdo_portal.letters.letter_template import LetterTemplate, words_of
from mdo_portal.zone import AMSTERDAM

AT: Final = datetime(2026, 3, 5, 14, 31, tzinfo=AMSTERDAM)
_ADVICE: Final = {
    "items": [
        {
            "kind": "surgery", "intent": "curative", "text": "Robotgeassisteerde operatie", "condition": "PET-CT zonder uitzaaiingen",
            "place": "Voorbeeldziekenhuis", "responsible": "dr. A. Voorbeeld", "due_on": "2026-04-02",
        },
        {
            "kind": "imaging", "intent": "diagnostic", "text": "PSMA-PET/CT", "condition": "", "place": "Voorbeeldziekenhuis",
            "responsible": "dr. B. Proef", "due_on": "2026-03-12",
        },
    ],
    "answers": {
        "told_by": "dr. A. Voorbeeld", "told_on": "2026-03-06", "wish": "Wil graag thuis kunnen blijven.",
        "imaging_revision": "MRI herbeoordeeld: geen wijziging.", "again": "Na de uitslag van de PET-CT.",
    },
}  # fmt: skip
CONTENT: Final[dict[str, Any]] = {
    "network": "Voorbeeldnetwerk",
    "board": "Voorbeeld-MDO",
    "meeting_at": "2026-03-05T08:00:00+01:00",
    "hospital": {"name": "Voorbeeldziekenhuis", "city": "Voorbeeldstad", "code": "VB"},
    "recipient": "dr. A. Voorbeeld",
    "patient": {"name": "V. Voorbeeld", "birth_on": "1950-01-01", "sex": "F", "number": "0000001"},
    "referral_number": "VB-1",
    "question": "Welke behandeling past bij deze patiënt?",
    "outcome": "discussed",
    "sections": {
        "diagnosis": "Voorbeelddiagnose, cT2 N0 M0.", "considerations": "Voorbeeld van de overwegingen van het MDO.",
        "advice": "Voorbeeld van een toelichting op het advies.",
    },
    "advice": _ADVICE,
    "participants": [
        {"name": "dr. A. Voorbeeld", "discipline": "Urologie", "hospital": "Voorbeeldziekenhuis"},
        {"name": "dr. C. Toets", "discipline": "Radiologie", "hospital": "Proefziekenhuis"},
    ],
    "quorum": {"met": True, "missing": []},
    "signed_by": {"name": "dr. A. Voorbeeld", "discipline": "uroloog"},
    "version": 1,
    "replaces": "",
}  # fmt: skip
_TEXT: Final = (
    "Op 5 maart 2026 hebben artsen samen over u gesproken.\n\n"
    "De artsen adviseren een operatie. Het doel van deze behandeling is genezen.\n\n"
    "U beslist samen met uw arts wat er gebeurt."
)


def sample(
    audience: Audience, template: LetterTemplate, *, network: str, board: str = "", hospital: str = "", logo: bytes = b""
) -> bytes:
    """The letter to this audience with this template, about nobody; marked as not final. Raises LetterFailed."""
    frozen = {"template": {audience.value: {"words": template.as_json()}}}
    content = CONTENT | frozen | {"network": network} | ({"board": board} if board else {})
    if hospital:
        content["hospital"] = CONTENT["hospital"] | {"name": hospital}
    letter = _letter(audience, template, content, logo)
    return letters.render(letter.kind, letter.as_json(), at=AT)


def _letter(audience: Audience, template: LetterTemplate, content: dict[str, Any], logo: bytes) -> Any:
    if audience is Audience.PATIENT:
        return _to_patient(template, content, logo)
    make, name = (gp_letter, "Huisartsenpraktijk Voorbeeld") if audience is Audience.GP else (decision_letter, "dr. A. Voorbeeld")
    stamp = Stamp(
        recipient=Recipient(name, (content["hospital"]["name"],)), bsn="•••••0000", document_number="VOORBEELD", signed_at=None,
        text_hash="", reason="", logo=logo,
    )  # fmt: skip
    return make(content, stamp)


def _to_patient(template: LetterTemplate, content: dict[str, Any], logo: bytes) -> LetterText:
    return PatientLetter(
        network=content["network"],
        hospital=content["hospital"]["name"],
        board=content["board"],
        meeting_at=AT,
        document_number="VOORBEELD",
        version=1,
        patient_name=content["patient"]["name"],
        birth_on=None,
        text=_TEXT,
        released_at=None,
        released_by=Signer(content["signed_by"]["name"]),
        words=words_of(template, values_of(content), logo=logo),
    )
