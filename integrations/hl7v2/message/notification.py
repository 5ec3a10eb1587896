"""The notification of a document (TXA): its number, the one that it is about, its state, its day and its file.

Many senders have a field more or less than the standard. Numbers and state that stand aside together are read where they stand.
"""

from __future__ import annotations

import re
from datetime import date

from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.events import event_of
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.status_codes import GONE, said, state_of, status_in
from integrations.hl7v2.text.values import day
from mdo_portal.exchange import Profile

_ORIGINATOR, _NUMBER, _PARENT, _FILE, _STATE, _AVAILABLE = 9, 12, 13, 16, 17, 19
_COMPLETION = frozenset({"DI", "DO", "IP", "IN", "PA", "AU", "LA"})
"""How far a document is (table 0271)."""
_OF_A_DOCUMENT = _COMPLETION | {"AV", "CA", "OB", "UN"}
"""What is known of a document (tables 0271 and 0273)."""
_STATES = (_STATE, 16, 18, 15, _AVAILABLE, 20)
"""Where a state stands: its own field first."""
_MOST_LATE = 3
_DAYS = (4, 6, 5, 7, 8)
"""When it was done, and when it was written; else, for want of these, when it was typed or changed. TXA-5 is somebody."""
_NAMED = re.compile(r"[^\\/]+\.(?:pdf|docx?|rtf|txt|html?|xml|odt)", re.IGNORECASE)
_WITH_A_PARENT = ("T05", "T06", "T07", "T08", "T09", "T10", "T11")
"""Additions, changes and replacements: a document by itself has none."""


def document_status(notification: Segment, profile: Profile) -> str:
    """TXA-19, else TXA-17."""
    rules, state = profile["result"], _state_at(notification)
    own, aside = (said(notification, n) for n in (_AVAILABLE - _early(notification), state + 2))
    if {own, aside} & set(rules["unavailable"]) or state_of(own) == GONE:  # words aside may be why it changed (TXA-21)
        return GONE
    return status_in(notification, state, rules["completion"])


def document_number(notification: Segment | None, event: str) -> str:
    """TXA-12, where it is a number: one that says its status there says it of every document."""
    if notification is None:
        return ""
    aside = _aside(notification)
    number = _entity(notification, _NUMBER + aside) or _before_somebody(notification)
    if not (number or aside or event in _WITH_A_PARENT):
        number = _entity(notification, _PARENT)
    return "" if number.strip().upper() in _OF_A_DOCUMENT else number


def number_aside(notification: Segment | None) -> tuple[str, str]:
    """(the number of a document, its place) where the fields of the notification stand aside; nothing where they do not."""
    if notification is not None and (number := _before_somebody(notification)):
        return number, f"TXA-{_ORIGINATOR}-1"
    aside = _aside(notification) if notification is not None else 0
    number = _entity(notification, _NUMBER + aside) if notification is not None and aside else ""
    return (number, f"TXA-{_NUMBER + aside}-1") if number and number.upper() not in _OF_A_DOCUMENT else ("", "")


def is_put_away(notification: Segment) -> bool:
    """TXA-19: obsolete, or not to be had. A newer version may stand."""
    return bool(
        {said(notification, _AVAILABLE - _early(notification)), said(notification, _state_at(notification) + 2)} & _PUT_AWAY
    )


_PUT_AWAY = frozenset({"OB", "UN"})


def parent_number(notification: Segment) -> str:
    """TXA-13: the document that this one adds to, replaces or takes back."""
    aside = _aside(notification)
    return _entity(notification, _PARENT + aside) or (_entity(notification, _PARENT) if aside < 0 else "")


def name_of_words(notification: Segment, event: str) -> str:
    """Under which the words and the file of a document are known: its number; of an addendum that has none of its own something below
    that, for it stands beside what it adds to.
    """
    number = document_number(notification, event)
    is_own = event not in ADDING or parent_number(notification) not in ("", number)
    return number if is_own or not number else f"{number}/&"


def document_added_to(notification: Segment, event: str) -> list[str]:
    """The document that an addendum adds to, if it says that."""
    named = parent_number(notification) or document_number(notification, event)
    return [named] if named and event in ADDING else []


