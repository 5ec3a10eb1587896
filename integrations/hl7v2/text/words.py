"""Codes and words of a profile: which entry does a label belong to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from integrations.hl7v2.text.boards import LONGEST, besides, by_itself, registration

WHOLE_WORD = 4


class Entries:
    """Names with their codes and words (`sections`, `documents.kinds` of a profile); made once for a message, which asks it often."""

    def __init__(self, entries: Mapping[str, Iterable[str]]) -> None:
        self._known = [(name, tuple(words)) for name, words in entries.items()]
        self._whole = [(name, folded_all(words)) for name, words in self._known]

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        return [(name, _pattern(words)) for name, words in self._known]

    def matching(self, code: str, text: str) -> str:
        """The first name with `code` among its words, or `text` as a whole; else the first with a word that stands in `text`; or ""."""
        text = text.replace("_", " ")  # some write a name as a code
        for whole in filter(None, (code.strip().casefold(), text.strip().casefold())):
            for name, words in self._whole:
                if whole in words:
                    return name
        return next((name for name, pattern in self._patterns if pattern.search(text)), "")


@lru_cache(maxsize=512)
def folded_all(words: tuple[str, ...]) -> frozenset[str]:
    """The words of a profile as they are compared: without capitals."""
    return frozenset(word.casefold() for word in words)


@lru_cache(maxsize=512)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Short words whole, longer ones as the start of a word: `who` is not in "whole", `diagnose` is in "diagnosen"."""
    parts = (re.escape(word) + (r"(?!\w)" if len(word) <= WHOLE_WORD else "") for word in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})", re.IGNORECASE)


@dataclass(frozen=True)
class Recognised:
    """By what a profile knows that somebody is registered for a board (`referral.recognised`): words, codes and systems."""

    rules: Mapping[str, Any]

    def names_board(self, words: str) -> bool:
        """Whether words name a tumour board."""
        shown, whole = words.casefold(), self.rules["asked_whole"]
        return holds_any(shown, self.rules["asked"]) or (
            holds_any(shown, whole) and by_itself(tuple(whole)).search(words.replace("_", " ")) is not None
        )

    def is_report(self, words: str) -> bool:
        """Whether words name a report."""
        return holds_any(words.casefold(), self.rules["reports"])

    def is_board(self, words: str) -> bool:
        """Whether words name a board, and no report of one."""
        return self.names_board(words) and not self.is_report(words)

    def refers(self, title: str) -> bool:
        """Whether a title says that it refers, in a whole word ("verwijzend arts" and "terugverwijzing" don't) and not behind a report.

        `Aanvraag` asks for anything; beside a board's name in a title it registers for that board.
        """
        shown = _shown(title)
        if self._is_settled(shown):
            return False
        said = _whole(tuple(self.rules["words"])).search(shown)
        if said is not None:
            return not self.is_report(shown[: said.start()])
        is_title = len(shown.split()) <= _LONGEST_TITLE and self.is_board(title)
        return is_title and _whole(tuple(self.rules["requests"])).search(shown) is not None

    def may_refer(self, title: str) -> bool:
        """Whether a title may say so: reports of a board are called `Bespreking MDO` too. A question in it tells."""
        shown = _shown(title)
        is_title = len(shown.split()) <= _LONGEST_TITLE and self.is_board(title) and not self._is_settled(shown)
        is_told = holds_any(shown, self.rules["outcomes"])
        return is_title and not is_told and _whole(tuple(self.rules["discussions"])).search(shown) is not None

    def _is_settled(self, shown: str) -> bool:
        """Whether it tells of a registration that is over or answered, or asks for something else after a board or before it."""
        if holds_any(shown, self.rules["undone"]) or holds_any(shown, self.rules["accepted"]):
            return True
        if shown.strip().startswith(tuple(self.rules["settled"])):
            return True
        if not self.names_board(shown):
            return False
        return not self.names_board(besides(self.rules).sub(" ", shown))

    def takes_back(self, title: str) -> bool:
        """Whether a title says that a registration for a board is over, and no more: `Intrekking aanmelding MDO long`.

        What else stands in it may be what is over: a scan for the board, an operation, or the withdrawal itself.
        """
        words = title.split()
        undone = [n for n, one in enumerate(words) if holds_any(one.casefold(), self.rules["undone"])]
        if undone not in ([0], [len(words) - 1]) or self.is_report(title) or len(title) > LONGEST:
            return False
        del words[undone[0]]
        left = " ".join(words).strip(" -:\u2013")
        return self.refers(left) and registration(self.rules).fullmatch(_shown(left)) is not None

    def is_state(self, label: str) -> bool:
        """Whether a label is that of the state of a registration: `Status aanmelding`, `Status MDO`, and no `Status MDO-verslag`."""
        before, status, behind = _shown(label).strip(" :?").partition("status")
        left = " ".join(f"{before} {behind}".replace("aanmeld ", "aanmelding ").split()).strip("- ")
        if not status or self.is_report(label) or len(label) > LONGEST:
            return False
        if left in self.rules["words"] or left.removeprefix("van de ").removeprefix("de ") in self.rules["words"]:
            return True
        found = registration(self.rules).fullmatch(left)
        return found is not None and bool(
            found["first"] or found["last"] or not found["which"]
        )  # `Status MDO long` may be a result's

    def is_registration(self, code: str, words: str) -> bool:
        """Whether something refers by its code, or by what it is called."""
        return code in self.rules["codes"] or self.refers(words)

    def is_system(self, name: str) -> bool:
        """Whether this is a system from which nothing comes but registrations."""
        return name.strip().upper() in self.rules["systems"]

    def only_names_board(self, text: str) -> bool:
        """Whether a text is the name of a board and no more: `MDO Long`, `Aanmelding MDO mamma`."""
        words = text.casefold().split()
        is_short = 0 < len(words) <= _MANY and not text.rstrip().endswith("?")
        begins = (*self.rules["asked"], *self.rules["asked_whole"], *self.rules["words"], *self.rules["requests"])
        return is_short and self.names_board(text) and words[0].startswith(begins)


