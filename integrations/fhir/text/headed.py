"""A form that somebody wrote as one note: `Anamnese: hoesten`, `Vraagstelling: Bestralen?`, line by line."""

from __future__ import annotations

import re
from typing import NamedTuple

from integrations.fhir.text.profile import Profile

_HEAD = re.compile(r"[\s\-*•]*([^:?\n]{2,40}):[ \t]*(.*)")
_MOST_WORDS = 4
"""Of a heading; what is longer is a sentence."""
_ASKED = "question_board"


class Part(NamedTuple):
    """What stands under one heading; the words before the first have none."""

    target: str
    name: str
    words: str


def headed(note: str, profile: Profile) -> list[Part]:
    """The parts of a note in which a heading asks the board; none of any other, which is read as it is."""
    found: list[tuple[str, str, list[str]]] = [("", "", [])]
    for line in note.split("\n"):
        target, name, rest = _heading(line, profile)
        if target:
            found.append((target, name, [rest]))
        else:
            found[-1][2].append(line)
    parts = [Part(target, name, "\n".join(lines).strip()) for target, name, lines in found]
    is_form = any(one.target == _ASKED and one.words for one in parts)
    return [one for one in parts if one.words] if is_form else []


def asked_in(note: str, profile: Profile) -> list[str]:
    """What a heading in it asks the board."""
    return [one.words for one in headed(note, profile) if one.target == _ASKED]


def _heading(line: str, profile: Profile) -> tuple[str, str, str]:
    found = _HEAD.fullmatch(line)
    name = found[1].strip() if found else ""
    is_one = bool(name) and len(name.split()) <= _MOST_WORDS
    return (profile.target("", name), name, found[2].lstrip("*_ ")) if found and is_one else ("", "", "")
