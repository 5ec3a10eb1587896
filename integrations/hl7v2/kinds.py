"""What a kind of message is to us: the small functions that a profile names in [kinds]."""

from __future__ import annotations

from collections.abc import Callable

from integrations.hl7v2.meaning.appointment import appointment
from integrations.hl7v2.meaning.asking import is_asked
from integrations.hl7v2.meaning.change import change, link, merge
from integrations.hl7v2.meaning.referral import referral
from integrations.hl7v2.meaning.result import result
from integrations.hl7v2.meaning.withdrawal import is_document_gone, taken_back_by_title, withdrawn
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.statuses import is_only_done, is_only_underway
from integrations.hl7v2.text.status_codes import GONE
from mdo_portal.exchange import Incoming, Unreadable


def _finding(reading: Reading) -> Incoming:
    """An ORU: the referral letter when the profile recognises it as such, or the title of the document in it, else results."""
    return (referral if is_asked(reading) or reading.asking_title else result)(reading)


def _asked(reading: Reading) -> Incoming:
    """An order: the referral. When all of it is done at the hospital, or under way and asks no board, or only drugs are ordered, a word
    on who is here: no case.
    """
    is_of_drugs = bool(reading.message.all("RXO")) and not reading.message.all("OBR")
    asks_nothing = is_of_drugs or is_only_done(reading) or is_only_underway(reading)
    return (result if asks_nothing else referral)(reading)


def _order_status(reading: Reading) -> Incoming:
    """An OSU: the referral only when it is taken back; how far it is makes no case."""
    return (referral if withdrawn(reading) else result)(reading)


def _document(reading: Reading) -> Incoming:
    """An MDM about a patient who is here; of what registers somebody for a board, and says so in its title, that it is taken back."""
    is_gone = is_document_gone(reading) and reading.asking_title
    return (referral if is_gone or taken_back_by_title(reading) else result)(reading)


def _titled_document(reading: Reading) -> Incoming:
    """An MDM: the referral when its title says so in full and it still holds, else a document."""
    is_gone = reading.notification is not None and reading.notification.status == GONE
    return (referral if not is_gone and reading.asking_title else _document)(reading)


MEANINGS: dict[str, Callable[[Reading], Incoming]] = {
    "referral": _asked,
    "finding": _finding,
    "result": result,
    "document": _document,
    "titled_document": _titled_document,
    "order_status": _order_status,
    "patient": change,
    "merge": merge,
    "link": link,
    "appointment": appointment,
}


def read(reading: Reading) -> Incoming:
    """The meaning of the message. Raises Unreadable("unknown_kind") for a kind that the profile does not name."""
    meaning = reading.profile["kinds"].get(reading.kind, "")
    if not meaning:
        raise Unreadable("unknown_kind", "MSH-9")
    if len(reading.message.all("MSH")) != 1:  # two messages in one frame must never be read as one
        raise Unreadable("broken", "MSH")
    return MEANINGS[meaning](reading)
