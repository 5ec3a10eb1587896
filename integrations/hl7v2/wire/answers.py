"""What the other side said about a message of ours: believed by its code, and only when it is about that message.

HL7 v2.5.1 2.9: AA, AE, AR are the application's word; CA, CE, CR only say that the message was kept, or not. A profile may say
otherwise for its codes (`[outgoing.answers]`), and by MSH-16 whether the application's word is waited for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from integrations.hl7v2.text.er7 import Message
from integrations.profiles import load
from mdo_portal.exchange import Receipt, ReceiptKind, Unreadable, WrongProfile

_KINDS = {
    "AA": ReceiptKind.ACCEPTED,
    "CA": ReceiptKind.ACCEPTED,
    "AE": ReceiptKind.REFUSED,
    "CE": ReceiptKind.REFUSED,
    "AR": ReceiptKind.LATER,
    "CR": ReceiptKind.LATER,
}


@dataclass(frozen=True)
class Manners:
    """How one receiver answers."""

    application: str = ""  # MSH-16 of what it gets: whose word we wait for after a commit
    otherwise: Mapping[str, str] = field(default_factory=dict)  # code -> refused, later or accepted

    @classmethod
    def of(cls, wishes: Mapping[str, Any]) -> Manners:
        """From `[outgoing]` of a profile."""
        return cls(wishes["application"], wishes.get("answers", {}))

    @property
    def waits(self) -> bool:
        """Whether a commit (CA) is not the last word: MSH-16 asks for the application's."""
        return self.application in ("AL", "SU", "ER")

    @property
    def silence_is_yes(self) -> bool:
        """MSH-16 ER: only errors are told, so a commit and then nothing is all that ever comes."""
        return self.application == "ER"

    def kind(self, code: str) -> ReceiptKind:
        said = self.otherwise.get(code, "")
        return ReceiptKind(said) if said else _KINDS[code]


PLAIN = Manners()


def read_ack(raw: bytes, expects: str, manners: Manners = PLAIN) -> Receipt:
    """What the other side said about the message with control id `expects`.

    Anything that is not clearly about that message is UNKNOWN: junk, another id, no code. So is a commit where the application's
    word is still to come: UNKNOWN with code CA, kept and not confirmed.
    """
    try:
        message = Message.parse(raw)
    except Unreadable as trouble:
        return Receipt(ReceiptKind.UNKNOWN, code=trouble.reason)
    code, reference = message.get("MSA-1-1").strip().upper(), message.get("MSA-2").strip()
    if reference != expects or code not in _KINDS:
        return Receipt(ReceiptKind.UNKNOWN, code="foreign" if code in _KINDS else "no_code", reference=reference)
    return _said(message, code, reference, manners)


def is_commit(receipt: Receipt) -> bool:
    """Kept by the other side, and its application has not spoken yet."""
    return receipt.kind is ReceiptKind.UNKNOWN and receipt.code in _KINDS


def acknowledged(raw: bytes, profile: str = "") -> tuple[str, Receipt] | None:
    """(control id of the message of ours, what is said about it) when `raw` is an acknowledgement that came by itself; else None.

    That is ACK^… with a code and a number in MSA: the application's word, later and over another connection. It is no message about
    a patient and is never read as one. A commit that comes this way settles nothing: UNKNOWN with its code. `profile` is that of the
    letters to this hospital; whoever settles must check that the letter with this number went there, for the number alone proves
    nothing about who speaks. The control id may be shorter than ours: profiles cut it (`control_id_length`).
    """
    try:
        message = Message.parse(raw)
    except Unreadable:
        return None
    code, reference = message.get("MSA-1-1").strip().upper(), message.get("MSA-2").strip()
    if message.get("MSH-9-1").strip().upper() != "ACK" or code not in _KINDS or not reference:
        return None
    receipt = _said(message, code, reference, _manners(profile))
    settles = not (code.startswith("C") and receipt.kind is ReceiptKind.ACCEPTED)
    return reference, receipt if settles else _committed(receipt)


def _said(message: Message, code: str, reference: str, manners: Manners) -> Receipt:
    receipt = Receipt(manners.kind(code), code=code, reference=reference, text=_words(message))
    is_last = not (code.startswith("C") and manners.waits and receipt.kind is ReceiptKind.ACCEPTED)
    return receipt if is_last else _committed(receipt)


def _committed(receipt: Receipt) -> Receipt:
    return replace(receipt, kind=ReceiptKind.UNKNOWN)


def _manners(profile: str) -> Manners:
    try:
        return Manners.of(load(profile)["outgoing"])
    except (KeyError, WrongProfile):
        return PLAIN  # no profile of this wire: the standard's own meaning


def _words(message: Message) -> str:
    places = ("MSA-3", "ERR-8", "ERR-7", "ERR-3-2", "ERR-1-4-2")
    return " / ".join(dict.fromkeys(filter(None, (message.get(place).strip() for place in places))))
