"""The same said in other elements: with more codes, one moment in another zone, a reference with more beside it."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from .tree import Node, Rewriting, each_object, each_resource, entries


def _is_concept(own: Node) -> bool:
    return isinstance(own.get("coding"), list) and all(isinstance(one, dict) for one in own["coding"]) and bool(own["coding"])


def _is_coding(own: Node) -> bool:
    return "code" in own and "system" in own and "value" not in own and "resourceType" not in own


def _is_reference(own: Node) -> bool:
    return isinstance(own.get("reference"), str)


# Codes


def _unknown_code_last(own: Node) -> Node:
    if (_is_concept(own) and any(one.get("display") for one in own["coding"])) or (_is_concept(own) and own.get("text")):
        own["coding"] = [*own["coding"], {"system": "urn:oid:2.25.99", "code": "ZZ-9"}]
    return own


def _words_of_the_code(own: Node) -> Node:
    """`text` with what the first code that says anything is called."""
    if (
        _is_concept(own)
        and "text" not in own
        and "_text" not in own
        and len(own["coding"]) == 1
        and own["coding"][0].get("display")
    ):
        own["text"] = own["coding"][0]["display"]
    return own


def _versioned_codes(own: Node) -> Node:
    if _is_coding(own):
        own |= {"version": "http://snomed.info/sct/11000146104/version/20260331", "userSelected": True}
    return own


def _translated(own: Node) -> Node:
    if _is_coding(own) and own.get("display") and "_display" not in own:
        inner = [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": "In English"}]
        own["_display"] = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": inner}]}
    return own


# References


def _with_type(own: Node) -> Node:
    found = re.search(r"([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]+(?:/_history/.*)?$", own["reference"]) if _is_reference(own) else None
    if found and "type" not in own:
        own["type"] = found[1]
    return own


def _with_display(tree: Node) -> Node | None:
    """Every reference that is resolved in the message gets words as well."""
    known = {
        f"{one['resource'].get('resourceType')}/{one['resource'].get('id')}"
        for one in entries(tree)
        if isinstance(one.get("resource"), dict)
    }
    known |= {one["fullUrl"] for one in entries(tree) if isinstance(one.get("fullUrl"), str)}

    def shown(own: Node) -> Node:
        is_known = _is_reference(own) and "/_history/" not in own["reference"] and own["reference"] in known
        return own | {"display": "Zie daar"} if is_known and "display" not in own else own

    return _changed(tree, shown)


def _changed(tree: Node, change: Callable[[Node], Node]) -> Node | None:
    return each_object(change)(tree)


# Times

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def _each_text(change: Callable[[str], str]) -> Callable[[Node], Node]:
    def changed(own: Node) -> Node:
        for name, value in own.items():
            if name in ("div", "data"):
                continue
            if isinstance(value, str):
                own[name] = change(value)
            elif isinstance(value, list):
                own[name] = [change(one) if isinstance(one, str) else one for one in value]
        return own

    return changed


def _at_offset(hours: int) -> Callable[[str], str]:
    """The same moment as another place writes it, where its day stays the same there."""

    def moved(said: str) -> str:
        if not _UTC.fullmatch(said):
            return said
        at = datetime.fromisoformat(said)
        there = at.astimezone(timezone(timedelta(hours=hours)))
        return there.isoformat() if there.date() == at.date() and said.endswith(("+01:00", "+02:00")) else said

    return moved


def _with_fraction(said: str) -> str:
    if not _UTC.fullmatch(said) or "." in said:
        return said
    return said[:19] + ".000" + said[19:]


_TIMED = {"effectiveDateTime": "effectivePeriod", "onsetDateTime": "onsetPeriod", "performedDateTime": "performedPeriod"}


def _begun(own: Node) -> Node:
    """A moment as the beginning of a period of which nobody says that it ended."""
    for name, period in _TIMED.items():
        if isinstance(own.get(name), str) and own.get("resourceType") in (
            "Observation",
            "DiagnosticReport",
            "Condition",
            "Procedure",
        ):
            return {(period if key == name else key): ({"start": value} if key == name else value) for key, value in own.items()}
    return own


def _on_one_day(own: Node) -> Node:
    for name, period in _TIMED.items():
        if isinstance(own.get(name), str) and own.get("resourceType") in ("Observation", "DiagnosticReport", "Procedure"):
            return {
                (period if key == name else key): ({"start": value, "end": value} if key == name else value)
                for key, value in own.items()
            }
    return own


def _shifted(tree: Node) -> Node | None:
    return each_object(_each_text(_at_offset(0)))(copy.deepcopy(tree))


SAID: dict[str, Rewriting] = {
    "with an unknown code behind": each_object(_unknown_code_last),
    "with the words of the code as text": each_object(_words_of_the_code),
    "with the versions of codes": each_object(_versioned_codes),
    "with names in English": each_object(_translated),
    "with the type of what is pointed at": each_object(_with_type),
    "with words at every reference": _with_display,
    "in another zone": _shifted,
    "with fractions of a second": each_object(_each_text(_with_fraction)),
    "as a period that began": each_resource(_begun),
    "as a period of one moment": each_resource(_on_one_day),
}
