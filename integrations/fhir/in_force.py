"""Whether a request simply holds, and what it says that nothing here shows: named for a person, and no fact on the case."""

from __future__ import annotations

from integrations.fhir.bundle import Entry
from integrations.fhir.values import text


def not_in_force(request: Entry) -> list[str]:
    """`ServiceRequest/0 draft`: on the case it would stand when it is so no more."""
    own = request.resource
    said = [one for one in (text(own.get("status")), text(own.get("intent"))) if one in _NOT_IN_FORCE]
    return [f"{request.place} {one}" for one in (*said, *(name for name in _UNREAD if own.get(name)))]


_NOT_IN_FORCE = ("draft", "on-hold", "suspended", "completed", "unknown", "proposal", "plan", "option")
_UNREAD = (
    "replaces", "occurrenceTiming", "asNeededBoolean", "asNeededCodeableConcept", "quantityQuantity", "quantityRatio", "quantityRange",
    "locationCode", "locationReference", "specimen",
)  # fmt: skip
"""That it takes the place of another is for a person, who finds that other one."""
