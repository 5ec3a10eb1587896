"""A referral that its sender takes back: the request says so itself, or the Task that asked for it is cancelled."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import identifiers
from integrations.fhir.entries.task import ENDED, own_number, question_of, status_reason
from integrations.fhir.text.location import address
from integrations.fhir.text.values import Node, codings, concept, extension, joined, node, nodes, notes, text

TAKEN_BACK = {"revoked", "cancelled", "entered-in-error"}
"""Of a request: revoked in R4, cancelled in STU3. Of a Task what the requester ends; rejected and failed are said by who was asked."""
_ABOUT = {"approve", "abort", "replace", "change", "suspend", "resume"}
"""Task.code of a Task that does something with a request or Task there is: when that is cancelled, the request stands."""
_REASON = "http://hl7.org/fhir/StructureDefinition/request-statusReason"


def is_request_taken_back(request: Node) -> bool:
    return text(request.get("status")) in TAKEN_BACK


def ending_task(tasks: Iterable[Entry]) -> Entry | None:
    """Which of the Tasks about one referral takes it back: one that asks to abort it, or a cancelled one when no other goes on.

    Waiting for information is no end; nor is the end of a part of another Task, or of an answer to a question of ours.
    """
    whole = [one for one in tasks if not one.resource.get("partOf") and not question_of(one.resource)]
    ordinary = [one for one in whole if not _asked(one.resource) & _ABOUT]
    aborting = (one for one in whole if "abort" in _asked(one.resource) and _state(one) not in {*ENDED, "draft"})
    going_on = any(_state(one) not in ENDED for one in ordinary)
    cancelled = (one for one in ordinary if _state(one) in TAKEN_BACK and not going_on)
    return next(aborting, None) or next(cancelled, None)


def asks(tasks: Iterable[Entry]) -> bool:
    """Whether one of the Tasks about one referral asks for it: requested, as a whole, and no question of ours."""
    whole = (one for one in tasks if not one.resource.get("partOf") and not question_of(one.resource))
    return any(_state(one) == "requested" and not _asked(one.resource) & _ABOUT for one in whole)


def tasks_about(request: Entry, where: Addresses) -> list[Entry]:
    """The Tasks whose focus, or without one what they rest on, is this request: by address, or by its number."""
    numbers = _numbers(request)
    tasks = where.of_kind("Task")
    return [one for one in tasks if any(_is(point, one, request, numbers, where) for point in _points(one.resource))]


def with_aborting(tasks: list[Entry], where: Addresses) -> list[Entry]:
    """These Tasks, and those that ask to abort one of them: by address, or by its number (TA Workflow's Cancellation Request Task)."""
    asking = [one for one in where.of_kind("Task") if "abort" in _asked(one.resource)] if tasks else []
    known = {one.place for one in tasks}
    for abort in (one for one in asking if one.place not in known):
        points = nodes(abort.resource.get("focus"))
        if any(_is(point, abort, task, _numbers(task), where) for point in points for task in tasks):
            tasks = [*tasks, abort]
    return tasks


def task_ended(ending: Entry) -> str:
    """`Task/…` that this takes back, where it stands at the sender: itself, or the one that it asks to abort; "" where it says neither."""
    own = ending.resource
    if "abort" in _asked(own):
        return next(filter(None, (address("Task", text(one.get("reference"))) for one in nodes(own.get("focus")))), "")
    is_alone = not ending.full_url and bool(ending.id)
    return ending.known_as or (address("Task", f"Task/{ending.id}") if is_alone else "")


def number_ended(ending: Entry) -> str:
    """The sender's number of the Task that this takes back: its own, or that of the one that it asks to abort; "" where it says neither."""
    own = ending.resource
    if "abort" not in _asked(own):
        return own_number(own)
    focus = (text(node(one.get("identifier")).get("value")) for one in nodes(own.get("focus")))
    return next(filter(None, focus), "") or ("" if _points(own) else own_number(own))


def why(task: Node, request: Node) -> str:
    """The reason in the sender's words: of the Task, else of the request."""
    said = joined(status_reason(task), *notes(task.get("note")))
    noted = notes(request.get("note")) if is_request_taken_back(request) else []
    reasons = (one for one in noted if not one.rstrip().endswith("?"))  # what was asked is no reason to take it back
    return said or joined(concept(extension(request, _REASON)), *reasons)


def _numbers(entry: Entry) -> set[str]:
    return {value for _, value in identifiers(entry.resource)}


def _points(task: Node) -> list[Node]:
    return [one for one in nodes(task.get("focus")) if one] or nodes(task.get("basedOn"))


def _is(point: Node, task: Entry, request: Entry, numbers: set[str], where: Addresses) -> bool:
    there = where.resolve(point, task)
    return there.place == request.place if there else text(node(point.get("identifier")).get("value")) in numbers


def _asked(task: Node) -> set[str]:
    return {code for _, code in codings(task.get("code"))}


def _state(task: Entry) -> str:
    return text(task.resource.get("status"))
