"""A form that came along: what its questions are, for answers that only say to which question they belong (linkId)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.text.values import Node, nodes, text


def with_texts(answers: Entry, where: Addresses) -> Node:
    """The QuestionnaireResponse with the words of its Questionnaire where it has none of its own; as it is without that."""
    own = answers.resource
    form = form_of(answers, where)
    words = dict(_texts(form.resource)) if form is not None else {}
    return _worded(own, words) if words else own


def form_of(answers: Entry, where: Addresses) -> Entry | None:
    """The Questionnaire that came along: by its canonical address, or by a reference (STU3)."""
    said = answers.resource.get("questionnaire")
    canonical = text(said).partition("|")[0]
    named = (one for one in where.of_kind("Questionnaire") if canonical and text(one.resource.get("url")) == canonical)
    found = next(named, None) or (where.resolve(canonical or said, answers) if said else None)
    return found if found is not None and found.kind == "Questionnaire" else None


def _texts(holder: Node) -> Iterator[tuple[str, str]]:
    """(linkId, words) of all its questions. The gate has bounded the depth."""
    for one in nodes(holder.get("item")):
        if text(one.get("linkId")) and text(one.get("text")):
            yield text(one["linkId"]), text(one["text"])
        yield from _texts(one)


def _worded(holder: Node, words: dict[str, str]) -> Node:
    found: dict[str, Any] = dict(holder)
    for name in ("item", "answer"):
        if name in holder:
            found[name] = [_worded(one, words) for one in nodes(holder[name])]
    if "linkId" in holder and not text(holder.get("text")) and (said := words.get(text(holder["linkId"]))):
        found["text"] = said
    return found
