"""The signed content as a letter: pure, from what was frozen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from mdo_portal import letter_forms, letter_words
from mdo_portal.letter_data import (
    AMSTERDAM,
    DecisionLetter,
    LetterPatient,
    Participant,
    Recipient,
    Signer,
    in_words,
)
from mdo_portal.letter_template import Audience, frozen_for, words_of

Letter = TypeVar("Letter", bound=DecisionLetter)


def decision_letter(
    content: Mapping[str, Any],
    *,
    recipient: Recipient,
    bsn: str,
    document_number: str,
    signed_at: datetime | None,
    text_hash: str,
    reason: str,
    logo: bytes = b"",
) -> DecisionLetter:
    """Frozen content as the letter to the referrer; `signed_at=None` is the preview."""
    signature = (document_number, signed_at, text_hash, reason)
    return built(DecisionLetter, Audience.REFERRER, content, recipient, bsn, signature, logo)


def built(
    kind: type[Letter],
    audience: Audience,
    content: Mapping[str, Any],
    recipient: Recipient,
    bsn: str,
    signature: tuple[str, datetime | None, str, str],
    logo: bytes,
) -> Letter:
    """The letter of this kind. `signature`: document number, moment of signing (None = preview), hash, reason of the change."""
    document_number, signed_at, text_hash, reason = signature
    template, sections, said = frozen_for(content, audience), content["sections"], letter_words.advice_of(content)
    meeting_at = datetime.fromisoformat(content["meeting_at"])
    return kind(
        network=content["network"],
        board=content["board"],
        meeting_at=meeting_at,
        recipient=recipient,
        patient=_patient(content, bsn),
        document_number=document_number,
        signed_at=signed_at,
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
        text_hash=text_hash,
        referral_number=content["referral_number"],
        words=words_of(template, values_of(content), logo=logo),
        order=template.sections or kind.order,
        version=content["version"],
        **letter_forms.form_fields(content, reason=reason),
    )


def values_of(content: Mapping[str, Any]) -> dict[str, str]:
    """What the placeholders of a template stand for in this letter."""
    return {
        "mdo": content["board"],
        "ziekenhuis": content["hospital"]["name"],
        "datum": in_words(datetime.fromisoformat(content["meeting_at"]).astimezone(AMSTERDAM).date()),
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
