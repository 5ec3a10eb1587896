"""The questions of a profile (`labels`), and which of them an OBX, a note or a heading is, by what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from integrations.hl7v2.message.items import Item
from integrations.hl7v2.text.values import day
from integrations.hl7v2.text.words import folded_all, holds_any
from integrations.profiles import asked_of, urgency_of
from mdo_portal.exchange import Profile

_ASKING = ("board", "radiology", "pathology", "reason")
_ABOUT_A_QUESTION = re.compile(r"(?<!\w)(?:eerdere?|vorige?|vroegere?|oude?|datum|(?:be)?antwoord(?!en vra)\w*|previous)(?!\w)")
"""What was asked before, when it was, or what was answered: nothing of it is asked now."""
_A_QUESTION = re.compile(
    r"(?<!\w)(?!(?:aan|na|hulp|zorg|terug|onder|over|op|uit|patiënt\w*|patient\w*)-?vra)[\w-]{0,20}?"
    r"(?:vraag|vragen|vraagst(?:elling(?:en)?)?|vr\. ?stelling)(?!\w)"
)
"""`Aanvraag` and `hulpvraag` ask no board."""
_OF_ANOTHER = re.compile(
    r"(?:heeft|aan|van|voor|tbv|t\.b\.v\.) (?:de |het )?(?:pati[eë]nt|famili|huisarts|apothe|laborat|radiolo|patholo)"
)
"""Who asks is the patient, or is asked is no board."""
_URGENCY, _LATEST = "urgency", "latest"
_WITHIN = re.compile(r"(?:UITERLIJK )?(?:BINNEN|OVER) .{1,20}(?:DAG|DAGEN|WEEK|WEKEN|MAAND|MAANDEN|UUR)\.?")


_HASTE = re.compile(
    r"^(?!.*(?<!\w)(?:seh|verricht|gemaakt|gedaan|geweest|gehad)(?!\w)).*(?<!\w)"
    r"spoed(?![- ]?(?:eisende|opname|opvang|ok|operatie|poli|post|consult|ct|pet|mri|echo|scan)|(?:eisend|ig)?e? (?:rt|chemo))"
)
"""Haste of a registration: that of a scan, an operation or a visit (`Spoed CT gemaakt`) was."""


def how_soon(said: str, profile: Profile) -> str:
    """What says how soon in an answer: a word of the profile, alone or before more (`Ja - binnen 1 week`), or within which time; ""
    where it says something else.
    """
    whole, shown = said.strip(), said.strip(" .!\n")
    first = _MORE.split(shown, maxsplit=1)[0].strip()
    return next(
        (one for one in (whole, shown, first) if one and (urgency_of(profile, one) or _WITHIN.fullmatch(one.upper()))), ""
    )


_LONGEST = 200
"""Letters of a name that are looked at: of one without end it would take long."""
_MORE = re.compile(r"\s[-\u2013]\s|[,;:(/]")


class Labels:
    """Made once for a message, which asks it of every name in it."""

    def __init__(self, profile: Profile) -> None:
        self._rules, self._profile = profile["labels"], profile
        self._known = [
            (str(name), _folded(rule, "codes"), _folded(rule, "headings"), _folded(rule, "words"))
            for name, rule in self._rules.items()
        ]

    def names(self, label: str) -> frozenset[str]:
        """What one of them is called anywhere. A heading is compared without its full stop: so is what is shortened."""
        return _without_stops(tuple(self._rules.get(label, {}).get("words", ())))

    def headings(self, label: str) -> frozenset[str]:
        """The same with what it is called only above a paragraph (`Vraag`)."""
        rule = self._rules.get(label, {})
        return _without_stops((*rule.get("words", ()), *rule.get("headings", ())))

    def of(self, called: str, code: str = "") -> str:
        """Which of them these words, or this code, are: `board`, `radiology`, …; "" when none."""
        code, shown = code.strip().casefold(), called.casefold().replace("_", " ")
        bare = shown.rstrip(" :?")
        for name, codes, headings, words in self._known:
            if code in codes or (name != "board" and bare in headings):
                return name
            if holds_any(shown, words):
                if name in _ASKING and _ABOUT_A_QUESTION.search(shown):
                    return ""
                return (asked_of(shown) if name == "board" else "") or name
        return ""

    def answered(self, item: Item) -> str:
        """Which of them an OBX answers."""
        found = self.of(item.label, item.segment.component(3))
        if found in ("", "board") and (whom := _whom(item.label)):
            found = "" if says_yes_or_no(item.text) else whom
        return found or (_URGENCY if self._says_how_urgent(item) else _LATEST if _says_until(item) else "")

    def _says_how_urgent(self, item: Item) -> bool:
        """Whether what is called `Urgentie` and no more, or something with haste (`Spoedindicatie`), says how soon.

        Urgency of the bladder is a complaint, and says yes or no; the Spoedeisende Hulp is a department.
        """
        name = item.label[:_LONGEST].casefold().replace("_", " ").strip(" :?")
        least = len("YES") if name == "urgentie" else 0 if _HASTE.search(name) else None
        return least is not None and len(how_soon(item.text, self._profile)) > least

    def bare_questions(self, values: Iterable[Item], said: Mapping[int, str]) -> list[Item]:
        """The values that are called `Vraag`, or `Vraag 2`, and no more, where none says to whom; else those with the word in their name.

        `said`: what each answers by its name.
        """
        if "board" in said.values():
            return []
        called = _folded(self._rules.get("board", {}), "headings")
        lines = [(one, one.label.casefold().rstrip(" :?.*0123456789")) for one in values]
        bare = [one for one, name in lines if name in called]
        return bare or [one for one, name in lines if not said.get(one.position) and _is_question(one, name)]


def _whom(called: str) -> str:
    """`radiology` or `pathology` of what is a question to one of them by whatever name (`Zijn er vragen voor de patholoog?`)."""
    shown = called.casefold().replace("_", " ")
    is_one = _A_QUESTION.search(shown) is not None and _ABOUT_A_QUESTION.search(shown) is None
    return asked_of(shown) if is_one and _TO_SOMEBODY.search(shown) else ""


def says_yes_or_no(text: str) -> bool:
    """Whether an answer says no more than whether something is asked at all."""
    return _YES_OR_NO.fullmatch(text.strip()) is not None


_ANSWERS = re.compile(r"(?:ja|nee)\b", re.IGNORECASE)
_YES_OR_NO = re.compile(r"(?:ja|nee|geen|n\.?v\.?t)\.?", re.IGNORECASE)
_TO_SOMEBODY = re.compile(
    r"(?:aan|voor|tbv|t\.b\.v\.)(?: (?:de|het))? (?:afdeling )?(?:radiolo|patholo)|vra\w* (?:radiolo|patholo)"
)


def _says_until(item: Item) -> bool:
    """Whether a name says until when one is to be discussed (`Voor welke datum moet zij besproken zijn?`), and a day stands there."""
    return _UNTIL.search(item.label[:_LONGEST].casefold()) is not None and day(item.text) is not None


_UNTIL = re.compile(
    r"(?:v[oó][oó]r (?:welke|wanneer|deze|datum)|uiterlijke?|uiterste|deadline|laatste? (?:mogelijk|nuttige|zinvolle|wenselijke))"
    r".*(?:bespr|mdo\b)|(?:bespr\w*|mdo)\b.*(?:uiterlijk|\bv[oó][oó]r\W*$)|bespreken (?:v[oó][oó]r|uiterlijk)\b|v[oó][oó]r .*bespreken"
)
"""The last day of all (`Datum laatste MDO`) is that of a discussion of before."""


def _is_question(item: Item, name: str) -> bool:
    """Whether a value is a question by a word of its name (`Kernvraag`, `Vraag van de inbrenger`), and in what it says."""
    is_named = _A_QUESTION.search(name) is not None and not (_ABOUT_A_QUESTION.search(name) or _OF_ANOTHER.search(name))
    said = item.text.strip() if is_named and not item.is_document else ""
    return (" " in said and not _ANSWERS.match(said)) or said.endswith("?")


def _folded(rule: Mapping[str, Iterable[str]], part: str) -> frozenset[str]:
    return folded_all(tuple(rule.get(part, ())))


@lru_cache(maxsize=64)
def _without_stops(words: tuple[str, ...]) -> frozenset[str]:
    return folded_all(tuple(one.rstrip(".") for one in words))
