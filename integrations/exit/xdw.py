"""A workflow document of IHE XDW (ITI TF-3 5.4) for one discussion, with tasks in the words of WS-HumanTask 1.1.

No patient's name and nothing clinical: references to the documents beside it. The element order is that of the published content module;
what could not be checked against its schema stands in docs/decisions/0035.
"""

from __future__ import annotations

from datetime import UTC, datetime

from integrations.exit.numbers import instant, oid
from integrations.exit.tags import Tag
from integrations.exit.workflow import NAMES, Part, Status, Task, is_closed, tasks_of
from mdo_portal.exchange import LeavingCase, LeavingRound

XDW, HT, HL7 = "urn:ihe:iti:xdw:2011", "http://docs.oasis-open.org/ns/bpel4people/ws-humantask/types/200803", "urn:hl7-org:v3"
DEFINITION = "1.3.6.1.4.1.19376.1.5.3.1.5.3"
"""XTB-WD."""
REGISTERED = "urn:ihe:iti:xdw:2011:XDSregistered"
_EVENTS = {
    Status.CREATED: ("create",), Status.READY: ("create", "activate"), Status.IN_PROGRESS: ("create", "start"),
    Status.COMPLETED: ("create", "complete"), Status.FAILED: ("create", "fail"),
}  # fmt: skip
_AFTER = {
    "create": Status.CREATED, "activate": Status.READY, "start": Status.IN_PROGRESS, "complete": Status.COMPLETED, "fail": Status.FAILED,
}  # fmt: skip


def workflow_document(case: LeavingCase, round_: LeavingRound, previous: LeavingRound | None) -> bytes:
    """The same round always gives the same bytes."""
    tasks = tasks_of(case, round_, previous)
    changed = max(one.changed_at for one in tasks)
    status = "CLOSED" if is_closed(tasks) else "OPEN"
    root = Tag("xdw:XDW.WorkflowDocument", attributes={"xmlns:xdw": XDW, "xmlns:ws-ht": HT, "xmlns:hl7": HL7})
    root.add("xdw:id", attributes={"root": oid(round_.id, "xdw")})
    root.add("xdw:effectiveTime", attributes={"value": changed.astimezone(UTC).strftime("%Y%m%d%H%M%S+0000")})
    root.add("xdw:confidentialityCode", attributes={"code": "N"})
    _patient_and_author(root, case, round_)
    root.add("xdw:workflowInstanceId", oid(round_.id))
    root.add("xdw:workflowDocumentSequenceNumber", "1")
    root.add("xdw:workflowStatus", status)
    _history(root.add("xdw:workflowStatusHistory"), case, round_, status, changed)
    root.add("xdw:workflowDefinitionReference", DEFINITION)
    listed = root.add("xdw:TaskList")
    for task in tasks:
        _task(listed.add("xdw:XDWTask"), task)
    return root.written()


def _patient_and_author(root: Tag, case: LeavingCase, round_: LeavingRound) -> None:
    numbers = {"root": oid(case.id, "patient"), "extension": case.patient.local_number}
    root.add("xdw:patient").add("hl7:id", attributes=numbers)
    author = root.add("xdw:author").add("xdw:assignedAuthor")
    author.add("hl7:id", attributes={"root": oid(round_.id, "author")})
    author.add("hl7:assignedPerson").add("hl7:name").add("hl7:family", round_.board)


def _history(parent: Tag, case: LeavingCase, round_: LeavingRound, status: str, changed: datetime) -> None:
    """Opened by the request; closed by the task that ended it."""
    steps = [("", "OPEN", case.received_at, "create")]
    if status == "CLOSED":
        steps.append(("OPEN", "CLOSED", changed, "close"))
    for before, after, at, event in steps:
        one = parent.add("xdw:documentEvent")
        one.add("xdw:eventTime", instant(at))
        one.add("xdw:eventType", event)
        one.add("xdw:taskEventIdentifier", oid(round_.id, event))
        one.add("xdw:author", round_.board)
        one.add("xdw:previousStatus", before)
        one.add("xdw:actualStatus", after)


def _task(parent: Tag, task: Task) -> None:
    data = parent.add("xdw:taskData")
    _details(data.add("ws-ht:taskDetails"), task)
    data.add("ws-ht:description", task.name)
    for place, parts in (("input", task.inputs), ("output", task.outputs)):
        if parts:
            listed = data.add(f"ws-ht:{place}")
            for part in parts:
                _part(listed, part)
    history = parent.add("xdw:taskEventHistory")
    for number, event in enumerate(_EVENTS[task.status], start=1):
        one = history.add("xdw:taskEvent")
        one.add("xdw:id", str(number))
        one.add("xdw:eventTime", instant(task.created_at if number == 1 else task.changed_at))
        one.add("xdw:identifier", f"{task.name}.{number}")
        one.add("xdw:eventType", event)
        one.add("xdw:status", _AFTER[event].value)


def _details(details: Tag, task: Task) -> None:
    """In the order of tTaskDetails."""
    details.add("ws-ht:id", f"urn:oid:{DEFINITION}.{NAMES.index(task.name) + 1}")
    details.add("ws-ht:taskType", task.name)
    details.add("ws-ht:name", task.name)
    details.add("ws-ht:status", task.status)
    details.add("ws-ht:actualOwner", task.owner)
    details.add("ws-ht:createdTime", instant(task.created_at))
    details.add("ws-ht:createdBy", task.owner)
    details.add("ws-ht:lastModifiedTime", instant(task.changed_at))
    details.add("ws-ht:renderingMethodExists", "false")


def _part(parent: Tag, part: Part) -> None:
    info = parent.add("ws-ht:part", attributes={"name": part.label}).add("ws-ht:attachmentInfo")
    info.add("ws-ht:identifier", f"urn:oid:{part.identifier}")
    info.add("ws-ht:name", part.label)
    info.add("ws-ht:accessType", REGISTERED)
    info.add("ws-ht:contentType", part.media_type)
    info.add("ws-ht:contentCategory", "MIME")
    info.add("ws-ht:attachedTime", instant(part.at))
    info.add("ws-ht:attachedBy", "MDO-portaal")
