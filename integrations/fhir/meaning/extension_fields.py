"""Extensions of a request that are called as a field of a referral, or that hold a question of the sender's form with its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from integrations.fhir.entries.beside import value_of
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.reading import Reading
from integrations.fhir.resources.fields import FIELDS, is_of_field
from integrations.fhir.text.headed import Part
from integrations.fhir.text.values import Node, nodes, text
from integrations.profiles import urgency_of

_OF_THE_STANDARD = "http://hl7.org/fhir/StructureDefinition/"
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_QUESTION, _ANSWER = "question", "answer"
_CALLED = {_QUESTION: ("question", "vraag"), _ANSWER: ("answer", "antwoord")}


def of_extensions(many: list[Node], request: Entry, reading: Reading) -> Iterator[Part]:
    for one in many:
        parts = _parted(one)
        for each in parts:
            if part := _as_field(each, request, reading):
                yield part
            elif not any(map(_role, nodes(each.get("extension")))) or (len(parts) == 1 and not _asked(one)):
                yield from of_extensions(nodes(each.get("extension")), request, reading)


def _parted(one: Node) -> list[Node]:
    """Of an extension that holds a form each question with its answers, and what else it holds: nothing of it goes with a field."""
    groups: list[list[Node]] = []
    others: list[Node] = []
    for each in nodes(one.get("extension")):
        if not (role := _role(each)):
            others.append(each)
        elif not groups or _begins(groups[-1], role):
            groups.append([each])
        else:
            groups[-1].append(each)
    return [one | {"extension": inside} for inside in (*groups, others) if inside] if _asked(one) else [one]


def _begins(group: list[Node], role: str) -> bool:
    """Whether the next question begins: with another question, or with an answer where those stand first."""
    roles = [_role(each) for each in group]
    return role == roles[0] and (role == _QUESTION or _QUESTION in roles)


def _asked(one: Node) -> tuple[Node, list[Node]] | None:
    """A question of a form and its answers, side by side in one extension: by themselves neither is a field."""
    inside = nodes(one.get("extension"))
    questions, answers = ([each for each in inside if _role(each) == role] for role in (_QUESTION, _ANSWER))
    return (questions[0], answers) if questions and answers else None


def _role(one: Node) -> str:
    name = _name(one).casefold()
    return next((role for role in (_QUESTION, _ANSWER) if name in _CALLED[role]), "")


def _name(one: Node) -> str:
    """`vraag Radiologie` of `…/vraagRadiologie`."""
    return _HUMP.sub(" ", re.split(r"[/#.:]", text(one.get("url")).rstrip("/"))[-1]).replace("-", " ").replace("_", " ")


def _as_field(one: Node, request: Entry, reading: Reading) -> Part | None:
    """`vraagRadiologie`: an extension of a sender's own that is called as a field of a referral; one of the standard asks nothing."""
    if text(one.get("url")).startswith(_OF_THE_STANDARD):
        return None
    name, said = _name(one), [one]
    if one.get("extension"):
        if (pair := _asked(one)) is None:
            return None
        name, said = value_of(pair[0], request, reading), pair[1]
    called = (reading.profile.target("", each) or reading.profile.seat(each) for each in (name, name.replace(" ", "-")))
    target = next(filter(None, called), "")
    if target not in FIELDS:
        return None
    words = "\n".join(filter(None, (value_of(each, request, reading) for each in said)))
    if isinstance(ticked := said[0].get("valueBoolean"), bool):  # `spoed`: true; a yes is no question
        words = (urgency_of(reading.profile.table, name) or "urgent") if ticked and target == "urgency" else ""
    return Part(target, name, words) if words and is_of_field(target, words) else None


def without_fields(request: Entry, reading: Reading) -> Entry:
    """A request without the extensions that are fields of the referral: what is left of them is told."""
    own = request.resource
    left = {"extension": _rest(nodes(own["extension"]), request, reading)} if own.get("extension") else {}
    return replace(request, resource=own | left)


def _rest(many: list[Node], request: Entry, reading: Reading) -> list[Node]:
    left = (part for one in many for part in _parted(one) if _as_field(part, request, reading) is None)
    return [
        one | {"extension": _rest(nodes(one["extension"]), request, reading)} if one.get("extension") and not _asked(one) else one
        for one in left
    ]
