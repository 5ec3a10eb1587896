"""Once the letter has arrived, where the profile asks for it: a resource of theirs is read, changed in one place and written back.

Two things: the requester's Task gets the letter as its output, and the letter that was taken back is marked as an error. Both only on
the registered server, only under the version that was read (If-Match), and only when the resource is about the same patient. What
fails here takes nothing back: the letter is there. It is told in the words of the receipt.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import quote

from integrations.fhir.sending.outgoing import CONSULT_NOTE, Letter
from integrations.fhir.sending.outgoing_people import URI, identifier
from integrations.fhir.sending.receipt import is_error
from integrations.fhir.server.door import JSON, Door
from integrations.fhir.text.json_gate import load
from integrations.fhir.text.values import Node, node, nodes, text
from integrations.out import NoReply, Reply
from integrations.smart.client import NoToken
from mdo_portal.exchange import Address, DecisionForm, Receipt, Unreadable

TASK = re.compile(r"Task/(?!\.{1,2}$)[A-Za-z0-9\-.]{1,64}")
_BEFORE_DONE = {"requested", "received", "accepted", "ready", "in-progress"}
Change = Callable[[Node], Node | None]


class Undone(Exception):
    """It was left as it is; the code says why."""


def afterwards(door: Door, letter: Letter, receipt: Receipt, address: Address, *, until: float) -> list[str]:
    """What could not be done, as `task 412`; empty when all was."""
    undone = []
    for name, act in _acts(door, letter, receipt, address, until):
        try:
            act()
        except Undone as why:
            undone.append(f"{name} {why}")
        except NoToken as none:
            undone.append(f"{name} token {none.code}")
        except NoReply as silence:
            undone.append(f"{name} {silence.code}")
    return undone


def _acts(
    door: Door, letter: Letter, receipt: Receipt, address: Address, until: float
) -> Iterator[tuple[str, Callable[[], None]]]:
    desk = _Desk(door, letter, address, until)
    if letter.has("task") and letter.decision.request_task:
        yield "task", lambda: desk.output(receipt.reference)
    is_over = letter.form is DecisionForm.WITHDRAWAL and letter.has("document") and not letter.has("document-bundle")
    if is_over and letter.profile.word("send", "withdraw") == "update":
        yield "withdraw", desk.in_error


class _Desk:
    """One letter's second thoughts at one server."""

    def __init__(self, door: Door, letter: Letter, address: Address, until: float) -> None:
        self._door, self._letter, self._address, self._until = door, letter, address, until

    def output(self, reference: str) -> None:
        """The requester's Task names the letter. A path that is no `Task/id` came from a message and is never asked for."""
        path = self._letter.decision.request_task
        if not TASK.fullmatch(path):
            raise Undone("not_a_task")
        self._change(path, lambda task: _with_output(task, self._letter, reference))

    def in_error(self) -> None:
        """The earlier letter, found by our own identifier, is marked as entered in error; it keeps its content."""
        asked = f"DocumentReference?identifier={quote(f'{URI}|{self._letter.earlier_uri}', safe='')}"
        tree = _tree(self._ask("GET", asked))
        found = [node(entry.get("resource")) for entry in nodes(tree.get("entry"))]
        ours = [one for one in found if self._letter.earlier_uri in _numbers(one.get("identifier"))]
        if len(ours) != 1 or not re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", text(ours[0].get("id"))):
            raise Undone("not_found")
        self._change(f"DocumentReference/{text(ours[0]['id'])}", _marked)

    def _change(self, path: str, change: Change) -> None:
        reply = self._ask("GET", path)
        there = _tree(reply)
        if [there.get("resourceType"), text(there.get("id"))] != path.split("/"):
            raise Undone("not_found")
        self._check_patient(there)
        wanted = change(there)
        if wanted is None:
            return
        version = reply.headers.get("etag", "") or _etag(there)
        if not version:
            raise Undone("no_version")  # writing over what somebody else wrote meanwhile is worse than not writing
        told = {"Content-Type": JSON, "If-Match": version, "Prefer": "return=minimal"}
        self._ask("PUT", path, headers=told, content=_written(wanted))

    def _check_patient(self, there: Node) -> None:
        """A reference from a message may be anybody's: a resource that names another patient is left alone."""
        named = _numbers(node(there.get("for") or there.get("subject")).get("identifier"))
        patient = self._letter.decision.patient
        if named and not named & {patient.bsn, patient.local_number, *(number for _, number in patient.other_numbers)}:
            raise Undone("other_patient")

    def _ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, content: bytes = b"") -> Reply:
        seconds = min(self._address.timeout_seconds, self._until - time.monotonic())
        if seconds <= 0:
            raise Undone("timeout")
        reply = self._door.ask(method, path, self._address, headers=headers, content=content, seconds=seconds)
        if not 200 <= reply.status < 300:
            raise Undone(str(reply.status))
        if is_error(reply):
            raise Undone(f"{reply.status} error")
        return reply


def _with_output(task: Node, letter: Letter, reference: str) -> Node | None:
    """The Task with the letter among its outputs, and done if it was under way; None when it says so already.

    What was asked is not done by saying that there is no advice, or none any more, nor by what is added to one that is not there:
    whether it still stands, is the hospital's to say.
    """
    told = [text(node(one.get("valueReference")).get("reference")) for one in nodes(task.get("output"))]
    if reference in told:
        return None
    points = {"reference": reference, "identifier": identifier(URI, letter.uri), "display": letter.decision.letter_title}
    output = {"type": CONSULT_NOTE | {"text": letter.decision.letter_title}, "valueReference": points}
    is_advice = letter.form is DecisionForm.FIRST and letter.decision.form in (DecisionForm.FIRST, DecisionForm.CORRECTION)
    is_done = task.get("status") in _BEFORE_DONE and is_advice
    return task | {
        "output": [*nodes(task.get("output")), output],
        "status": "completed" if is_done else task.get("status"),
        "lastModified": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _marked(document: Node) -> Node | None:
    wrong = "entered-in-error"
    return None if document.get("status") == wrong else document | {"status": wrong}


def _numbers(value: object) -> set[str]:
    return {text(one.get("value")) for one in nodes(value)} - {""}


def _etag(there: Node) -> str:
    version = text(node(there.get("meta")).get("versionId"))
    return f'W/"{version}"' if re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", version) else ""


def _written(resource: Node) -> bytes:
    """As it was read. A decimal would come back as another one (1.10 as 1.1): then it is not ours to write."""
    try:
        return json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, UnicodeEncodeError):
        raise Undone("not_writable") from None


def _tree(reply: Reply) -> Node:
    try:
        return load(reply.body)
    except Unreadable:
        raise Undone("junk") from None
