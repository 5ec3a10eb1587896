"""What a person must know of a request or a patient, and no field of ours holds: named, and no fact on the case."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import born, is_bsn
from integrations.fhir.text.issuers import is_past
from integrations.fhir.text.moments import day
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, codings, node, nodes, sent_none, text, unique


def not_in_force(request: Entry) -> list[str]:
    """`ServiceRequest/0 draft`: on the case it would stand when it is so no more."""
    own = request.resource
    said = [one for one in (text(own.get("status")), text(own.get("intent"))) if one in _NOT_IN_FORCE]
    unread = [name for name in _UNREAD if own.get(name)]
    unread += ["occurrenceDateTime"] if own.get("occurrenceDateTime") and day(own.get("occurrenceDateTime")) is None else []
    ends = text(node(own.get("occurrencePeriod")).get("end"))
    unread += ["occurrencePeriod"] if ends and day(ends) is None else []
    return [f"{request.place} {one}" for one in (*said, *unread, *tags(request.resource))]


def tags(own: Node) -> list[str]:
    """What a resource says of itself in its tags: that it is a test (HTEST), or not whole (SUBSETTED)."""
    meta = node(own.get("meta"))
    many = [one for name in ("tag", "security") for one in nodes(meta.get(name))] if meta else []
    return unique(code for one in many if (code := text(one.get("code"))) in _TAGS)


_TAGS = ("HTEST", "SUBSETTED")


def confidential(own: Node) -> list[str]:
    """`confidential R`: its sender says that not everybody may read it. Who may here does not hang on that: a person must know."""
    if sent_none(own, _MARKS):  # as of nearly all
        return []
    marks = [*nodes(node(own.get("meta")).get("security")), *nodes(own.get("securityLabel"))]
    said = [pair for one in marks for pair in codings(one)] if marks else []
    said += [(_CONFIDENTIALITY[0], text(own.get("confidentiality")))]  # of a Composition: a word and no coding
    return unique(f"confidential {code}" for system, code in said if code in ("R", "V") and system in _CONFIDENTIALITY)


_MARKS = frozenset({"meta", "securityLabel", "confidentiality"})
_CONFIDENTIALITY = (
    "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "http://hl7.org/fhir/v3/Confidentiality",
    "urn:oid:2.16.840.1.113883.5.25",
)  # fmt: skip
"""R4, STU3, and as XDS names it."""


_NOT_IN_FORCE = ("draft", "on-hold", "suspended", "completed", "unknown", "proposal", "plan", "option")
_UNREAD = (
    "replaces", "occurrenceTiming", "asNeededBoolean", "asNeededCodeableConcept", "quantityQuantity", "quantityRatio", "quantityRange",
    "locationCode", "locationReference", "specimen",
)  # fmt: skip
"""That it takes the place of another is for a person, who finds that other one."""


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
