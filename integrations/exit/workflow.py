"""One discussion as IHE sees a tumour board: five tasks in a row, projected from our own states (XTB-WD Rev 1.2, field.md (f)).

XTB-WD cannot say that a case was deferred: each task is there once, and one that failed closes the workflow. So there is one workflow
document per round, the next names the one before as its input, and the reason is the Cancellation Notification of the task that failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from integrations.exit.numbers import oid
from mdo_portal.exchange import LeavingCase, LeavingRound

NAMES = ("Request_TBR", "Schedule_TBR", "Prepare_TBR", "TBR_Meeting", "Finalize_TBR")
#: what a completed task must have produced; "R" in the table of XTB-WD
REQUIRED = {"Request_TBR": "Request_Document", "TBR_Meeting": "Preliminary_TBR_Report", "Finalize_TBR": "Tumor_Board_Report"}
CANCELLED = "Cancellation_Notification"
PREVIOUS = "Previous_Workflow_Document"
HELD = ("discussed", "listed")


class Status(StrEnum):
    """The statuses of WS-HumanTask that XTB-WD uses."""

    CREATED = "CREATED"
    READY = "READY"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Part:
    """A document that a task needs or made: referenced by its id, never contained."""

    label: str
    identifier: str  # OID: the uniqueId under which it would be registered
    media_type: str
    at: datetime


@dataclass(frozen=True)
class Task:
    name: str
    status: Status
    owner: str
    created_at: datetime
    changed_at: datetime
    inputs: tuple[Part, ...] = ()
    outputs: tuple[Part, ...] = ()


def tasks_of(case: LeavingCase, round_: LeavingRound, previous: LeavingRound | None) -> list[Task]:
    """The five tasks as they stand."""
    request, documents = (
        _request(case),
        tuple(Part("Clinical_Documents", oid(one.id), one.media_type, one.at) for one in case.documents),
    )
    before = (Part(PREVIOUS, oid(previous.id, "xdw"), "text/xml", previous.ended_at or previous.meeting_at),) if previous else ()
    report, cancelled = _report(round_), _cancelled(round_)
    advised = [one for one in round_.decisions if one.form.has_advice]
    held, signed = round_.outcome in HELD, bool(advised)
    met = Status.COMPLETED if held else Status.FAILED if round_.outcome else Status.READY if round_.started_at else Status.CREATED
    prepared = Status.COMPLETED if round_.outcome or round_.started_at else Status.READY
    final = Status.COMPLETED if held and signed else Status.READY if held else Status.CREATED
    began, ended = round_.started_at or round_.planned_at, round_.ended_at or round_.started_at or round_.planned_at
    signed_at = advised[-1].signed_at if signed else ended
    return [
        Task("Request_TBR", Status.COMPLETED, case.hospital_name, case.received_at, case.received_at, (*before, *documents), (request,)),
        Task("Schedule_TBR", Status.COMPLETED, round_.board, case.received_at, round_.planned_at, (request,)),
        Task("Prepare_TBR", prepared, round_.board, round_.planned_at, began, (request, *documents)),
        Task("TBR_Meeting", met, round_.board, round_.planned_at, ended, (request, *documents), _made(met, report, cancelled)),
        Task("Finalize_TBR", final, round_.board, round_.planned_at, signed_at, report[:1] if held else (), _final(final, round_)),
    ]  # fmt: skip


def is_closed(tasks: list[Task]) -> bool:
    """CLOSED when a task failed, or the last one is done."""
    return any(one.status is Status.FAILED for one in tasks) or tasks[-1].status is Status.COMPLETED


def _request(case: LeavingCase) -> Part:
    return Part("Request_Document", oid(case.id, "document"), "application/fhir+json", case.received_at)


def _report(round_: LeavingRound) -> tuple[Part, ...]:
    """The conclusion as it stood at the end of the discussion: the first decision of the round, or its note while nothing is signed."""
    at = round_.ended_at or round_.meeting_at
    advised = [one for one in round_.decisions if one.form.has_advice]
    if advised:
        return (Part("Preliminary_TBR_Report", oid(advised[0].id, "document"), "application/fhir+json", at),)
    return (Part("Preliminary_TBR_Report", oid(round_.id, "note"), "text/plain", at),)


def _cancelled(round_: LeavingRound) -> tuple[Part, ...]:
    """The message to the referrer that there was no advice, as long as it holds; else our note of how the round ended."""
    told = [one for one in round_.decisions if one.stands and not one.form.has_advice]
    if told:
        return (Part(CANCELLED, oid(told[-1].id, "document"), "application/fhir+json", told[-1].signed_at),)
    return (Part(CANCELLED, oid(round_.id, "note"), "text/plain", round_.ended_at or round_.meeting_at),)


def _made(status: Status, report: tuple[Part, ...], cancelled: tuple[Part, ...]) -> tuple[Part, ...]:
    return report if status is Status.COMPLETED else cancelled if status is Status.FAILED else ()


def _final(status: Status, round_: LeavingRound) -> tuple[Part, ...]:
    """Every decision of the round: a correction is one more report."""
    if status is not Status.COMPLETED:
        return ()
    return tuple(
        Part("Tumor_Board_Report", oid(one.id, "document"), "application/fhir+json", one.signed_at)
        for one in round_.decisions
        if one.form.has_advice
    )


def note_of(round_: LeavingRound) -> str:
    """How the round ended in words: the notification of one that was cancelled, or what is there before a signature."""
    words = {
        "deferred": "Doorgeschoven", "redirected": "Doorverwezen", "withdrawn": "Ingetrokken", "discussed": "Besproken",
        "listed": "Als hamerstuk geregistreerd",
    }.get(round_.outcome, "Nog niet besproken")  # fmt: skip
    if round_.outcome in HELD and not any(one.form.has_advice for one in round_.decisions):
        words += ", nog niet getekend"
    reason = f": {round_.outcome_reason}" if round_.outcome_reason else ""
    return f"Ronde {round_.number}, {round_.board}, {round_.meeting_at:%d-%m-%Y}. {words}{reason}.\n"
