"""How a board stands in words: by itself, behind what is for it or comes after it, and in the name of a registration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

LONGEST = 100
"""Letters of what is the name of a registration and no more."""


def besides(rules: Mapping[str, Any]) -> re.Pattern[str]:
    """A board behind what comes after it or is for it: `na het regionale MDO`, `CT t.b.v. MDO`."""
    return _beside_a_board(tuple(rules["afterwards"]), tuple(rules["studies"]), (*rules["asked"], *rules["asked_whole"]))


@lru_cache(maxsize=64)
def _beside_a_board(after: tuple[str, ...], studies: tuple[str, ...], asked: tuple[str, ...]) -> re.Pattern[str]:
    def one_of(words: tuple[str, ...]) -> str:
        return "|".join(map(re.escape, words))

    for_it = rf"(?:{one_of(studies)})(?: [\w-]+)? (?:{_FOR})"
    return re.compile(rf"(?<!\w)(?:{one_of(after)}|{for_it}) (?:[\w-]+ ){{0,2}}?[\w-]*(?:{one_of(asked)})[\w-]*")


@lru_cache(maxsize=64)
def by_itself(words: tuple[str, ...]) -> re.Pattern[str]:
    """A word that is whole, or in capitals beside small letters or a number: `UroMOC`, `RCPmamma`, `MOC's`, `MOC2`, and no `ERCP`."""
    either = "|".join(map(re.escape, words))
    return re.compile(rf"(?<!\w)(?i:{either})(?![^\W\d])|(?<![A-Z])(?:{either.upper()})(?![A-Z])")


def registration(rules: Mapping[str, Any]) -> re.Pattern[str]:
    words = ("words", "requests", "discussions"), ("asked", "asked_whole"), ("afterwards", "studies")
    return _registration_of(*(tuple(one for name in names for one in rules[name]) for names in words))


@lru_cache(maxsize=64)
def _registration_of(refers: tuple[str, ...], asked: tuple[str, ...], others: tuple[str, ...]) -> re.Pattern[str]:
    """A registration (before the board or behind it), the board and which it is; nothing else."""
    word, board, other = ("|".join(map(re.escape, sorted(many, key=len, reverse=True))) for many in (refers, asked, others))
    which = rf"(?:[ -](?!(?:{word}|{other}|{_NOT_A_BOARD})(?!\w))[\w/'-]+){{0,3}}?"
    small = r"(?:(?:van|voor|bij|naar|in|het|de|een|uw|deze|regionaal|regionale) )*"
    return re.compile(
        rf"{small}(?P<first>(?:{word}) )?{small}[\w-]*(?:{board})(?:(?P<which>{which}):?(?P<last>[ -](?:{word}))?|[ -](?:{word}){which})"
    )


_NOT_A_BOARD = (
    r"niet|geen|en|of|wegens|ivm|via|door|ok|operatie|opname|trial|studie|vervangt|"
    r"\w*(?:afspraak|beeld|verslag|consult|onderzoek)\w*"
)
"""Beside a board it is what else there is of one, or why; no name of a tumour."""


_FOR = r"t\.b\.v\.|tbv|ten behoeve van|voor|i\.v\.m\.|ivm"
