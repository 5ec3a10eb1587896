"""The letter of a claimed delivery: which kind it is, and its bytes. Pure, from what was frozen and what the outbox claimed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mdo_portal.domain.audience import Audience
from mdo_portal.letters import letter_content, letters
from mdo_portal.letters.letter_data import DecisionLetter, Recipient, Stamp
from mdo_portal.letters.letter_forms import form_of
from mdo_portal.letters.letter_gp import gp_letter
from mdo_portal.letters.letter_outcome import outcome_letter
from mdo_portal.letters.letter_template import frozen_for

if TYPE_CHECKING:
    from mdo_portal.services.letters.outbox import ClaimedDelivery

__all__ = ["audience_of", "decision_letter", "gp_letter", "letter_of", "logo_of", "printed"]


def decision_letter(content: Mapping[str, Any], stamp: Stamp) -> DecisionLetter:
    """Frozen content as the letter to the referrer, whatever was signed."""
    make = letter_content.decision_letter if form_of(content).has_advice else outcome_letter
    return make(content, stamp)


def printed(claimed: ClaimedDelivery, *, logo: bytes = b"") -> bytes:
    """The letter as PDF: the same bytes every time it is asked for. `logo`: of `logo_of(claimed)`. Raises LetterFailed."""
    letter = letter_of(claimed, logo=logo)
    return letters.render(letter.kind, letter.as_json(), at=claimed.decision.signed_at)


def audience_of(claimed: ClaimedDelivery) -> Audience:
    """Whose words and parts the letter has."""
    return Audience(claimed.audience.value)


def logo_of(claimed: ClaimedDelivery) -> str:
    """SHA-256 of the picture in the letterhead that was frozen with the decision; empty = none."""
    return frozen_for(claimed.content, audience_of(claimed)).logo


def letter_of(claimed: ClaimedDelivery, *, logo: bytes = b"") -> DecisionLetter:
    """The frozen content as the letter to this recipient prints it; the BSN only for the patient's own hospital."""
    decision = claimed.decision
    make = gp_letter if audience_of(claimed) is Audience.GP else decision_letter
    stamp = Stamp(
        recipient=_addressee(claimed),
        bsn=claimed.bsn,
        document_number=decision.document_number,
        signed_at=decision.signed_at,
        text_hash=decision.content_hash,
        reason=decision.correction_reason,
        logo=logo,
    )
    return make(claimed.content, stamp)


def _addressee(claimed: ClaimedDelivery) -> Recipient:
    """Who stands in the window of the envelope. Of a general practitioner only the name is known."""
    if claimed.recipient_name:
        return Recipient(name=claimed.recipient_name)
    return Recipient(name=claimed.content["recipient"] or claimed.recipient.name, lines=_address(claimed))


def _address(claimed: ClaimedDelivery) -> tuple[str, ...]:
    return tuple(line for line in (claimed.recipient.name, claimed.recipient.city) if line)
