"""Several forms in one message that ask the same: to which of them an answer belongs. `PI-RADS` 4 on the left, 5 on the right."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.forms import form_of, with_texts
from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.moments import day
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, joined, node, nodes, text

_LONGEST = 40
"""Longer words are what somebody wrote: no name of what a form is about."""
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class _Form:
    place: str
    kind: tuple[str, ...]  # which form it is; of one that does not say so its questions
    title: str
    given: dict[str, tuple[str, ...]]  # question → its answers
    names: dict[str, str]  # question → its only answer, where people would call something by that


def told_apart(where: Addresses, others: Collection[str], profile: Profile) -> dict[tuple[str, str], str]:
    """(place of a form, question) → what tells this form from the others of that day that ask it too: `links`, `formulier 2`.

    What they all answer alike is so in all of them, and needs nothing. One that was entered in error is none of them.
    """
    sent = [one for one in where.of_kind("QuestionnaireResponse") if one.place not in others and not _is_in_error(one)]
    if len(sent) < 2:
        return {}
    days: defaultdict[str, list[_Form]] = defaultdict(list)
    for one in sent:
        days[str(day(one.resource.get("authored")))].append(_read(one, where))
    return {key: words for many in days.values() if len(many) > 1 for key, words in _of_a_day(many, profile)}


def _is_in_error(form: Entry) -> bool:
    return text(form.resource.get("status")) == "entered-in-error"


def _of_a_day(many: Sequence[_Form], profile: Profile) -> Iterator[tuple[tuple[str, str], str]]:
    kinds = Counter(one.kind for one in many)
    called = {one.place: f"{profile.label('form')} {number}" for number, one in enumerate(many, 1)}
    tellers = {kind: _teller([one for one in many if one.kind == kind]) for kind in kinds}
    askers: defaultdict[str, list[_Form]] = defaultdict(list)
    for one in many:
        for question in one.given:
            askers[question].append(one)
    for question, asking in askers.items():
        asked = {one.kind for one in asking}
        if len(asking) < 2 or _are_alike(question, asking, sum(kinds[kind] for kind in asked)):
            continue
        for one in asking:
            teller = tellers[one.kind]
            if question != teller:
                within = one.names[teller] if teller and kinds[one.kind] > 1 else ""
                words = joined(one.title if len(asked) > 1 else "", within, by=", ")
                yield (one.place, question), words or called[one.place]


def _are_alike(question: str, asking: Sequence[_Form], how_many: int) -> bool:
    return len(asking) == how_many and len({one.given[question] for one in asking}) == 1


def _teller(many: Sequence[_Form]) -> str:
    """The first question that each of these forms answers in other words; "" without one."""
    for question in many[0].names if len(many) > 1 else ():
        words = [one.names.get(question, "") for one in many]
        if all(words) and len(set(words)) == len(words):
            return question
    return ""


def _read(entry: Entry, where: Addresses) -> _Form:
    given: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    names: dict[str, str] = {}
    for item in _items(with_texts(entry, where)):
        question, answers = text(item.get("text")) or text(item.get("linkId")), nodes(item.get("answer"))
        said = tuple(filter(None, map(answer_text, answers)))
        if said:
            given[question] += said
        if len(answers) == 1 and not {"valueString", "valueCoding"}.isdisjoint(answers[0]):
            names |= {question: said[0]} if said and len(said[0]) <= _LONGEST and _LETTER.search(said[0]) else {}
    form, own = form_of(entry, where), entry.resource
    kind = text(own.get("questionnaire")).partition("|")[0] or text(node(own.get("questionnaire")).get("reference"))
    title = text(form.resource.get("title")) if form is not None else ""
    once = {question: words for question, words in names.items() if len(given[question]) == 1}
    return _Form(entry.place, (kind,) if kind else tuple(given), title, dict(given), once)


def _items(holder: Node) -> Iterator[Node]:
    """All items, also those below a group and below an answer. The gate has bounded the depth."""
    for one in nodes(holder.get("item")):
        yield one
        for around in (one, *nodes(one.get("answer"))):
            yield from _items(around)
