"""The signed content as the letter that goes out: pure, from what was frozen and what the outbox claimed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from mdo_portal import letter_words, letters
from mdo_portal.letter_data import DecisionLetter, LetterForm, LetterPatient, Participant, Recipient, Signer

if TYPE_CHECKING:
    from mdo_portal.services.outbox import ClaimedDelivery


def printed(claimed: ClaimedDelivery) -> bytes:
    """The letter as PDF: the same bytes every time it is asked for. Raises LetterFailed."""
    letter = letter_of(claimed)
    return letters.render(letter.kind, letter.as_json(), at=claimed.decision.signed_at)


def letter_of(claimed: ClaimedDelivery) -> DecisionLetter:
    """The frozen content as the letter prints it; the BSN only for the patient's own hospital."""
    decision = claimed.decision
    return decision_letter(
        claimed.content,
        recipient=Recipient(name=claimed.content["recipient"] or claimed.recipient.name, lines=_address(claimed)),
        bsn=claimed.bsn,
        document_number=decision.document_number,
        signed_at=decision.signed_at,
        text_hash=decision.content_hash,
        reason=decision.correction_reason,
    )


def _address(claimed: ClaimedDelivery) -> tuple[str, ...]:
    return tuple(line for line in (claimed.recipient.name, claimed.recipient.city) if line)


def decision_letter(
    content: Mapping[str, Any],
    *,
    recipient: Recipient,
    bsn: str,
    document_number: str,
    signed_at: datetime | None,
    text_hash: str,
    reason: str,
) -> DecisionLetter:
    """Frozen content as letter; `signed_at=None` is the preview."""
    patient, sections = content["patient"], content["sections"]
    version = content["version"]
    return DecisionLetter(
        network=content["network"],
        board=content["board"],
        meeting_at=datetime.fromisoformat(content["meeting_at"]),
        recipient=recipient,
        patient=LetterPatient(
            name=patient["name"],
            birth_on=date.fromisoformat(patient["birth_on"]) if patient["birth_on"] else None,
            sex=patient["sex"],
            hospital=content["hospital"]["name"],
            number=patient["number"],
            bsn=bsn,
        ),
        document_number=document_number,
        signed_at=signed_at,
        signed_by=Signer(
            name=content["signed_by"]["name"], role=content["signed_by"]["discipline"], organisation=content["network"]
        ),
        outcome=content["outcome"],
        question=content["question"],
        diagnosis=sections["diagnosis"],
        considerations=sections["considerations"],
        **letter_words.advice_of(content),
        participants=tuple(
            Participant(discipline=one["discipline"], name=one["name"], hospital=one["hospital"])
            for one in content["participants"]
        ),
        quorum_met=content["quorum"]["met"],
        quorum_missing=tuple(content["quorum"]["missing"]),
        text_hash=text_hash,
        version=version,
        form=LetterForm.REVISION if version > 1 else LetterForm.FIRST,
        replaces_number=content["replaces"],
        replaces_version=version - 1 if version > 1 else 0,
        change_reason=reason,
        referral_number=content["referral_number"],
    )