ADDING = ("T05", "T06")
"""What adds to a document that stands (HL7 v2.5 9.6)."""


def replaced(message: Message, profile: Profile) -> str:
    """The parent of a replacement or an edit; an addendum stands beside its parent."""
    notification, takes_place = message.first("TXA"), event_of(message) in profile["result"]["replacing"]
    return parent_number(notification) if notification is not None and takes_place else ""


def file_name_of(notification: Segment) -> str:
    """TXA-16; or what is the name of a file in a field beside it."""
    own = "" if said(notification, _FILE) in _OF_A_DOCUMENT else notification.component(_FILE)
    return own or next((one for one in map(notification.component, (_FILE + 1, _FILE - 1)) if _NAMED.fullmatch(one)), "")


def dated(notification: Segment) -> date | None:
    """The day of a document."""
    on = (day(notification.component(n)) for n in _DAYS if not notification.component(n, 2))
    return next(filter(None, on), None)


def _aside(notification: Segment) -> int:
    """How many fields its numbers stand aside: late by as many as its state does, for the number of an order (TXA-14) is none of it."""
    if _early(notification):
        return -1
    late = _state_at(notification) - _STATE
    is_late = 0 < late <= _MOST_LATE and not any(notification.as_sent(_NUMBER + n) for n in range(late))
    return late if is_late and _entity(notification, _NUMBER + late) else 0


def _early(notification: Segment) -> int:
    """How many fields the numbers and states stand early: a state is no file name (TXA-16), and a number alone nobody (TXA-11)."""
    is_state = said(notification, _FILE) in _OF_A_DOCUMENT and not said(notification, _STATE)
    return int(is_state and bool(notification.component(11)) and not notification.component(11, 2))


def _state_at(notification: Segment) -> int:
    return next((n for n in _STATES if said(notification, n) in _COMPLETION), _STATE - _early(notification))


def _entity(segment: Segment, n: int) -> str:
    """A number in the first component of a field; Epic writes it in the third (`^^12345`), others in the sixth."""
    return "" if names_somebody(segment, n) else next(filter(None, (segment.component(n, c).strip() for c in (1, 3, 6))), "")


def names_somebody(segment: Segment, n: int) -> bool:
    """Whether somebody stands where a number belongs (`777^Wit^Anna^^^dr.`): all that he wrote would have the same number.

    A number (EI) has who gave it, and behind that what kind of name this is (`123^ZEED^1.2.3^ISO`), which some leave out: of
    `123^HIX^ZEED` in capitals only who stands in a field of people too is somebody. Nobody is called as a system is.
    """
    number, family, given, kind, *more = (segment.component(n, c).strip() for c in range(1, 7))
    if not (number and family and given) or any(map(str.isdigit, family + given)) or (kind and not any(more)):
        return False
    may_have_given_it = not any(more) and (f"{family}{given}".isupper() or _is_system(family))
    return not may_have_given_it or any(segment.component(one).strip() == number for one in _PEOPLE)


def _is_system(name: str) -> bool:
    """Whether a system is called so. What is short for one is written in capitals: Lis is somebody."""
    return name.casefold() in _SYSTEMS and not (name.casefold() in _SHORT and name.istitle())


_SHORT = ("epd", "zis", "ris", "lis", "lms", "dms")
_SYSTEMS = frozenset(
    ("chipsoft", "hix", "epic", "nexus", "xcare", "xhis", "cerner", "millennium", "meditech", "sectra", "zorgplatform", "cloverleaf",
     "rhapsody", "ensemble", "mirth", "epd", "zis", "ris", "pacs", "lis", "lms", "dms", "palga")
)  # fmt: skip
"""What gives documents their numbers in Dutch hospitals, as it stands in EI-2."""
_PEOPLE = (5, 9, 10, 11)
"""Who dictated, wrote, judged and typed a document."""


def _before_somebody(notification: Segment) -> str:
    """The number where who wrote the document belongs, of who has him where the number does."""
    is_there = names_somebody(notification, _NUMBER) and not notification.component(_ORIGINATOR, 2)
    number = notification.component(_ORIGINATOR).strip() if is_there else ""
    return number if any(map(str.isdigit, number)) else ""
