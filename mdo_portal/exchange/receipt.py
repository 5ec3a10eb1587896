"""What the other side says about something we sent, at once or later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReceiptKind(StrEnum):
    """What the other side said about something we sent."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # never again without a person
    LATER = "later"  # not now; try again
    UNKNOWN = "unknown"  # silence, junk, somebody else's id: sent is not received


@dataclass(frozen=True)
class Receipt:
    """The other side's word. Only ACCEPTED with our own id makes a delivery *received*."""

    kind: ReceiptKind
    code: str = ""  # "AA", "AE", "201", "timeout", …
    reference: str = ""  # MSA-2 / resource id that matched
    text: str = ""  # the receiver's words, for a person; never logged
    at: datetime | None = None
    wait_seconds: float = 0.0  # not now: how long it asks not to be asked again; 0 = it does not say


@dataclass(frozen=True)
class IncomingReceipt:
    """The application's word about a letter, that came later and as a message of its own (HL7 v2.5 2.9.3, deferred).

    It proves nothing about who speaks: it settles only a letter that went to the hospital whose line brought it.
    """

    control_id: str  # MSA-2: the number under which the letter left, or its beginning where a profile cuts it
    receipt: Receipt
    unmapped: tuple[str, ...] = ()
    sent_at: datetime | None = None
