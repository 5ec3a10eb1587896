"""Tasks that come in: a notice that data lie ready (TA Notified Pull), or an answer to a question of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from datetime import datetime
from typing import Any

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.history import version_of
from integrations.fhir.entries.people import identifiers
from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.issuers import BSN
from integrations.fhir.text.location import tail
from integrations.fhir.text.moments import day, moment
from integrations.fhir.text.values import Node, codings, concept, joined, node, nodes, notes, text
from mdo_portal.exchange import IncomingNotice, Unreadable

URI = "urn:ietf:rfc:3986"
#: codes of Task.input.type; the systems differ between the guides and the vendors, the codes do not
_BASE, _GET_TASK = "authorization-base", "get-workflow-task"
OF_A_NOTICE = {_BASE, _GET_TASK}
"""Inputs for whoever fetches, and no words of the case: the first of them is the right to fetch, which nobody may read there."""
ENDED = {"cancelled", "entered-in-error", "rejected", "failed"}
HELD_UP = ("draft", "on-hold", "rejected", "failed", "completed")
"""Of a Task that asks: it is not going on, or over, and the request beside it does not say so."""
MAX_FETCHES = 100


def is_notice(task: Node) -> bool:
    """Whether it announces data, by an input that only an announcement has."""
    asked = {code for entry in nodes(task.get("input")) for _, code in codings(entry.get("type"))}
    return bool(asked & {_BASE, _GET_TASK, "read-available-resource", "search-available-resource"})


def read_notice(entry: Entry, where: Addresses) -> IncomingNotice:
    """What to fetch, and with what right. Raises Unreadable("broken") without a number or without anything to fetch."""
    task = entry.resource
    number = next((value for _, value in identifiers(task)), text(task.get("id")))
    based_on = next((text(one.get("reference")) for one in nodes(task.get("basedOn"))), "")
    wanted = _input(task, _GET_TASK)
    workflow = based_on if based_on and (wanted is True or wanted is None) else ""
    found = fetches(task)
    if not number:
        raise Unreadable("broken", "Task.identifier")
    cancelled = text(task.get("status")) in ENDED
    patient = _patient(task, entry, where)
    told = identifiers(patient)
    if not workflow and not found and not cancelled:
        raise Unreadable("broken", "Task.input")
    return IncomingNotice(
        number=number,
        group=text(node(task.get("groupIdentifier")).get("value")),
        cancelled=cancelled,
        workflow_task=workflow,
        authorization_base=text(_input(task, _BASE)),
        bsn=next((value for system, value in told if system in BSN), ""),
        numbers=tuple(pair for pair in told if pair[0] not in BSN),
        birth_on=day(patient.get("birthDate")),
        fetches=found,
        until=moment(node(node(task.get("restriction")).get("period")).get("end")),
    )


def fetches(task: Node) -> tuple[str, ...]:
    """The queries and references among the inputs, in order, as they stand there. Raises Unreadable("broken") when there are too many."""
    found = []
    for one in nodes(task.get("input")):
        if {code for _, code in codings(one.get("type"))} & OF_A_NOTICE:
            continue
        said = text(one.get("valueString")) or text(one.get("valueUri")) or text(node(one.get("valueReference")).get("reference"))
        found.extend([said] if said else [])
    if len(found) > MAX_FETCHES:
        raise Unreadable("broken", "Task.input")
    return tuple(dict.fromkeys(found))


def _input(task: Node, wanted: str) -> Any:
    """The value of the input of this type; None without."""
    for one in nodes(task.get("input")):
        if wanted in {code for _, code in codings(one.get("type"))}:
            return next((value for name, value in one.items() if name.startswith("value")), None)
    return None


def _patient(task: Node, entry: Entry, where: Addresses) -> Node:
    """Whom it is for, as far as the message says: the patient in it, else the number alone."""
    found = where.resolve(task.get("for"), entry)
    return found.resource if found else {"identifier": node(task.get("for")).get("identifier")}


def question_of(task: Node) -> str:
    """The uuid of the question of ours that this Task answers: it carries our identifier, or rests on the Task we made. "" = none."""
    told = [value for system, value in identifiers(task) if system == URI]
    told += [text(node(one.get("identifier")).get("value")) for name in ("basedOn", "partOf") for one in nodes(task.get(name))]
    return next((one.removeprefix(_UUID) for one in told if _may_be_ours(one)), "")


_UUID = "urn:uuid:"
_OURS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def _may_be_ours(number: str) -> bool:
    """Whether it may name a question of ours: those are UUIDs of version 7 (Question.question_id). Others number what is theirs so too."""
    return number.startswith(_UUID) and _OURS.fullmatch(number.removeprefix(_UUID)) is not None


def referral_of(task: Node) -> str:
    """The sender's number of the referral, where it is named by number (never by a resource id, which is another's)."""
    named = [*nodes(task.get("basedOn")), *nodes(task.get("focus"))]
    numbers = (text(node(one.get("identifier")).get("value")) for one in named)
    return next((number for number in numbers if number and not _may_be_ours(number)), "")


def request_task(request: Entry, where: Addresses, others: Set[str] = frozenset()) -> str:
    """`Task/…` when one Task of the sender's own server asks for this request; "" without, with several, or for one that is made here.

    Only the path: on which server it is asked for is registered, never read from a message.
    """
    asking = _asking(request, where, others)
    found = {tail(entry.full_url) if re.match(r"https?:", entry.full_url) else "" for entry in asking}
    path = found.pop() if len(found) == 1 else ""
    return path if re.fullmatch(r"Task/(?!\.{1,2}$)[A-Za-z0-9\-.]{1,64}", path) else ""


def task_number(request: Entry, where: Addresses, others: Set[str] = frozenset()) -> str:
    """The sender's own number of the one Task that asks for this request; "" without, and with several."""
    found = {own_number(entry.resource) for entry in _asking(request, where, others)}
    return found.pop() if len(found) == 1 else ""


