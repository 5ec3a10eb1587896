"""The anchor of a referral: the request (ServiceRequest in R4, ReferralRequest in STU3) and the patient it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import unquote

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import identifiers
from integrations.fhir.entries.requests import has_words
from integrations.fhir.text.issuers import best_first
from integrations.fhir.text.moments import day
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, concept, extension, node, nodes, notes, plain, text, unique
from integrations.profiles import urgency_of

KINDS = {"R4": "ServiceRequest", "STU3": "ReferralRequest"}
PROCEDURE = "ProcedureRequest"
"""In STU3 a request for something to be done: a referral only when it says that it asks for a tumour board."""
ALL_KINDS = {*KINDS.values(), PROCEDURE}


@dataclass(frozen=True)
class Request:
    """What both versions say, under one set of names."""

    entry: Entry
    number: str
    questions: tuple[str, ...]
    urgency: str
    latest_on: date | None
    hint: str  # what kind of review is asked for, in the sender's words
    requester: Any  # a Reference
    on_behalf_of: Any
    performers: list[Node]
    reason_codes: list[Node]
    reasons: Any  # References
    supporting: Any  # References


_ASKED = ("code", "serviceRequested", "specialty", "category", "type")


def read_request(entry: Entry, profile: Profile) -> Request:
    own = entry.resource
    asker = node(own.get("requester"))
    latest = extension(own, *profile.words("request", "latest_useful_extensions"))
    asked = next((concept(item) for name in _ASKED for item in nodes(own.get(name))), "")
    said = [
        *notes(own.get("note")),
        plain(own.get("description")),
        *(concept(item) for item in nodes(own.get("orderDetail")) if has_words(item)),
    ]
    urgency = text(own.get("priority"))
    return Request(
        entry=entry,
        number=number_of(own),
        questions=tuple(unique(said)),
        urgency=urgency_of(profile.table, urgency) or urgency,
        latest_on=day(latest) or _occurrence(own),
        hint=asked,
        requester=asker.get("agent") or asker,
        on_behalf_of=asker.get("onBehalfOf"),
        performers=[*nodes(own.get("performer")), *nodes(own.get("recipient"))],
        reason_codes=nodes(own.get("reasonCode")),
        reasons=own.get("reasonReference") or [],
        supporting=own.get("supportingInfo") or [],
    )


def number_of(own: Node) -> str:
    """The sender's number; never the resource id, which another referral may carry as well."""
    shared = [*nodes(own.get("requisition")), *nodes(own.get("groupIdentifier"))]
    numbers = [*best_first(nodes(own.get("identifier"))), *shared]
    return next((value for _, value in identifiers({"identifier": numbers})), "")


def issuer_of(own: Node, number: str) -> str:
    """Who gave out this number of a request; "" where it does not say, or has it from elsewhere."""
    numbers = (node(one) for name in ("identifier", "requisition", "groupIdentifier") for one in nodes(own.get(name)))
    return next((text(one.get("system")) for one in numbers if number and text(one.get("value")) == number), "")


def is_for_once(request: Entry) -> bool:
    """Whether it is to be made only where nothing is there yet under its own number (a conditional create in a transaction)."""
    name, _, asked = unquote(request.once).lstrip("?").partition("=")
    system, bar, number = asked.rpartition("|")
    if name != "identifier" or not number or "&" in asked:
        return False
    own = nodes(request.resource.get("identifier"))
    return any(text(one.get("value")) == number and system in (text(one.get("system")), *([] if bar else [""])) for one in own)


def _occurrence(own: Node) -> date | None:
    period = node(own.get("occurrencePeriod"))
    return day(own.get("occurrenceDateTime")) or day(period.get("end"))
