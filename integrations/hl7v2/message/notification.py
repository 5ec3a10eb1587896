"""The notification of a document (TXA): its number, the one that it is about, its state, its day, its file and what it is.

Many senders have a field more or less than the standard. Numbers and state that stand aside together are read where they stand.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property

from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.status_codes import GONE, said, state_of, status_in
from integrations.hl7v2.text.values import day
from mdo_portal.exchange import Profile

_ORIGINATOR, _NUMBER, _PARENT, _FILE, _STATE, _AVAILABLE = 9, 12, 13, 16, 17, 19
_COMPLETION = frozenset({"DI", "DO", "IP", "IN", "PA", "AU", "LA"})
"""How far a document is (table 0271)."""
_OF_A_DOCUMENT = _COMPLETION | {"AV", "CA", "OB", "UN"}
"""What is known of a document (tables 0271 and 0273)."""
_PUT_AWAY = frozenset({"OB", "UN"})
_STATES = (_STATE, 16, 18, 15, _AVAILABLE, 20)
"""Where a state stands: its own field first."""
_MOST_LATE = 3
_DAYS = (4, 6, 5, 7, 8)
"""When it was done, and when it was written; else, for want of these, when it was typed or changed. TXA-5 is somebody."""
_NAMED = re.compile(r"[^\\/]+\.(?:pdf|docx?|rtf|txt|html?|xml|odt)", re.IGNORECASE)
_WITH_A_PARENT = ("T05", "T06", "T07", "T08", "T09", "T10", "T11")
"""Additions, changes and replacements: a document by itself has none."""
_ADDING = ("T05", "T06")
"""What adds to a document that stands (HL7 v2.5 9.6)."""
_CODE = 4
"""Table 0270 has codes of two letters; hospitals write longer words in its place."""


class Notification:
    """A TXA in a message of this event; `rules` are those of the profile for results."""

    def __init__(self, segment: Segment, event: str, rules: Profile) -> None:
        self.segment, self._event, self._rules = segment, event, rules

    @property
    def is_adding(self) -> bool:
        """Whether it is of an addendum, which stands beside its parent."""
        return self._event in _ADDING

    @property
    def is_replacing(self) -> bool:
        return self._event in self._rules["replacing"]

    @property
    def is_cancelling(self) -> bool:
        return self._event in self._rules["cancelling"]

    @cached_property
    def status(self) -> str:
        """TXA-19, else TXA-17."""
        own, aside = self._availability
        if {own, aside} & set(self._rules["unavailable"]) or state_of(own) == GONE:  # words aside may be why it changed (TXA-21)
            return GONE
        return status_in(self.segment, self._state_at, self._rules["completion"])

    @property
    def is_put_away(self) -> bool:
        """TXA-19: obsolete, or not to be had. A newer version may stand."""
        return not _PUT_AWAY.isdisjoint(self._availability)

    @property
    def _availability(self) -> tuple[str, str]:
        return said(self.segment, _AVAILABLE - self._early), said(self.segment, self._state_at + 2)

    @cached_property
    def number(self) -> str:
        """TXA-12, where it is a number: one that says its status there says it of every document."""
        number = self._entity(_NUMBER + self._aside) or self._before_somebody
        if not (number or self._aside or self._event in _WITH_A_PARENT):
            number = self._entity(_PARENT)
        return "" if number.strip().upper() in _OF_A_DOCUMENT else number

    @property
    def number_aside(self) -> tuple[str, str]:
        """(the number of the document, its place) where the fields stand aside; nothing where they do not."""
        if self._before_somebody:
            return self._before_somebody, f"TXA-{_ORIGINATOR}-1"
        at = _NUMBER + self._aside
        number = self._entity(at) if self._aside else ""
        return (number, f"TXA-{at}-1") if number and number.upper() not in _OF_A_DOCUMENT else ("", "")

    @cached_property
    def parent(self) -> str:
        """TXA-13: the document that this one adds to, replaces or takes back."""
        return self._entity(_PARENT + self._aside) or (self._entity(_PARENT) if self._aside < 0 else "")

    @property
    def name_of_words(self) -> str:
        """Under which the words and the file of the document are known: its number; of an addendum that has none of its own something
        below that, for it stands beside what it adds to.
        """
        is_own = not self.is_adding or self.parent not in ("", self.number)
        return self.number if is_own or not self.number else f"{self.number}/&"

    @property
    def added_to(self) -> list[str]:
        """The document that an addendum adds to, if it says that."""
        named = self.parent or self.number
        return [named] if named and self.is_adding else []

    @property
    def replaced(self) -> str:
        """The parent of a replacement or an edit."""
        return self.parent if self.is_replacing else ""

    @property
    def file_name(self) -> str:
        """TXA-16; or what is the name of a file in a field beside it."""
        own = "" if said(self.segment, _FILE) in _OF_A_DOCUMENT else self.segment.component(_FILE)
        beside = map(self.segment.component, (_FILE + 1, _FILE - 1))
        return own or next((one for one in beside if _NAMED.fullmatch(one)), "")

    @property
    def dated_on(self) -> date | None:
        """The day of the document."""
        on = (day(self.segment.component(n)) for n in _DAYS if not self.segment.component(n, 2))
        return next(filter(None, on), None)

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """What the document is, in words: its kind (TXA-2) and its title (TXA-25, v2.7; before that many write it for a file name)."""
        kind = self.segment.component(2, 2) or self._kind_in_words
        file = self.file_name if " " in self.file_name.strip() and not _NAMED.fullmatch(self.file_name) else ""
        return tuple(dict.fromkeys(filter(None, (kind, self.segment.component(25), file))))

    @property
    def title(self) -> str:
        """What the document is where TXA-2 says that in words alone; else its file name, else the words or the code of what it is."""
        return self._kind_in_words or self.file_name or self.segment.component(2, 2) or self.segment.component(2)

    @property
    def _kind_in_words(self) -> str:
        """What stands in the place of a code (TXA-2) and is a word: longer than one, and with a letter, which LOINC has none of."""
        code = self.segment.component(2)
        return code if len(code) > _CODE and any(map(str.isalpha, code)) else ""

    @cached_property
    def _aside(self) -> int:
        """How many fields its numbers stand aside: late by as many as its state does, for the number of an order (TXA-14) is none."""
        if self._early:
            return -1
        late = self._state_at - _STATE
        is_late = 0 < late <= _MOST_LATE and not any(self.segment.as_sent(_NUMBER + n) for n in range(late))
        return late if is_late and self._entity(_NUMBER + late) else 0

    @cached_property
    def _early(self) -> int:
        """How many fields the numbers and states stand early: a state is no file name (TXA-16), and a number alone nobody (TXA-11)."""
        is_state = said(self.segment, _FILE) in _OF_A_DOCUMENT and not said(self.segment, _STATE)
        return int(is_state and bool(self.segment.component(11)) and not self.segment.component(11, 2))

    @cached_property
    def _state_at(self) -> int:
        return next((n for n in _STATES if said(self.segment, n) in _COMPLETION), _STATE - self._early)

    def _entity(self, n: int) -> str:
        """A number in the first component of a field; Epic writes it in the third (`^^12345`), others in the sixth."""
        if self.names_somebody(n):
            return ""
        return next(filter(None, (self.segment.component(n, c).strip() for c in (1, 3, 6))), "")

    def names_somebody(self, n: int) -> bool:
        """Whether somebody stands where a number belongs (`777^Wit^Anna^^^dr.`): all that he wrote would have the same number.

        A number (EI) has who gave it, and behind that what kind of name this is (`123^ZEED^1.2.3^ISO`), which some leave out: of
        `123^HIX^ZEED` in capitals only who stands in a field of people too is somebody. Nobody is called as a system is.
        """
        number, family, given, kind, *more = (self.segment.component(n, c).strip() for c in range(1, 7))
        if not (number and family and given) or any(map(str.isdigit, family + given)) or (kind and not any(more)):
            return False
        may_have_given_it = not any(more) and (f"{family}{given}".isupper() or _is_system(family))
        return not may_have_given_it or any(self.segment.component(one).strip() == number for one in _PEOPLE)

    @cached_property
    def _before_somebody(self) -> str:
        """The number where who wrote the document belongs, of who has him where the number does."""
        is_there = self.names_somebody(_NUMBER) and not self.segment.component(_ORIGINATOR, 2)
        number = self.segment.component(_ORIGINATOR).strip() if is_there else ""
        return number if any(map(str.isdigit, number)) else ""


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
