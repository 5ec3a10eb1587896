"""Which requests in a message are the orders for the results beside them: what was done, and nothing that is asked for."""

from __future__ import annotations

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.text.values import concept, text

_RESULTS = {"DiagnosticReport", "Observation", "ImagingStudy", "Procedure"}


def orders_of_results(where: Addresses) -> set[str]:
    """The places of the requests that a result in this message rests on, where they are completed, or ask for what was reported or
    pictured.

    A laboratory sends its order along; a referral may be named by what is added to it, but goes on and asks for something else.
    """
    found = set()
    for result in (one for one in where.entries if one.kind in _RESULTS and one.resource.get("basedOn")):
        for order in where.all(result.resource["basedOn"], result):
            said = concept(order.resource.get("code"))
            is_made = result.kind == "ImagingStudy"  # pictures are made upon an order, never upon a referral
            is_reported = bool(said) and said == concept(result.resource.get("code"))
            if is_made or is_reported or text(order.resource.get("status")) == "completed":
                found.add(order.place)
    return found
