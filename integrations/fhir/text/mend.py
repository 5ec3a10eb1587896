"""A resource that is almost right: what is wrong in it is left out and named, when nothing of its meaning hangs on that.

Never mended: who and whom it is about, whether it holds (status, doNotPerform, notDone, a death), what it says, and elements nobody knows,
for each of those may turn the meaning round.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

from integrations.fhir.text.files import without_slips
from integrations.fhir.text.in_words import measured_in_words
from integrations.fhir.text.judge import Shape, faults, is_json, shapes
from integrations.fhir.text.moments import moment, worn_here
from integrations.fhir.text.values import Node, codings, nodes, text
from integrations.fhir.text.wrong_days import without_wrong_days

_WHEN = (
    "authoredOn", "occurrenceDateTime", "occurrencePeriod", "onsetDateTime", "onsetPeriod", "recordedDate", "assertedDate",
    "effectiveDateTime", "effectivePeriod", "issued", "date", "created", "indexed", "performedDateTime", "performedPeriod", "started",
    "authored",
)  # fmt: skip
_BESIDE = (
    "active", "address", "communication", "contact", "encounter", "gender", "generalPractitioner", "insurance", "language",
    "locationCode", "locationReference", "managingOrganization", "maritalStatus", "meta", "multipleBirthBoolean",
    "multipleBirthInteger", "photo", "telecom", "text",
)  # fmt: skip
_WHO = ("asserter", "author", "authenticator", "custodian", "performer", "recipient", "recorder", "requester")
HARMLESS = frozenset((*_WHEN, *_BESIDE, *_WHO, "priority", "id"))
_OF_A_PERSON = frozenset(("birthDate",))
"""Of a birth date that nobody can read is said that there is one (cautions.py names it so, too): two of them are for a person."""
MAY_MISS = frozenset(("status", "intent", "contentType"))
"""What the standard wants and no reader here needs: a letter without a status is a letter."""
_MAY_MISS_OF = {"DocumentReference": MAY_MISS | {"type"}, "NutritionOrder": MAY_MISS | {"dateTime"}}
"""In STU3 a document must say of what type it is, and a diet since when: without that they are a document and a diet all the same."""
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d|Z\Z|[+-]\d\d:\d\d\Z)")
"""`1954-08-12T00:00`, and as XML Schema writes a day: `1954-08-12+01:00`."""
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d\d)[/.](\d\d)")
_UNKNOWN_DAY = re.compile(r"(\d{4}(?:-(?!00)\d\d)?)(?:-00)+")
"""`1950-00-00`, `1950-05-00`: nought for what nobody knows, as HL7 v2 and the Dutch registers write it."""


@dataclass(frozen=True)
class Mended:
    """The resource as it can be read, and the names of what was left out."""

    resource: Node
    left: tuple[str, ...]


def mended(resource: Node, version: str) -> Mended | None:
    """None when it cannot be mended. The id stays, whatever its letters: it is an address inside the message and nothing else."""
    made = measured_in_words(_retyped(_filled(resource)))
    if made.get("resourceType") == "Binary" and "data" not in made and "content" in made and version != "STU3":
        made = {"data" if name == "content" else name: value for name, value in made.items()}
    made, beside = without_slips(made)
    made = _listed(made, str(made.get("resourceType", "")), version)
    made, days = without_wrong_days(made, version)
    kept = {name: value for name, value in made.items() if name != "id"}
    names = faults(kept, version)
    if names is None:
        return None
    unneeded = _MAY_MISS_OF.get(str(resource.get("resourceType")), MAY_MISS)
    missing = {name for name in names if name in unneeded and name not in kept}
    wrong = names - missing
    if not wrong <= HARMLESS | {name for name in _OF_A_PERSON if isinstance(kept.get(name), str)}:
        return None
    rest = {name: value for name, value in kept.items() if name.removeprefix("_") not in wrong}
    # What is missing may only show when the rest is right, and what went is missing where it must stand.
    again = faults(rest, version)
    if again is None or {name for name in again if name in rest or name not in unneeded | wrong}:
        return None
    here = {"id": made["id"]} if "id" in made else {}
    return Mended(here | rest, tuple(sorted(names | again | set(beside) | days)))


def _filled(value: Any) -> Any:
    """Without the empty strings, nulls and objects that some write for what they have not; positions in a list of words stay."""
    if isinstance(value, list):
        return [None if one == "" else _filled(one) for one in value]
    if isinstance(value, dict):
        filled = {name: _filled(one) if name.startswith("_") else _things(_filled(one)) for name, one in value.items()}
        return {name: one for name, one in filled.items() if not _is_empty(one)}
    return value


def _things(value: Any) -> Any:
    """A list of things without the empty places; beside each word of a list stands what belongs to it (`_given`), so there they stay."""
    is_of_things = isinstance(value, list) and any(isinstance(one, dict) for one in value)
    return [one for one in value if one is not None and one != {}] if is_of_things else value


def _is_empty(value: Any) -> bool:
    return value in ("", None, {}, []) or (isinstance(value, list) and all(_is_empty(one) for one in value))


def _listed(value: Any, kind: str, version: str) -> Any:
    """One thing where the version has a list is a list of one, and a list of one object where it has an object is that object. A list of
    one word stays wrong: it may be the answer `geen`, or a status. The gate has bounded the depth.
    """
    if isinstance(value, list):
        return [_listed(one, kind, version) for one in value]
    if not isinstance(value, dict):
        return value
    known = shapes(text(value.get("resourceType")) if kind == "Resource" else kind, version)
    found = {}
    for name, one in value.items():
        shape = known.get(name.removeprefix("_"))
        if shape is not None and shape.many and not isinstance(one, list):
            one = [one]
        elif shape is not None and not shape.many and isinstance(one, list) and len(nodes(one)) == 1 == len(one):
            one = one[0]
        if kind == "HumanName" and name == "family" and isinstance(one, list) and all(isinstance(each, str) for each in one):
            one = " ".join(one)  # DSTU2 has a list of them
        if name == "valueString" and type(one) in (int, Decimal):
            one = str(one)  # as it was sent: `7.10`
        one = _as_meant(one, shape) if shape is not None else one
        found[name] = _listed(one, shape.kind if not name.startswith("_") else "Element", version) if shape else one
    return found


_SAID_IN = {
    "CodeableConcept": "text", "Annotation": "text", "Dosage": "text", "HumanName": "text", "ObservationReferenceRange": "text",
    "Reference": "reference",
}  # fmt: skip


def _as_meant(value: Any, shape: Shape) -> Any:
    """Words where the version has an object that may hold them, and an object of one code where it has a word. A number in words stays
    wrong: nobody knows where it ends.
    """
    if isinstance(value, list):
        return [_as_meant(one, shape) for one in value]
    if shape.kind == "string" and isinstance(value, dict):
        codes = codings(value)
        return codes[0][1] if len(codes) == 1 else value
    where = _SAID_IN.get(shape.kind)
    if not where or not isinstance(value, str) or not value or is_json(value):
        return value
    is_words = shape.kind == "Reference" and "/" not in value and not value.startswith(("#", "urn:"))
    return {"display" if is_words else where: value}


def _retyped(resource: Node) -> Node:
    """A birth date with a time of day (midnight here is the evening before in Greenwich) or with noughts, and numbers of people that were
    sent as numbers.
    """
    found = dict(resource)
    if isinstance(found.get("birthDate"), str) and (year_first := _YEAR_FIRST.fullmatch(found["birthDate"])):
        found["birthDate"] = "-".join(year_first.groups())
    if isinstance(found.get("birthDate"), str) and (half := _UNKNOWN_DAY.fullmatch(found["birthDate"])):
        found["birthDate"] = half[1]
    if isinstance(found.get("birthDate"), str) and (day := _MIDNIGHT.match(found["birthDate"])):
        at = moment(found["birthDate"])
        found["birthDate"] = worn_here(at).date().isoformat() if at and worn_here(at).time() == time() else day[1]
    if any(type(one.get("value")) is int for one in nodes(found.get("identifier"))):
        found["identifier"] = [
            one | {"value": str(one["value"])} if type(one.get("value")) is int else one for one in nodes(found["identifier"])
        ]
    return found
