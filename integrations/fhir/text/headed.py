"""A form that somebody wrote as one note: `Anamnese: hoesten`, `Vraagstelling: Bestralen?`, line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from integrations.fhir.text.profile import Profile

_SIGNS = r"[\s\-*•#_]*(?:\d{1,2}[.)]\s+)?"
"""Before a heading: a point, stars, a number."""
_HEAD = re.compile(_SIGNS + r"(?:\[([^\]\n]{2,60})\]|([^:?\n]{2,60}):)[ \t]*(.*)")
_ALONE = re.compile(_SIGNS + r"([^:?\n]{2,40}?)(?:[\s*_]*|\s[-–=]\s+(.+))")
"""A heading without a colon: alone on its line, or before a dash. Then it is all of a name."""
_MOST_WORDS = 4
"""Of a heading; what is longer is a sentence."""
_MOST_OF_A_QUESTION = 7
"""`Vraagstelling voor het multidisciplinair overleg`."""
_ASKED = "question_board"


class Part(NamedTuple):
    """What stands under one heading; the words before the first have none."""

    target: str
    name: str
    words: str


def headed(note: str, profile: Profile) -> list[Part]:
    """The parts of a note in which a heading asks the board, or leaves that empty; none of any other, which is read as it is."""
    found = [_Under()]
    for line in note.split("\n"):
        target, name, rest = _heading(line, profile)
        if target:
            _give_back(found)
            found.append(_Under(target, name, [rest], is_bare=not rest and _HEAD.fullmatch(line) is None))
        else:
            found[-1].lines.append(line)
    _give_back(found)
    parts = [Part(one.target, one.name, one.words) for one in found]
    is_form = any(one.target == _ASKED for one in parts)
    return [one for one in parts if one.words] if is_form else []


@dataclass
class _Under:
    """What was found so far under one heading; the first has none."""

    target: str = ""
    name: str = ""
    lines: list[str] = field(default_factory=list)
    is_bare: bool = False

    @property
    def words(self) -> str:
        return "\n".join(self.lines).strip()


def _give_back(found: list[_Under]) -> None:
    """A line that is a name and has neither a colon nor anything below it (`Graag advies`) is no heading: it says that itself."""
    if found[-1].is_bare and not found[-1].words:
        name = found.pop().name
        found[-1].lines.append(name)


def is_left_empty(note: str, profile: Profile) -> bool:
    """Whether a note is a heading with a colon and nothing below it."""
    target, _, rest = _heading(note.strip(), profile)
    return bool(target) and not rest and _HEAD.fullmatch(note.strip()) is not None


def _heading(line: str, profile: Profile) -> tuple[str, str, str]:
    """(target, name, what stands behind it); no target where the line has no heading."""
    name, rest = _split(line, profile)
    words = len(name.split())
    if not 0 < words <= _MOST_OF_A_QUESTION:
        return "", "", ""
    target = profile.target("", name) or profile.seat(name)
    is_one = words <= _MOST_WORDS or target.startswith("question_")
    return target if is_one else "", name, rest


def _split(line: str, profile: Profile) -> tuple[str, str]:
    if found := _HEAD.fullmatch(line):
        return (found[1] or found[2]).strip(" *_"), found[3].lstrip("*_ ")
    alone = _ALONE.fullmatch(line)
    return (alone[1], alone[2] or "") if alone and profile.is_heading(alone[1]) else ("", "")
