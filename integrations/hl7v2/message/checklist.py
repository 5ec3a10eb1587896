"""A synoptic report as the checklists of the CAP have it (eCC, eCP; NAACCR volume V): each question an OBX, its answer by a code, and what
was filled in behind the answer another OBX of the same question.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from integrations.hl7v2.message.items import Item
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.values import NO_TEXT, label


@dataclass
class Checklist:
    """What its questions are called and its answers say, by the position of an OBX."""

    names: dict[int, str] = field(default_factory=dict)  # of a question without words: of the heading it goes on with, or ""
    filled_in: dict[int, str] = field(default_factory=dict)  # the words of the answer behind which a value was filled in
    headings: dict[int, str] = field(default_factory=dict)  # a question without an answer above others
    silent: set[int] = field(default_factory=set)  # an answer without words that others tell
    follows: dict[int, str] = field(default_factory=dict)  # of questions of one name: behind which other each stands


def checklist(values: Sequence[Item]) -> Checklist:
    """Of a message without one nothing."""
    found = Checklist(filled_in=dict(_filled_in(values)))
    asked = [item for item in values if _is_of_checklist(item.segment)]
    if asked:
        _name(found, asked)
        found.follows = dict(_following([one for one in asked if one.position not in found.silent]))
    return found


def _filled_in(values: Sequence[Item]) -> Iterator[tuple[int, str]]:
    """(position, words of its answer) of what OBX-4 puts behind an answer: by the code of it (`+2131.1000043`), or by the first part of
    that code, the number of the answer within its list (`2131`).
    """
    answers: dict[tuple[int, str, str], tuple[Item, str]] = {}
    for one in values:
        if one.segment.component(2) in _CODED:
            for name in _names_of(one.segment):
                answers.setdefault((id(one.order), one.segment.component(3), name), (one, _words(one.segment)))
    for one in values if answers else ():
        sub = one.segment.field(4).strip()
        answer, words = answers.get((id(one.order), one.segment.component(3), sub), (one, ""))
        if answer is not one and sub.removeprefix("+") not in _codes_of(one.segment):
            yield one.position, words


_CODED = ("CWE", "CE", "CNE")


def _names_of(segment: Segment) -> Iterator[str]:
    """How OBX-4 may name an answer."""
    code, _, more = segment.component(5).partition(".")
    if code and segment.component(5, 2):
        yield f"+{segment.component(5)}"
    if code and more and _is_of_checklist(segment):  # `C34.9` is no answer of a list
        yield code


def _codes_of(segment: Segment) -> tuple[str, ...]:
    return (segment.component(5), segment.component(5).partition(".")[0]) if segment.component(5, 2) else ()


def _words(segment: Segment) -> str:
    said = segment.component(5, 2, 0)
    return "" if said.casefold() == NO_TEXT else said


def _is_of_checklist(segment: Segment) -> bool:
    system = segment.component(3, 3)
    return system[:3].upper() == "CAP" and _SYSTEM.fullmatch(system) is not None


_SYSTEM = re.compile(r"CAP[ _-]?EC[CP]", re.IGNORECASE)


def _name(found: Checklist, asked: Sequence[Item]) -> None:
    """What has no words of its own goes on with the heading right above it. Else nobody can tell of what it is: an answer or a number
    before it may be of another question.
    """
    told = {(id(one.order), one.segment.component(3)) for one in asked if one.position in found.filled_in}
    before: Item | None = None
    for one in asked:
        called = one.segment.component(3, 2, 0)
        is_named = bool(called) and called.casefold() != NO_TEXT
        is_answered = one.segment.component(5, 2, 0).casefold() != NO_TEXT
        if not is_named:
            head = before if is_answered and before is not None and before.order is one.order else None
            found.names[one.position] = found.headings.pop(head.position, "") if head else ""
            found.silent |= {head.position} if head and found.names[one.position] else set()
        if not is_answered and is_named and (id(one.order), one.segment.component(3)) not in told:
            found.headings[one.position] = called
        elif not is_answered:
            found.silent.add(one.position)
        before = one


def _following(asked: Sequence[Item]) -> Iterator[tuple[int, str]]:
    """(position, the nearest question before it that comes once) where that tells two questions of one name apart, as the percentage of
    cells with one receptor and with another.
    """
    codes: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for one in asked:
        codes[id(one.order), label(one.segment)].add(one.segment.component(3))
    behind: defaultdict[tuple[int, str], dict[str, str]] = defaultdict(dict)
    above: dict[int, str] = {}
    for one in asked:
        name, code = label(one.segment), one.segment.component(3)
        if len(codes[id(one.order), name]) == 1:
            above[id(one.order)] = name
        else:
            behind[id(one.order), name].setdefault(code, above.get(id(one.order), ""))
    apart = {key for key, said in behind.items() if len(set(said.values())) == len(said)}
    for one in asked:
        key = id(one.order), label(one.segment)
        if key in apart and (said := behind[key][one.segment.component(3)]):
            yield one.position, said
