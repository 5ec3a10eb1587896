"""What stands in an element that may hold several kinds of value (`value[x]`), in words."""

from __future__ import annotations

from typing import Any

from integrations.fhir.text.moments import worn
from integrations.fhir.text.values import Node, concept, joined, node, text


def quantity(value: Any) -> str:
    """`1.10 ng/mL`, with `<` and the like in front. The code `1` (UCUM) says that there is no unit."""
    own = node(value)
    if not text(own.get("value")):
        return ""  # a unit alone measures nothing
    code, unit = text(own.get("code")), text(own.get("unit"))
    unit = "" if code == "1" and unit in ("", "1") else _SPANS.get(unit or code, unit or code)
    return joined(text(own.get("comparator")) + text(own.get("value")), unit, by=" ")


_SPANS = {"a": "jaar", "mo": "mnd"}
"""Codes of UCUM that nobody reads as a time."""


def answer_text(holder: Node, stem: str = "value") -> str:
    """The words of a choice element (`valueString`, `valueQuantity`, `answer.valueCoding`, …)."""
    for name, value in holder.items():
        if name.startswith(stem) and value is not None:
            found = _choice(name.removeprefix(stem), value)
            if found:
                return found
    return ""


def _choice(kind: str, value: Any) -> str:
    if kind in {"Quantity", "Age", "Duration", "SimpleQuantity", "Money"}:
        return quantity(value)
    if kind in {"CodeableConcept", "Coding"}:
        return concept(value)
    if kind in {"Range", "Period", "Ratio"}:
        ends = ("low", "high") if kind == "Range" else ("start", "end") if kind == "Period" else ("numerator", "denominator")
        found = [worn(text(node(value).get(end))) or quantity(node(value).get(end)) for end in ends]
        return ("/" if kind == "Ratio" else " – ").join(part or "…" for part in found)
    if kind == "Annotation":
        return text(node(value).get("text"))
    said = text(value)
    return (
        (worn(said) if kind in {"DateTime", "Instant"} else said)
        or text(node(value).get("display"))
        or text(node(value).get("title"))
    )
