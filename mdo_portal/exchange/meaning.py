"""What a message is to us, in one word: for a person who tries one."""

from __future__ import annotations

from mdo_portal.exchange.incoming import (
    Incoming,
    IncomingAnswer,
    IncomingAppointment,
    IncomingNotice,
    IncomingReferral,
    IncomingResult,
    PatientChange,
    PatientLink,
    PatientMerge,
)

_WORDS: dict[type, str] = {
    IncomingReferral: "referral",
    IncomingResult: "result",
    IncomingAnswer: "answer",
    IncomingNotice: "notice",
    IncomingAppointment: "appointment",
    PatientChange: "patient",
    PatientMerge: "merge",
    PatientLink: "link",
}
MEANINGS = (*_WORDS.values(), "withdrawal", "receipt")


def meaning_of(incoming: Incoming) -> str:
    """One of MEANINGS, the same whatever the wire. A referral that is taken back is a withdrawal, and makes no case."""
    if isinstance(incoming, IncomingReferral) and incoming.cancelled:
        return "withdrawal"
    return _WORDS.get(type(incoming), "receipt")


def is_cut_off(content: bytes) -> bool:
    """Whether these bytes begin as a PDF and do not end as one: the rest was lost on the way."""
    return content.startswith(b"%PDF-") and b"%%EOF" not in content[-2_048:]
