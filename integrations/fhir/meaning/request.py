"""The anchor of a referral: the request (ServiceRequest in R4, ReferralRequest in STU3) and the patient it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import unquote

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import identifiers
from integrations.fhir.entries.requests import has_words, most_telling
from integrations.fhir.entries.withdrawal import is_request_taken_back
from integrations.fhir.text.headed import Part, headed, is_left_empty
from integrations.fhir.text.issuers import best_first
from integrations.fhir.text.moments import day
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, codings, concept, extension, node, nodes, notes, text, unique
from integrations.profiles import asks_nothing, urgency_of

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
    waits: tuple[str, ...]  # why it is on hold
    beside: tuple[Part, ...]  # what its notes say under other headings than that of a question
    urgency: str
    latest_on: date | None
    hint: str  # what kind of review is asked for, in the sender's words
    requester: Any  # a Reference
    on_behalf_of: Any
    performers: list[Node]
    reason_codes: list[Node]
    reasons: Any  # References
    supporting: Any  # References


_WAITING = ("on-hold", "suspended")
"""ServiceRequest.status, ReferralRequest.status: what is noted says why, unless it asks."""
_ASKED = ("code", "serviceRequested", "specialty", "category", "type")


def read_request(entry: Entry, profile: Profile) -> Request:
    own = entry.resource
    asker = node(own.get("requester"))
    latest = extension(own, *profile.words("request", "latest_useful_extensions"))
    kinds = [item for name in _ASKED for item in nodes(own.get(name))]
    asked = next((concept(most_telling(item, profile)) for item in [*filter(has_words, kinds), *kinds]), "")
    written = [one for one in nodes(own.get("reasonCode")) if headed(concept(one), profile)]
    noted = [*notes(own.get("note")), *map(concept, written)]
    is_over = is_request_taken_back(own)
    why = [one for one in noted if (is_over or text(own.get("status")) in _WAITING) and not one.rstrip().endswith("?")]
    detailed = [concept(item) for item in nodes(own.get("orderDetail")) if has_words(item)]
    said, beside = _headed([*(one for one in noted if one not in why), text(own.get("description")), *detailed], profile)
    urgency = text(own.get("priority"))
    return Request(
        entry=entry,
        number=number_of(own),
        questions=tuple(unique(said)),
        waits=() if is_over else tuple(unique(why)),  # why it is taken back is said for the whole (withdrawal.why)
        beside=tuple(beside),
        urgency=urgency_of(profile.table, urgency) or urgency,
        latest_on=day(latest) or _occurrence(own),
        hint=asked,
        requester=asker.get("agent") or asker,
        on_behalf_of=asker.get("onBehalfOf"),
        performers=[*nodes(own.get("performer")), *nodes(own.get("recipient"))],
        reason_codes=[one for one in nodes(own.get("reasonCode")) if one not in written],
        reasons=own.get("reasonReference") or [],
        supporting=own.get("supportingInfo") or [],
    )


def _headed(noted: list[str], profile: Profile) -> tuple[list[str], list[Part]]:
    """What notes ask, and what else they say, where one of them is written as a form; else all of it asks, as it stands."""
    noted = [one for one in noted if one and not is_left_empty(one, profile)]
    parts = {one: headed(one, profile) for one in noted}
    heads = [part for one in noted for part in parts[one]]
    is_whole = len(noted) == 1 == len(heads) and heads[0].target == "question_board"  # as it stands, its heading with it
    if not heads or (is_whole and not asks_nothing(heads[0].words)):
        return noted, []
    asking, beside = list[str](), list[Part]()
    for note in noted:
        for one in parts.get(note) or [Part("question_board" if note.endswith("?") else "", "", note)]:
            if one.target == "question_board":
                asking.extend([] if asks_nothing(one.words) else [one.words])
            else:
                beside.append(one)
    return asking, beside


def is_no_diagnosis(reason: Node) -> bool:
    """Whether a reason without a code asks (`Resectabel?`), or says where it is to be read: it names no tumour."""
    words = text(reason.get("text")).strip()
    return not codings(reason) and (words.endswith("?") or _ELSEWHERE.fullmatch(words) is not None)


_ELSEWHERE = re.compile(
    r"(?:zie|see|siehe|conform)(?: \w+){0,2} \w*(?:brief|bijlagen?|documenten?|verslag|boven|onder|letter|attachment|anlage)\.?",
    re.IGNORECASE,
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
