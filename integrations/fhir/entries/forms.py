"""A form that came along: what its questions are, what its options are called and in which unit it asks, for answers that do not say it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.text.values import Node, concept, extension, node, nodes, text


def with_texts(answers: Entry, where: Addresses) -> Node:
    """The QuestionnaireResponse with the words of its Questionnaire where it has none of its own; as it is without that."""
    own = answers.resource
    form = form_of(answers, where)
    asked = dict(_asked(form.resource)) if form is not None else {}
    return _worded(own, asked) if asked else own


def form_of(answers: Entry, where: Addresses) -> Entry | None:
    """The Questionnaire that came along: by its canonical address, or by a reference (STU3)."""
    said = answers.resource.get("questionnaire")
    canonical, _, version = text(said).partition("|")
    named = [one for one in where.of_kind("Questionnaire") if canonical and text(one.resource.get("url")) == canonical]
    named.sort(key=lambda one: text(one.resource.get("version")) != version)  # in another the same code may mean something else
    found = next(iter(named), None) or (where.resolve(canonical or said, answers) if said else None)
    return found if found is not None and found.kind == "Questionnaire" else None


def _asked(holder: Node) -> Iterator[tuple[str, Node]]:
    """(linkId, the question) of all its questions. The gate has bounded the depth."""
    for one in nodes(holder.get("item")):
        if text(one.get("linkId")):
            yield text(one["linkId"]), one
        yield from _asked(one)


def _worded(holder: Node, asked: dict[str, Node]) -> Node:
    found: dict[str, Any] = dict(holder)
    question = asked.get(text(holder.get("linkId")), {}) if "linkId" in holder else {}
    if question and not text(holder.get("text")) and (said := text(question.get("text"))):
        found["text"] = said
    if "answer" in holder:
        found["answer"] = [_worded(_answered(one, question), asked) for one in nodes(holder["answer"])]
    if "item" in holder:
        found["item"] = [_worded(one, asked) for one in nodes(holder["item"])]
    return found


def _answered(answer: Node, question: Node) -> Node:
    """A code by what the form calls it, and a number in the unit in which the form asks."""
    chosen = node(answer.get("valueCoding"))
    if chosen and not text(chosen.get("display")) and (words := _option(chosen, question)):
        return answer | {"valueCoding": chosen | {"display": words}}
    for name in ("valueDecimal", "valueInteger"):
        if name in answer and (unit := concept(extension(question, _UNIT))):
            rest = {key: value for key, value in answer.items() if key != name}
            return rest | {"valueQuantity": {"value": answer[name], "unit": unit}}
    return answer


_UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"


def _option(chosen: Node, question: Node) -> str:
    """What an option with this code is called; `option` is STU3. Of the same code in another system nothing is known."""
    offered = (node(one.get("valueCoding")) for name in ("answerOption", "option") for one in nodes(question.get(name)))
    wanted = (text(chosen.get("system")), text(chosen.get("code")))
    same = (one for one in offered if wanted == (text(one.get("system")), text(one.get("code"))))
    return next((text(one.get("display")) for one in same), "")
