"""By what people call something: which field of a referral or which column of a case that is. One list of words for every wire.

The list stands in the profile of the wire that had it first (`[labels]` and `[sections]` of generic-v2.toml); a FHIR profile names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from unicodedata import normalize

from . import asked_of

_FIELDS = {
    "board": "question_board", "radiology": "question_radiology", "pathology": "question_pathology", "tumour": "tumour_hint",
    "urgency": "urgency", "latest": "latest_useful_on", "meeting": "meeting", "reason": "reason",
}  # fmt: skip
"""Label of the list → field of a referral. `reason` asks where nothing else does, `meeting` is the board where nothing else names one."""
SEATS = {
    "behandelaar": "treating", "hoofdbehandelaar": "treating", "regiebehandelaar": "treating", "behandelend arts": "treating",
    "behandelend specialist": "treating", "treating physician": "treating", "attending physician": "treating",
    "casemanager": "case_manager", "case manager": "case_manager",
    "huisarts": "gp", "general practitioner": "gp", "primary care physician": "gp", "primary care provider": "gp",
}  # fmt: skip
"""Who has a place on the case, as a form calls him who has no more than one of each. In a team several may be called so."""
_ASKED_FOR = re.compile(r"^(?:wie is |naam |wie )(?:(?:van )?(?:de|uw|het) )?")
_EARLIER = re.compile(
    r"(?<!\w)(?:eerdere?|vorige?|vroegere?|oude|destijds|toenmalige?|datum|(?:be)?antwoord\w*|previous|former)(?!\w)"
)
_CLINICAL_STAGE = re.compile(r"[yr]?c[TNM](?:[- ]?(?:stadium|categorie|classificatie|stage|category))?")
"""`cT`, and not a scan (CT)."""
_WHOLE_WORD = 4
_CAPITALS = frozenset({"who", "lo", "egfr", "alk"})
"""Not in small letters: words of English, eGFR of the kidney, alkaline phosphatase."""


@lru_cache(maxsize=1024)
def seat(called: str) -> str:
    """`treating`, `case_manager` or `gp`, of a question or heading that is called so and no more (`Wie is de casemanager?`); else ""."""
    return SEATS.get(_ASKED_FOR.sub("", called.strip(" :?*-\xa0").casefold().replace("_", " ")), "")


def is_of_before(called: str) -> bool:
    """Whether a name is of what was asked before, when it was asked, or what was answered: nothing of it is asked now."""
    return _EARLIER.search(called.casefold()) is not None


def is_of_a_scan(called: str) -> bool:
    """Whether a name is of what a scan was to answer (`Vraagstelling CT`): the board was not asked that."""
    return _SCANNED.search(called.casefold().strip(" :?")) is not None


_SCANNED = re.compile(r"^(?:klinische )?vraag(?:stelling)? (?:van |voor |bij )?(?:de )?(?:ct|mri|pet|pet-ct|echo)$")


class Names:
    """One list: made once for a profile."""

    def __init__(self, labels: Mapping[str, Mapping[str, Any]], sections: Mapping[str, Iterable[str]]) -> None:
        self._labels = [(name, _folded(rule.get("headings")), _folded(rule.get("words"))) for name, rule in labels.items()]
        self._whole = {word: name for name, words in reversed(list(sections.items())) for word in _folded(words)}
        self._patterns = [(name, _pattern(words)) for name, words in sections.items()]
        self.field = lru_cache(maxsize=2048)(self._field)
        self.column = lru_cache(maxsize=2048)(self._column)
        self.is_whole = lru_cache(maxsize=2048)(self._is_whole)

    def _field(self, called: str) -> str:
        """`question_board` and the like, of what is called so; "" when it is no field."""
        shown = _shown(called)
        bare = shown.strip(" :?*")
        alone = bare.rstrip(" .0123456789")  # `Vraag 2`
        for name, headings, words in self._labels:
            if (alone if name == "board" else bare) in headings or any(word in shown for word in words):
                is_asked = name in ("board", "radiology", "pathology", "reason")
                if is_asked and is_of_before(shown):
                    return ""
                return f"question_{asked_of(shown) or 'board'}" if name == "board" else _FIELDS.get(name, "")
        return ""

    def _is_whole(self, called: str) -> bool:
        """Whether it is all of a name in the list."""
        bare = _shown(called).strip(" :?*")
        return bare in self._whole or any(bare in headings or bare in words for _, headings, words in self._labels)

    def _column(self, called: str) -> str:
        """The column where what is called so stands; "" when no word places it."""
        shown = normalize("NFC", called).replace("_", " ")
        bare = shown.strip(" :?*")
        if _CLINICAL_STAGE.fullmatch(bare):
            return "diagnosis"
        is_spelled_otherwise = bare.casefold() in _CAPITALS and not bare.isupper()
        whole = "" if is_spelled_otherwise else self._whole.get(bare.casefold(), "")
        return whole or next((name for name, pattern in self._patterns if pattern.search(shown)), "")


def _shown(called: str) -> str:
    return " ".join(normalize("NFC", called).casefold().replace("_", " ").split())


def _folded(words: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(word.casefold() for word in words or ())


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Short words whole, longer ones as the start of a word: `ct` is not in "section", `diagnose` is in "diagnosen"."""
    ordinary = [word for word in words if word.casefold() not in _CAPITALS]
    spelled = [word.upper() for word in words if word.casefold() in _CAPITALS]
    parts = "|".join(re.escape(word) + (r"(?!\w)" if len(word) <= _WHOLE_WORD else "") for word in ordinary)
    found = rf"(?i:{parts})" + "".join(rf"|{re.escape(word)}(?!\w)" for word in spelled)
    return re.compile(rf"(?<!\w)(?:{found})")
