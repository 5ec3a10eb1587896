"""Where a profile says something stands in a FHIR message: `ServiceRequest.note.text`, `Patient.identifier[system=…].value`.

A place about the request or the patient is looked for in the request and the patient of this message, never in another's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import born
from integrations.fhir.meaning.request import KINDS
from integrations.fhir.text.choices import quantity
from integrations.fhir.text.issuers import best_first
from integrations.fhir.text.moments import day
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import concept, node, text
from integrations.profiles import board_of, urgency_of
from mdo_portal.exchange import IncomingReferral

FIELDS = (
    "number",
    "board_hint",
    "tumour_hint",
    "urgency",
    "latest_useful_on",
    "question_board",
    "question_radiology",
    "question_pathology",
)
PATIENT_FIELDS = ("bsn", "local_number", "birth_on")
_STEP = re.compile(r"([A-Za-z][A-Za-z0-9]*)(?:\[([^\]]*)\])?")
_ONE_OF_ITS_KIND = {*KINDS.values(), "Patient"}


def placed(read: IncomingReferral, anchors: Sequence[Entry], where: Addresses, profile: Profile) -> IncomingReferral:
    """What was read, with the value at the profile's own places where there is one. `anchors`: the request and the patient."""
    found = {name: value for name in FIELDS if (value := _found(profile.words("referral", name), anchors, where)[0])}
    about = {name: value for name in PATIENT_FIELDS if (value := _found(profile.words("patient", name), anchors, where)[0])}
    over: dict[str, Any] = dict(found)
    over["board_code"] = board_of(profile.table, found.get("board_hint", read.board_hint))
    if "urgency" in found:
        over["urgency"] = urgency_of(profile.table, found["urgency"]) or found["urgency"]
    if "latest_useful_on" in found:
        over["latest_useful_on"] = day(found["latest_useful_on"]) or read.latest_useful_on
    who: dict[str, Any] = dict(about)
    if "birth_on" in about:
        who["birth_on"] = born(about["birth_on"]) or read.patient.birth_on
    return replace(read, **over, patient=replace(read.patient, **who))


def place_of(profile: Profile, name: str, anchors: Sequence[Entry], where: Addresses) -> str:
    """Where the value of `patient.bsn`, `number`, … stood by the profile's places; "" when none of them has one."""
    group, _, own = name.rpartition(".")
    return _found(profile.words(group or "referral", own), anchors, where)[1]


def _found(paths: Iterable[str], anchors: Sequence[Entry], where: Addresses) -> tuple[str, str]:
    """(value, place) of the first place that has a value."""
    for path in paths:
        kind, _, steps = path.partition(".")
        for entry in anchors if kind in _ONE_OF_ITS_KIND else where.entries:
            if entry.kind != kind:
                continue
            for value in values(entry.resource, steps):
                if value:
                    return value, f"{entry.place}.{steps}"
    return "", ""


def values(resource: Any, steps: str) -> Iterator[str]:
    """Every value at these steps of a resource."""
    found: list[Any] = [resource]
    for name, choice in _split(steps):
        found = [inner for one in found for inner in _chosen(node(one).get(name), choice)]
        found = best_first(map(node, found)) if name == "identifier" else found
    return (_words(one) for one in found)


def _split(steps: str) -> list[tuple[str, str]]:
    return [(step[1], step[2] or "") for step in _STEP.finditer(steps)]


def _chosen(value: Any, choice: str) -> list[Any]:
    many = value if isinstance(value, list) else [] if value is None else [value]
    if not choice:
        return many
    if choice.isdigit():
        return many[int(choice) : int(choice) + 1]
    name, _, wanted = choice.partition("=")
    return [one for one in many if text(node(one).get(name)) == wanted]


def _words(value: Any) -> str:
    """A plain value as sent; of a coded value its words, of an amount with its unit."""
    own = node(value)
    return text(value) or (quantity(own) if "value" in own and "system" not in own else "") or concept(value)


def own_number_places(profile: Profile) -> list[str]:
    """Where in a Patient this profile itself says that numbers stand."""
    paths = (*profile.words("patient", "local_number"), *profile.words("patient", "bsn"))
    return [one for one in paths if one.startswith("Patient.")]


def numbers_at(paths: Iterable[str], entries: Iterable[Entry]) -> list[str]:
    """What stands at these places in the Patients of a message."""
    patients = [entry.resource for entry in entries if entry.kind == "Patient"]
    found = (value for path in paths for one in patients for value in values(one, path.partition(".")[2]))
    return [value for value in dict.fromkeys(found) if value]
