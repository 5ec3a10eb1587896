"""What a kind of message is to us: the small functions that a profile names in [kinds]."""

from __future__ import annotations

from collections.abc import Callable

from integrations.hl7v2.meaning.appointment import appointment
from integrations.hl7v2.meaning.asking import is_referral
from integrations.hl7v2.meaning.change import change, link, merge
from integrations.hl7v2.meaning.referral import referral
from integrations.hl7v2.meaning.result import result
from integrations.hl7v2.meaning.withdrawal import is_document_gone, withdrawn
from integrations.hl7v2.message.labels import asking_title
from integrations.hl7v2.message.notification import document_status
from integrations.hl7v2.message.statuses import is_only_done, is_only_underway
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.events import kind_of
from integrations.hl7v2.text.status_codes import GONE
from mdo_portal.exchange import Incoming, Profile, Unreadable


def _finding(message: Message, profile: Profile) -> Incoming:
    """An ORU: the referral letter when the profile recognises it as such, or the title of the document in it, else results."""
    is_asked = is_referral(message, profile) or asking_title(message, profile)
    return (referral if is_asked else result)(message, profile)


def _asked(message: Message, profile: Profile) -> Incoming:
    """An order: the referral. When all of it is done at the hospital, or under way and asks no board, or only drugs are ordered, a word
    on who is here: no case.
    """
    is_of_drugs = bool(message.all("RXO")) and not message.all("OBR")
    asks_nothing = is_of_drugs or is_only_done(message, profile) or is_only_underway(message, profile)
    return (result if asks_nothing else referral)(message, profile)


def _order_status(message: Message, profile: Profile) -> Incoming:
    """An OSU: the referral only when it is taken back; how far it is makes no case."""
    return (referral if withdrawn(message, profile) else result)(message, profile)


def _document(message: Message, profile: Profile) -> Incoming:
    """An MDM about a patient who is here; of what registers somebody for a board, and says so in its title, that it is taken back."""
    is_over = is_document_gone(message, profile) and asking_title(message, profile)
    return (referral if is_over else result)(message, profile)


def _titled_document(message: Message, profile: Profile) -> Incoming:
    """An MDM: the referral when its title says so in full and it still holds, else a document."""
    notification = message.first("TXA")
    is_gone = notification is not None and document_status(notification, profile) == GONE
    return (referral if not is_gone and asking_title(message, profile) else _document)(message, profile)


MEANINGS: dict[str, Callable[[Message, Profile], Incoming]] = {
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


def read(message: Message, profile: Profile) -> Incoming:
    """The meaning of the message. Raises Unreadable("unknown_kind") for a kind that the profile does not name."""
    meaning = profile["kinds"].get(kind_of(message), "")
    if not meaning:
        raise Unreadable("unknown_kind", "MSH-9")
    if len(message.all("MSH")) != 1:  # two messages in one frame must never be read as one
        raise Unreadable("broken", "MSH")
    return MEANINGS[meaning](message, profile)
