"""The anchor of a referral: the request (ServiceRequest in R4, ReferralRequest in STU3) and the patient it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import unquote

from integrations.fhir.entries.addresses import Addresses, logical
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import identifiers
from integrations.fhir.entries.performed import orders_of_results
from integrations.fhir.entries.persons import is_numbered_otherwise, is_same_person, numbers
from integrations.fhir.entries.sorted_as import has_words
from integrations.fhir.entries.task import ENDED
from integrations.fhir.entries.withdrawal import is_request_taken_back, tasks_about
from integrations.fhir.text.location import tail
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import (
    Node,
    best_first,
    codings,
    concept,
    day,
    extension,
    node,
    nodes,
    notes,
    plain,
    text,
    unique,
)
from integrations.profiles import urgency_of
from mdo_portal.exchange import Unreadable

KINDS = {"R4": "ServiceRequest", "STU3": "ReferralRequest"}
PROCEDURE = "ProcedureRequest"
"""In STU3 a request for something to be done: a referral only when it says that it asks for a tumour board."""
ALL_KINDS = {*KINDS.values(), PROCEDURE}
_MEANINGS = ("category", "code", "type", "serviceRequested", "orderDetail")


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


def choose_request(where: Addresses, profile: Profile) -> Entry:
    """The request this message is about: a tumour-board review before others, one that holds before one that was taken back, the focus
    of a message before the rest, what a Task asks for before what none does, what says why before what does not.

    Raises Unreadable("no_request"), or "wrong_version" when the message holds the request of the other FHIR version.
    """
    kinds = {entry.kind for entry in where.entries}
    wanted = KINDS[profile.version]
    found = list(where.of_kind(wanted))
    found = found or [entry for entry in where.entries if _asks_for_a_board(entry, profile)]
    if not found and kinds & set(KINDS.values()):
        raise Unreadable("wrong_version", f"link is {profile.version}")
    asking = _asking(found, where, profile)
    if found and not asking:
        raise Unreadable("no_request", f"{found[0].place} {text(found[0].resource.get('status'))}")
    meant = [entry for entry in asking if entry.resource.get("doNotPerform") is not True]
    if not meant:
        raise Unreadable("no_request", f"{found[0].place}.doNotPerform" if found else wanted)
    focus = _focus(where)
    return (
        meant[0] if len(meant) == 1 else min(meant, key=lambda entry: (*_rank(entry, profile, focus), *_tie(entry, meant, where)))
    )


def _asking(found: list[Entry], where: Addresses, profile: Profile) -> list[Entry]:
    """The requests that are more than an order for what was done upon it."""
    done = orders_of_results(where)
    return [entry for entry in found if entry.place not in done or _how_clear(entry, profile) < 2 or _has_a_task(entry, where)]


def are_orders(where: Addresses, profile: Profile) -> bool:
    """Whether every request in the message is the order for a result beside it; so where there is none."""
    return not _asking([entry for entry in where.entries if entry.kind in ALL_KINDS], where, profile)


def _rank(entry: Entry, profile: Profile, focus: set[str]) -> tuple[bool, ...]:
    is_over = text(entry.resource.get("status")) == "completed"
    asks = _how_clear(entry, profile)
    return (asks > 0, is_request_taken_back(entry.resource), is_over, entry.place not in focus, asks > 1)


def _tie(entry: Entry, others: list[Entry], where: Addresses) -> tuple[bool, ...]:
    """Of requests that are as clear: one that a Task asks for, that is no part of what another asks, that says why."""
    rests_on = {one.place for one in where.all(entry.resource.get("basedOn") or [], entry)}
    is_part = any(other.place in rests_on for other in others)
    return (not _has_a_task(entry, where), is_part, not any(entry.resource.get(name) for name in _WHY))


_WHY = ("note", "description", "reasonCode", "reasonReference")


def _has_a_task(entry: Entry, where: Addresses) -> bool:
    """Whether a Task that goes on asks for it: of requests that are as clear, it is the one that is meant."""
    return any(text(one.resource.get("status")) not in ENDED for one in tasks_about(entry, where))


def _how_clear(entry: Entry, profile: Profile) -> int:
    """0: it asks for a tumour board by code; 1: in words; 2: it does not say so."""
    if is_review(entry, profile):
        return 0
    words = [concept(one).casefold() for name in _MEANINGS for one in nodes(entry.resource.get(name))]
    return 1 if any(word in said for said in words for word in profile.words("request", "words")) else 2


def refuse_a_second(request: Entry, patient: Entry, where: Addresses, profile: Profile) -> None:
    """Raises Unreadable("split") when the message holds a second referral: one of another patient, or for another board of this one.

    A message is one referral here. A second one is never read past: a person asks the sender for a message each.
    """
    own, clear, focus = number_of(request.resource), _how_clear(request, profile), _focus(where)
    gone = {one.place for one in replaced(request, where)}
    is_pointed_out = request.place in focus
    for other in where.entries:
        if other.kind != request.kind or other.place == request.place or other.resource.get("doNotPerform") is True:
            continue
        if is_other(other.resource.get("subject"), patient, where, other):
            raise Unreadable("split", f"{request.place}, {other.place}")
        is_equal = _how_clear(other, profile) <= min(clear, 1) and text(other.resource.get("status")) != "completed"
        is_same = other.place in gone or (bool(own) and number_of(other.resource) == own)
        if is_equal and not is_same and (other.place in focus or not is_pointed_out):
            raise Unreadable("split", f"{request.place}, {other.place}")


def replaced(request: Entry, where: Addresses) -> list[Entry]:
    """The requests that this one takes the place of, where those say themselves that they were taken back."""
    before = where.all(request.resource.get("replaces") or [], request)
    return [one for one in before if one.kind == request.kind and is_request_taken_back(one.resource)]


def is_review(entry: Entry, profile: Profile) -> bool:
    """Whether the request says by code that it asks for a tumour board."""
    asked = {code for name in _MEANINGS for _, code in codings(entry.resource.get(name) or [])}
    return bool(asked & set(profile.words("request", "codes")))


def has_request(entries: Iterable[Entry], profile: Profile) -> bool:
    """Whether there is a request among them, of whichever version."""
    return any(entry.kind in KINDS.values() or _asks_for_a_board(entry, profile) for entry in entries)


def with_contained(entries: tuple[Entry, ...], profile: Profile) -> tuple[Entry, ...]:
    """The entries; when no request is among them, those that are contained in one of them too (in a Task, as some send it).

    In a result, a bill or a visit a request is what was done upon: it asks for nothing any more, unless it is for a tumour board.
    """
    if has_request(entries, profile):
        return entries
    inside = ((entry, one) for entry in entries for one in Addresses([entry]).contained(entry))
    found = (one for entry, one in inside if has_request([one], profile) and (entry.kind in _ASKING or _asks(one, profile)))
    return (*entries, *found)


_ASKING = {"Task", "QuestionnaireResponse", "Composition", "MessageHeader", "Communication", "CommunicationRequest"}


def _asks(entry: Entry, profile: Profile) -> bool:
    return _how_clear(entry, profile) < 2 and text(entry.resource.get("status")) != "completed"


def _asks_for_a_board(entry: Entry, profile: Profile) -> bool:
    if entry.kind != PROCEDURE or profile.version != "STU3":
        return False
    words = [concept(one).casefold() for name in ("code", "category") for one in nodes(entry.resource.get(name))]
    return is_review(entry, profile) or any(word in said for said in words for word in profile.words("request", "words"))


def _focus(where: Addresses) -> set[str]:
    headers = where.of_kind("MessageHeader")
    return {entry.place for header in headers for entry in where.all(header.resource.get("focus"), header)}


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


def choose_patient(request: Entry, where: Addresses) -> Entry:
    """The patient of the request. Raises Unreadable("no_patient"): a guess among patients is never made."""
    subject = request.resource.get("subject")
    found = where.resolve(subject, request)
    if found and found.kind == "Patient":
        if is_numbered_otherwise(subject, found.resource):
            raise Unreadable("no_patient", f"{request.place}.subject")
        return found
    patients = where.of_kind("Patient")
    if len(patients) != 1 or is_other(subject, patients[0], where, request):
        raise Unreadable("no_patient", f"{request.place}.subject")
    return patients[0]


def named_patient(request: Entry, entries: Iterable[Entry]) -> list[Entry]:
    """The patient as the request itself names him, by number and display, when the message holds no Patient at all."""
    subject = node(request.resource.get("subject"))
    address = text(subject.get("reference"))
    numbers = nodes(subject.get("identifier")) or nodes(logical(subject))
    if any(entry.kind == "Patient" for entry in entries) or address.startswith("#") or not identifiers({"identifier": numbers}):
        return []
    shown = text(subject.get("display"))
    made: Node = {"resourceType": "Patient", "identifier": numbers} | ({"name": [{"text": shown}]} if shown else {})
    if tail(address).startswith("Patient/"):
        made["id"] = tail(address).removeprefix("Patient/")
    return [Entry(f"{request.place}.subject", made, address if ":" in address else "")]


def is_other(reference: Any, patient: Entry, where: Addresses, source: Entry) -> bool:
    """Whether a Reference names somebody else than `patient`. No subject at all is not somebody else."""
    found = where.resolve(reference, source)
    if found:
        return not is_same_person(found.resource, patient.resource) or is_numbered_otherwise(reference, patient.resource)
    named = numbers({"identifier": logical(reference)})
    if named:
        return named[0] not in numbers(patient.resource)
    return bool(text(node(reference).get("reference")))
