"""A measurement whose number is none to FHIR (`12,4`, `<5`): as words it stands as it was sent, for nobody here works out what it means."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.fhir.text.values import Node, joined, node, text


def measured_in_words(resource: Node) -> Node:
    """An Observation with such a value, or such an end of a usual range, in words; anything else as it is."""
    if resource.get("resourceType") != "Observation":
        return resource
    found = _part(resource)
    if not isinstance(found.get("component"), list):
        return found
    return found | {"component": [_part(one) if isinstance(one, dict) else one for one in found["component"]]}


def _part(part: Node) -> Node:
    found = dict(part)
    value = node(part.get("valueQuantity"))
    if _is_no_number(value.get("value")):
        del found["valueQuantity"]
        found["valueString"] = _words(value)
    if isinstance(part.get("referenceRange"), list):
        found["referenceRange"] = [_range(one) if isinstance(one, dict) else one for one in part["referenceRange"]]
    return found


def _range(one: Node) -> Node:
    ends = [node(one.get(name)) for name in ("low", "high")]
    if not any(_is_no_number(end.get("value")) for end in ends):
        return one
    shown = " – ".join(_words(end) or "…" for end in ends)
    rest = {name: value for name, value in one.items() if name not in ("low", "high")}
    return rest | {"text": joined(text(one.get("text")), shown, by=": ")}


def _is_no_number(value: Any) -> bool:
    if not isinstance(value, str) or not value.strip():
        return False
    try:
        return not Decimal(value.strip()).is_finite()
    except InvalidOperation:
        return True


def _words(value: Node) -> str:
    """`12,4 ng/ml`; what has no digit (`niet bepaald`) has no unit either."""
    said = text(value.get("comparator")) + text(value.get("value"))
    has_number = any(sign.isdigit() for sign in said)
    return joined(said, text(value.get("unit")) or text(value.get("code")) if has_number else "", by=" ")
