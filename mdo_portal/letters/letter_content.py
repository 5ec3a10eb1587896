"""The signed content as a letter: pure, from what was frozen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from mdo_portal.domain.audience import Audience
from mdo_portal.letters import letter_forms, letter_words
from mdo_portal.letters.letter_data import DecisionLetter, LetterPatient, Participant, Signer, Stamp, in_words
from mdo_portal.letters.letter_template import frozen_for, words_of
from mdo_portal.zone import day_of

Letter = TypeVar("Letter", bound=DecisionLetter)


def decision_letter(content: Mapping[str, Any], stamp: Stamp) -> DecisionLetter:
    """Frozen content as the letter to the referrer."""
    return built(DecisionLetter, Audience.REFERRER, content, stamp)


def built(kind: type[Letter], audience: Audience, content: Mapping[str, Any], stamp: Stamp) -> Letter:
    """The letter of this kind, in the words and parts of its audience."""
    template, sections, said = frozen_for(content, audience), content["sections"], letter_words.advice_of(content)
    meeting_at = datetime.fromisoformat(content["meeting_at"])
    return kind(
        network=content["network"],
        board=content["board"],
        meeting_at=meeting_at,
        recipient=stamp.recipient,
        patient=_patient(content, stamp.bsn),
        document_number=stamp.document_number,
        signed_at=stamp.signed_at,
        signed_by=Signer(
            name=content["signed_by"]["name"], role=content["signed_by"]["discipline"], organisation=content["network"]
        ),
        outcome=content["outcome"],
        question=content["question"],
        diagnosis=sections["diagnosis"],
        considerations=sections["considerations"],
        **(said | {"more": (*said["more"], *letter_forms.more_of(content))}),
        participants=tuple(
            Participant(discipline=one["discipline"], name=one["name"], hospital=one["hospital"])
            for one in content["participants"]
        ),
        quorum_met=content["quorum"]["met"],
        quorum_missing=tuple(content["quorum"]["missing"]),
        text_hash=stamp.text_hash,
        referral_number=content["referral_number"],
        words=words_of(template, values_of(content), logo=stamp.logo),
        order=template.sections or kind.order,
        version=content["version"],
        **letter_forms.form_fields(content, reason=stamp.reason),
    )


def values_of(content: Mapping[str, Any]) -> dict[str, str]:
    """What the placeholders of a template stand for in this letter."""
    return {
        "mdo": content["board"],
        "ziekenhuis": content["hospital"]["name"],
        "datum": in_words(day_of(datetime.fromisoformat(content["meeting_at"]))),
    }


def _patient(content: Mapping[str, Any], bsn: str) -> LetterPatient:
    patient = content["patient"]
    return LetterPatient(
        name=patient["name"],
        birth_on=date.fromisoformat(patient["birth_on"]) if patient["birth_on"] else None,
        sex=patient["sex"],
        hospital=content["hospital"]["name"],
        number=patient["number"],
        bsn=bsn,
    )
