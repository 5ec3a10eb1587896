"""Who judged a result, where that stands in a PRT behind it: since v2.7 in the place of OBR-32, OBX-15, 16 and 23."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.hl7v2.message.professionals import ROLES_AT, professional_name
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.segment import Segment

_JUDGES = ("PI", "PRI", "AI", "ARI", "RO")
"""Roles (table 0912): who interprets, and who is responsible for what was observed."""
_HOUSES = ("PO",)
"""The organisation that carried it out."""


def judges(message: Message) -> Mapping[int, str]:
    """Their names by the OBR or OBX (`id`) that they stand behind; a message before v2.7 has none."""
    if not message.all("PRT"):
        return {}
    found: dict[int, list[str]] = {}
    above: Segment | None = None
    for segment in message.segments:
        if segment.name != "PRT":
            above = segment if segment.name in ("OBR", "OBX") else above if segment.name == "NTE" else None
        elif above is not None and (named := _named(segment)):
            found.setdefault(id(above), []).append(named)
    return {one: ", ".join(dict.fromkeys(names)) for one, names in found.items()}


def is_judge(segment: Segment) -> bool:
    """Whether a PRT says who judged something."""
    return segment.component(ROLES_AT["PRT"][0]).strip().upper() in (*_JUDGES, *_HOUSES)


def _named(segment: Segment) -> str:
    role, who, house, _ = ROLES_AT["PRT"]
    if not is_judge(segment):
        return ""
    people = (professional_name(one, 2) for one in segment.repetitions(who) if one.component(2, 0))
    is_house = segment.component(role).strip().upper() in _HOUSES
    return ", ".join(filter(None, (segment.component(house) if is_house else "", *people)))
