"""How a drug is to be taken, as the sender says it: no timing is worked out here."""

from __future__ import annotations

from integrations.fhir.values import Node, answer_text, concept, joined, node, nodes, text


def dose(item: Node, as_needed: str) -> str:
    """The sender's own sentence with what it leaves out, else amount, moments, way and whether only when needed (`as_needed`, a word)."""
    if written := text(item.get("text")):
        beside = (concept(item.get("route")), _when_needed(item, as_needed), *_said(item))
        return joined(written, *(one for one in beside if one.casefold() not in written.casefold()), by=", ")
    timing = node(item.get("timing"))
    repeat = node(timing.get("repeat"))
    when = repeat.get("when")
    moments = when if isinstance(when, list) else [when]
    return joined(
        *_amounts(item), concept(timing.get("code")), _times(repeat), *map(text, moments), concept(item.get("route")),
        _when_needed(item, as_needed), *_said(item), by=", ",
    )  # fmt: skip


def _said(item: Node) -> list[str]:
    return [text(item.get("patientInstruction")), *map(concept, nodes(item.get("additionalInstruction")))]


def _amounts(item: Node) -> list[str]:
    alone = {name: item.get(name) for name in ("doseQuantity", "doseRange")}
    return [answer_text(one, "dose") for one in (alone, *nodes(item.get("doseAndRate")))]


def _times(repeat: Node) -> str:
    frequency, period = (_span(repeat, name) for name in ("frequency", "period"))
    return joined(frequency, joined(period, text(repeat.get("periodUnit")), by=" "), by=" per ")


def _span(repeat: Node, name: str) -> str:
    return joined(text(repeat.get(name)), text(repeat.get(f"{name}Max")), by="–")


def _when_needed(item: Node, words: str) -> str:
    why = concept(item.get("asNeededCodeableConcept"))
    return joined(words, why, by=": ") if why or item.get("asNeededBoolean") is True else ""
