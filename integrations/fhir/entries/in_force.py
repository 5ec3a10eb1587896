"""Whether a request simply holds, and what it says that nothing here shows: named for a person, and no fact on the case."""

from __future__ import annotations

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.text.values import Node, codings, day, node, nodes, text, unique


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
    marks = [*nodes(node(own.get("meta")).get("security")), *nodes(own.get("securityLabel"))]
    said = [pair for one in marks for pair in codings(one)] if marks else []
    said += [(_CONFIDENTIALITY[0], text(own.get("confidentiality")))]  # of a Composition: a word and no coding
    return unique(f"confidential {code}" for system, code in said if code in ("R", "V") and system in _CONFIDENTIALITY)


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
