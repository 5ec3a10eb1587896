"""What a person must know of who a patient is, and no field of ours holds."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.in_force import tags
from integrations.fhir.entries.people import born, is_bsn
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, is_past, nodes, text, unique


def has_second_bsn(resource: Node, profile: Profile) -> bool:
    """Whether more than one BSN is said to hold: only the first is read, and a person must know that there was another."""
    items = [item for item in nodes(resource.get("identifier")) if not is_past(item) and is_bsn(item, profile)]
    return len({text(item.get("value")) for item in items} - {""}) > 1


def cautions(patient: Entry) -> Iterator[str]:
    """What a person must know of who this is, and no field of ours holds: half a birth date, or that this record is used no more."""
    own = patient.resource
    said = text(own.get("birthDate"))
    if said and born(said) is None:
        yield f"{patient.place} birthDate"
    if "_deceasedDateTime" in own and not text(own.get("deceasedDateTime")) and own.get("deceasedBoolean") is None:
        yield f"{patient.place} deceasedDateTime"  # died, and nobody says when; or masked
    if own.get("active") is False:
        yield f"{patient.place} active=false"
    yield from (f"{patient.place} {one}" for one in tags(own))
    links = (text(one.get("type")) for one in nodes(own.get("link")))
    yield from unique(f"{patient.place} {one}" for one in links if one in _ELSEWHERE)


_ELSEWHERE = ("replaced-by", "refer")
"""Patient.link: the record that is to be used, or that says more, is another one."""
