"""An invented letter over a real channel: does the other side take it? The patient in it does not exist, and the letter says so."""

from __future__ import annotations

from datetime import date, datetime

from mdo_portal.domain.identifiers import new_id
from mdo_portal.exchange import Address, Contact, OutgoingDecision, PatientIdentity, PersonName, Receipt, ReceiptKind, Sender
from mdo_portal.letters import letters
from mdo_portal.letters.letter_data import DecisionLetter, LetterPatient, Recipient, Recommendation, Signer

TEXT = "Dit is een proefbrief. De patiënt bestaat niet; er hoeft niets te gebeuren."
_NAME, _BORN, _NUMBER = "P. Proefbrief", date(1950, 1, 1), "PROEF"


def send(sender: Sender, address: Address, *, recipient: str, hospital: str, network: str, now: datetime) -> Receipt:
    """Send it now and give what was said. Never raises for what the other side does; no transaction should be open."""
    number = f"PROEF-{now:%Y%m%d-%H%M%S}"
    try:
        return sender.send(_decision(number, recipient, hospital, network, address, now=now), address)
    except Exception as error:
        # The edge: whatever our own writer or the other side did, whoever tries it sees a code.
        return Receipt(ReceiptKind.LATER, code=type(error).__name__)


def _decision(number: str, recipient: str, hospital: str, network: str, address: Address, *, now: datetime) -> OutgoingDecision:
    letter = _letter(number, recipient, hospital, network, now=now)
    made = str(new_id())
    return OutgoingDecision(
        delivery_id=made,
        decision_id=made,
        version=1,
        replaces_delivery_id="",
        document_number=number,
        replaces_document_number="",
        referral_number="",
        patient=PatientIdentity(
            local_number=_NUMBER,
            local_authority=address.hospital_code,
            name=PersonName(family="Proefbrief", initials="P"),
            birth_on=_BORN,
        ),
        board_name="Proef",
        meeting_at=now,
        signed_at=now,
        signed_by=Contact(name=network),
        recipient_name=recipient,
        recipient_code=address.hospital_code,
        sections=(("Advies", TEXT),),
        letter_title=f"Proefbrief {number}",
        letter_pdf=letters.render("decision", letter.as_json(), at=now),
        network_name=network,
        is_trial=True,
    )


def _letter(number: str, recipient: str, hospital: str, network: str, *, now: datetime) -> DecisionLetter:
    return DecisionLetter(
        network=network,
        board="Proef",
        meeting_at=now,
        recipient=Recipient(name=recipient, lines=()),
        patient=LetterPatient(name=_NAME, birth_on=_BORN, sex="U", hospital=hospital, number=_NUMBER, bsn=""),
        document_number=number,
        signed_at=now,
        signed_by=Signer(name=network, role="", organisation=network),
        advice=(Recommendation(TEXT),),
    )