def asked_at(request: Entry, where: Addresses, others: Set[str] = frozenset()) -> datetime | None:
    """When the Tasks that ask for this request, or itself, were changed last; None where no Task says when that was."""
    told = [found for entry in _asking(request, where, others) if (found := moment(entry.resource.get("lastModified")))]
    changed = version_of(request.resource).changed_at
    return max([*told, *([changed] if changed else [])]) if told else None


def own_number(task: Node) -> str:
    """The number that its sender gave the Task; never one of ours, which names a question."""
    return next((value for system, value in identifiers(task) if system != URI or not _may_be_ours(value)), "")


def _asking(request: Entry, where: Addresses, others: Set[str]) -> Iterator[Entry]:
    """The Tasks that point at this request and go on."""
    for entry in (one for one in where.of_kind("Task") if one.place not in others):
        points = [entry.resource.get("focus"), *nodes(entry.resource.get("basedOn"))]
        is_about = any((there := where.resolve(one, entry)) is not None and there.place == request.place for one in points)
        if is_about and text(entry.resource.get("status")) not in ENDED:
            yield entry


def status_reason(task: Node) -> str:
    """Why it has the status it has, in the sender's words."""
    return concept(task.get("statusReason"))


def answer_words(task: Node) -> str:
    """What the Task says in words: output, notes and why it ended; values that are references are read as what they point at."""
    said = [_value(one) for one in nodes(task.get("output"))]
    return joined(*said, *notes(task.get("note")), status_reason(task), by="\n")


def attachments(task: Node) -> list[tuple[str, Node]]:
    """The files among what came of it, each with what it is."""
    return [
        (concept(one.get("type")), node(one["valueAttachment"]))
        for one in nodes(task.get("output"))
        if node(one.get("valueAttachment"))
    ]


def _value(output: Node) -> str:
    for name, value in output.items():
        if name.startswith("value") and name not in ("valueReference", "valueAttachment"):
            return text(value) or concept(value) or answer_text({name: value})
    return text(node(output.get("valueReference")).get("display"))
