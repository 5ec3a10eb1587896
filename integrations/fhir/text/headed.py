"""A form that somebody wrote as one note: `Anamnese: hoesten`, `Vraagstelling: Bestralen?`, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from integrations.fhir.text.profile import Profile
from integrations.salutation import says_goodbye

_SIGNS = r"[\s\-*•#_]*(?:\d{1,2}[.)]\s+)?"
"""Before a heading: a point, stars, a number."""
_HEAD = re.compile(_SIGNS + r"(?:\[([^\]\n]{2,60})\]|([^:?\n]{2,60}):)[ \t]*(.*)")
_ALONE = re.compile(_SIGNS + r"([^:?\t]{2,40}?)(?:[\s*_]*|\s[-–=]\s+(.+)|\t\s*([^\t]+))")
"""A heading without a colon: alone on its line, before a dash, or in the cell before. Then it is all of a name."""
_NEXT = re.compile(r"(?:[.;!?]\s|\|)\s*(?=[^\W\d_][^:|.;!?]{1,59}:)")
"""Where another heading may stand on the same line: behind a sentence (more than a number), or a bar."""
_DRAWN = frozenset(" -=_*")
_RULE = re.compile(r"\s*[-=_*]{3,}\s*")
_LEFT_EMPTY = re.compile(r"(?:[^:?]{2,40}:)?\s*")
_AROUND = " *_\xa0\u200b\ufeff"
"""Signs beside a name that are none of it: some of them nobody sees."""
_MOST_WORDS = 4
"""Of a heading; what is longer is a sentence."""
_MOST_OF_A_QUESTION = 7
"""`Vraagstelling voor het multidisciplinair overleg`."""
_ASKED = "question_board"
_NO_SENTENCE = frozenset({"treating", "case_manager", "gp", "urgency", "latest_useful_on"})


class Part(NamedTuple):
    """What stands under one heading; the words before the first have none."""

    target: str
    name: str
    words: str


def headed(note: str, profile: Profile) -> list[Part]:
    """The parts of a note in which a heading asks the board, or leaves that empty; none of any other, which is read as it is."""
    found = [_Under()]
    for line in _lines(note, profile):
        target, name, rest = _heading(line, profile)
        if target:
            _give_back(found)
            found.append(_Under(target, name, [rest], is_bare=not rest and _HEAD.fullmatch(line) is None))
            continue
        if found[-1].target == _ASKED and says_goodbye(line.lstrip()):
            found.append(_Under())  # who signs asks nothing
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
        """Under a heading without what was left empty below it (`Advies:`); of a name or a day without the end of a sentence."""
        if not self.target:
            return "\n".join(self.lines).strip()
        end = len(self.lines)
        while end > 1 and _LEFT_EMPTY.fullmatch(self.lines[end - 1]):
            end -= 1
        said = "\n".join(self.lines[:end]).strip()
        return said.rstrip(" .;") if self.target in _NO_SENTENCE else said


def _lines(note: str, profile: Profile) -> list[str]:
    """The lines of a note; of two fields on one line each by itself. What a line was drawn under has that for itself."""
    found: list[str] = []
    for line in note.splitlines():
        if ":" in line and _NEXT.search(line, 3):
            found += _fields_of(line, profile)
        elif line[:1] not in _DRAWN or not _RULE.fullmatch(line):
            found.append(line)
    return found


def _fields_of(line: str, profile: Profile) -> Iterator[str]:
    """Each field of a line by itself; what asks under another name than that of a question goes on with what stands before it."""
    begin, names = 0, list(_names_in(line, profile))
    ends = [*(found.start() + 1 for found, _ in names[1:]), len(line)]
    for (found, name), end in zip(names, ends, strict=False):  # on most lines there is no other
        if not line[:end].rstrip("| ").endswith("?") or profile.target("", name).startswith("question_"):
            yield line[begin : found.start() + 1].rstrip("| ")
            begin = found.end()
    yield line[begin:]


def _names_in(line: str, profile: Profile) -> Iterator[tuple[re.Match[str], str]]:
    """Where another heading stands on a line, and what it is called."""
    begin = 0
    for found in _NEXT.finditer(line, 3):
        is_number = line[begin : found.start()].strip().isdigit()  # `1. Diagnose: …`
        name = line[found.end() :].partition(":")[0].strip(_AROUND)
        if not is_number and profile.is_heading(name):
            yield found, name
            begin = found.end()


def _give_back(found: list[_Under]) -> None:
    """A line that is a name and has neither a colon nor anything below it (`Graag advies`) is no heading: it says that itself."""
    if found[-1].is_bare and not found[-1].words:
        name = found.pop().name
        found[-1].lines.append(name)


def heads_a_question(words: str, profile: Profile) -> bool:
    """Whether there is a place for a question in it, answered or not."""
    return any(_heading(line, profile)[0].startswith("question_") for line in words.splitlines())


def is_left_empty(note: str, profile: Profile) -> bool:
    """Whether a note is a heading with a colon and nothing below it."""
    target, _, rest = _heading(note.strip(), profile)
    return bool(target) and not rest and _HEAD.fullmatch(note.strip()) is not None


def _heading(line: str, profile: Profile) -> tuple[str, str, str]:
    """(target, name, what stands behind it); no target where the line has no heading."""
    name, rest = _split(line, profile)
    words = name.split()
    if not 0 < len(words) <= _MOST_OF_A_QUESTION or words[0].startswith(">"):  # somebody else wrote what is quoted
        return "", "", ""
    target = profile.target("", name) or profile.seat(name)
    if len(words) <= _MOST_WORDS:
        return target, name, rest
    is_asked = target.startswith("question_")  # `Man 56 jr COPD, vraagstelling: …`: what stands before the name is told with it
    return (target, name, rest if profile.target("", words[0]) == target else line.strip()) if is_asked else ("", name, rest)


def _split(line: str, profile: Profile) -> tuple[str, str]:
    if found := _HEAD.fullmatch(line):
        return (found[1] or found[2]).strip(_AROUND), found[3].lstrip(_AROUND)
    alone = _ALONE.fullmatch(line)
    return (alone[1], alone[2] or alone[3] or "") if alone and profile.is_heading(alone[1]) else ("", "")