def _shown(title: str) -> str:
    return title.casefold().replace("_", " ")


_LONGEST_TITLE = 6
"""Words. What says more is a sentence, and may tell of anything."""


def holds_any(shown: str, words: Iterable[str]) -> bool:
    """A loop, for it is asked of every name in a message, and nearly always nothing is found."""
    for word in words:  # noqa: SIM110
        if word in shown:
            return True
    return False


def not_in(shown: str, words: Iterable[str]) -> list[str]:
    """Which of the words for a document do not stand in the name of a part of it already."""
    return [one for one in words if one.casefold() not in shown.casefold()]


def tells(text: str, part: str) -> bool:
    """Whether a text has these words as whole ones: a side (`li`) is not told by *maligne*."""
    return re.search(rf"(?<!\w){re.escape(part.casefold())}(?!\w)", text.casefold()) is not None


def says_no_which(words: str) -> bool:
    """Whether this says that a board is asked, and not which: `Aanmelding MDO`, or the name of a portal for them."""
    return bool(words) and not _NO_WHICH.sub("", words.casefold().replace("_", " "))


_NO_WHICH = re.compile(
    r"\b(?:aanmeld(?:ing|en)|vragenlijst|formulier|aanvra(?:ag|gen)|verzoek|inbreng|agender(?:ing|en)|verwijzing|mdo|multidisciplinaire?|"
    r"(?:oncologie)?overleg|(?:tumor|oncologie)?bespreking|bespreken|voor|het|een|te|ter|regio(?:naal)?|"
    r"oncologi(?:e|sche?)|mdt|tumou?r ?board|amb|ref(?:erral)?|to|port(?:aa|a)l|net(?:werk)?|systeem|app|server|hub|test|acc|prod|"
    r"hl7|in){1,3}\b|\W"
)


def asks_something(line: str) -> bool:
    """Whether a line asks: it ends as a question, or begins as Dutch letters ask."""
    return line.rstrip().endswith("?") or line.strip().casefold().startswith(_ASKING)


_ASKING = ("graag ", "gaarne ", "verzoek ", "verzoeke ", "s.v.p. ", "svp ")


def is_sentence(text: str) -> bool:
    """Whether a text asks or tells something, and is nobody's name: it ends as a question, or has three words without a capital."""
    words = [one for one in text.split() if len(one) >= WHOLE_WORD and one.isalpha() and one.islower()]
    return text.rstrip().endswith("?") or len(words) >= _MANY


_MANY = 3
"""Words without a capital; a name has its prefixes, which are short."""


@lru_cache(maxsize=64)
def _whole(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?<!terug[- ])(?:" + "|".join(map(re.escape, words)) + r")(?!\w)")
