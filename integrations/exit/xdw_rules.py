"""Is this a workflow document that IHE would know? The published rules that could be found, each with where it was found.

- Order and names of the elements of the document: ITI TF-3 5.4 (profiles.ihe.net), as also read by ipthomas/tukxdw.
- `taskDetails`, its order and what must be there: tTaskDetails of the WS-HumanTask schema (types/200803).
- XDWTask = taskData, taskEventHistory; the task's status is that of its last event; ids of events unique: the model and the constraints
  of IHE's own validator (Gazelle, tXDWTask).
- Five tasks in a row, statuses, required outputs, when CLOSED: XTB-WD Rev 1.2 (field.md (f)).

Not found, so not judged: the XDW schema file itself and the CDA types of patient and author.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from integrations.exit.workflow import CANCELLED, NAMES, REQUIRED, Status
from integrations.exit.xdw import DEFINITION, HT, XDW
from integrations.xml_gate import Element, load

DOCUMENT = (
    "id", "effectiveTime", "confidentialityCode", "patient", "author", "workflowInstanceId", "workflowDocumentSequenceNumber",
    "workflowStatus", "workflowStatusHistory", "workflowDefinitionReference", "TaskList",
)  # fmt: skip
DETAILS = (
    "id", "taskType", "name", "status", "priority", "taskInitiator", "taskStakeholders", "potentialOwners", "businessAdministrators",
    "actualOwner", "notificationRecipients", "createdTime", "createdBy", "lastModifiedTime", "lastModifiedBy", "activationTime",
    "expirationTime", "isSkipable", "hasPotentialOwners", "startByTimeExists", "completeByTimeExists", "presentationName",
    "presentationSubject", "renderingMethodExists", "hasOutput", "hasFault", "hasAttachments", "hasComments", "escalated", "searchBy",
    "outcome", "parentTaskId", "hasSubTasks",
)  # fmt: skip
NEEDED = ("id", "taskType", "name", "status", "createdTime", "lastModifiedTime", "renderingMethodExists")


def problems(document: bytes) -> list[str]:
    """What is wrong with it, in names of elements; empty when nothing is. Raises Unreadable for what is no XML."""
    root = load(document)
    if root.name != (XDW, "XDW.WorkflowDocument"):
        return ["the root is no XDW.WorkflowDocument"]
    tasks = _all(_one(root, "TaskList"), "XDWTask")
    return [*_document(root), *(wrong for task in tasks for wrong in _task(task)), *_row(root, tasks)]


def _all(parent: Element | None, name: str, space: str = XDW) -> list[Element]:
    return [one for one in parent.children if one.name == (space, name)] if parent is not None else []


def _one(parent: Element | None, name: str, space: str = XDW) -> Element | None:
    return next(iter(_all(parent, name, space)), None)


def _text(parent: Element | None, name: str, space: str = XDW) -> str:
    found = _one(parent, name, space)
    return found.text.strip() if found is not None else ""


def _document(root: Element) -> Iterator[str]:
    if tuple(one.local for one in root.children) != DOCUMENT:
        yield "elements of the document miss or stand in another order"
    if any(one.name[0] != XDW for one in root.children):
        yield "an element of another namespace"
    number = _text(root, "workflowDocumentSequenceNumber")
    if not number.isdecimal() or int(number) < 1:
        yield "workflowDocumentSequenceNumber is no positive number"
    status = _text(root, "workflowStatus")
    if status not in ("OPEN", "CLOSED"):
        yield "workflowStatus is not OPEN or CLOSED"
    last = _all(_one(root, "workflowStatusHistory"), "documentEvent")[-1:]
    if not last or _text(last[0], "actualStatus") != status:
        yield "workflowStatus is not what the last documentEvent says"
    if _text(root, "workflowDefinitionReference") != DEFINITION:
        yield "workflowDefinitionReference is not XTB-WD"


def _details(task: Element) -> Element | None:
    return _one(_one(task, "taskData"), "taskDetails", HT)


def _task(task: Element) -> Iterator[str]:
    details = _details(task)
    name = _text(details, "name", HT) or "?"
    if [one.name for one in task.children] != [(XDW, "taskData"), (XDW, "taskEventHistory")]:
        yield f"{name}: not taskData and taskEventHistory"
    names = [one.local for one in details.children] if details is not None else []
    if [one for one in DETAILS if one in names] != names:
        yield f"{name}: taskDetails in another order"
    if missing := [one for one in NEEDED if not _text(details, one, HT)]:
        yield f"{name}: taskDetails lacks {', '.join(missing)}"
    events, status = _all(_one(task, "taskEventHistory"), "taskEvent"), _text(details, "status", HT)
    if status not in list(Status):
        yield f"{name}: a status that XTB-WD does not use"
    if not events or _text(events[-1], "status") != status:
        yield f"{name}: status is not that of the last event"
    if len({_text(one, "id") for one in events}) != len(events):
        yield f"{name}: the same id for two events"


def _row(root: Element, tasks: list[Element]) -> Iterator[str]:
    """The five tasks of XTB-WD together."""
    names, statuses = ([_text(_details(one), what, HT) for one in tasks] for what in ("name", "status"))
    if tuple(names) != NAMES:
        yield "not the five tasks of XTB-WD, each once and in their order"
        return
    if any(after != Status.CREATED and before != Status.COMPLETED for before, after in pairwise(statuses)):
        yield "a task began before the one before it was completed"
    closed = Status.FAILED in statuses or statuses[-1] == Status.COMPLETED
    if closed != (_text(root, "workflowStatus") == "CLOSED"):
        yield "workflowStatus is not what the tasks say"
    for name, status, task in zip(names, statuses, tasks, strict=True):
        labels = {one.attributes.get("name") for one in _all(_one(_one(task, "taskData"), "output", HT), "part", HT)}
        needed = CANCELLED if status == Status.FAILED else REQUIRED.get(name, "") if status == Status.COMPLETED else ""
        if needed and needed not in labels:
            yield f"{name}: {needed} misses"
