"""A question of a board to the hospital's system: a Task that awaits information, made once and found back by our own number."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from integrations.fhir.sending.outgoing import instant, pruned
from integrations.fhir.sending.outgoing_people import URI, identifier, subject
from integrations.fhir.sending.outgoing_shapes import Request
from integrations.fhir.sending.receipt import of_reply, of_search
from integrations.fhir.server.door import JSON, Door
from integrations.fhir.server.fetching import is_page
from integrations.fhir.text.json_gate import load
from integrations.fhir.text.judge import problem
from integrations.fhir.text.profile import load_profile
from integrations.fhir.text.values import Node, node, nodes, text
from integrations.out import NoReply, Reply
from integrations.smart.client import NoToken, Tokens
from mdo_portal.exchange import Address, Question, Receipt, ReceiptKind, Unreadable

AWAITING = {
    "coding": [{"system": "http://hl7.org/fhir/uv/cow/CodeSystem/temp", "code": "awaiting-information"}],
    "text": "Wacht op informatie",
}
FULFILL = {
    "coding": [{"system": "http://hl7.org/fhir/CodeSystem/task-code", "code": "fulfill"}],
    "text": "Aanvullende informatie",
}


class FhirAsker:
    """exchange.Asker for R4 and STU3: POST Task with If-None-Exist, so that a repeat makes no second one."""

    def __init__(self, tokens: Tokens | None = None, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._door, self._clock = Door(tokens), clock

    def ask(self, question: Question, address: Address) -> Receipt:
        """Never raises for what the other side does."""
        flavour = load_profile(address.profile)
        task = task_of(question, flavour.version, referral_system=flavour.word("send", "referral_system"))
        if found := problem(task, flavour.version):
            return Receipt(ReceiptKind.REFUSED, "not_valid", text=found, at=self._clock())
        uri = f"urn:uuid:{question.question_id}"
        body = json.dumps(task, ensure_ascii=False, separators=(",", ":")).encode()
        request = Request(body, ("Task",), uri, "Task", f"identifier={quote(f'{URI}|{uri}', safe='')}")
        try:
            receipt = self._sent(request, address)
        except NoToken as none:
            receipt = Receipt(ReceiptKind.LATER, f"token {none.code}", wait_seconds=none.wait_seconds)
        except NoReply as silence:
            receipt = Receipt(ReceiptKind.UNKNOWN if silence.was_sent else ReceiptKind.LATER, silence.code)
        return replace(receipt, at=self._clock())

    def _sent(self, request: Request, address: Address) -> Receipt:
        """Looked up where the answer says neither that it is there nor that it is not: asked again, it might be asked twice."""
        headers = {"Content-Type": JSON, "If-None-Exist": request.condition, "Prefer": "return=minimal"}
        reply = self._door.ask("POST", request.path, address, headers=headers, content=request.body)
        if _is_kept(reply, request.uri):
            return Receipt(ReceiptKind.ACCEPTED, str(reply.status), reply.headers.get("location", "")[:200])
        if (receipt := of_reply(reply, request)) is not None:
            return receipt
        try:
            found = self._door.ask("GET", request.search, address)
        except (NoReply, NoToken):
            found = Reply(0, b"")
        return of_search(found, request, digest="", said=reply)


def _is_kept(reply: Reply, uri: str) -> bool:
    """By its word alone, or with our own Task. A page of a gateway, or an error that is sent as if all were well, says nothing of it."""
    if reply.status not in (200, 201, 204) or not reply.body.strip():
        return reply.status in (200, 201, 204)
    try:
        tree = load(reply.body)
    except Unreadable:
        return reply.status == 201 and not is_page(reply)  # "Created": who cannot be searched either would be asked sixty times
    if reply.status == 201 and tree.get("resourceType") == "OperationOutcome":
        return {text(one.get("severity")) for one in nodes(tree.get("issue"))} <= {"information", "warning"}
    is_ours = reply.status == 201 or uri in {text(one.get("value")) for one in nodes(tree.get("identifier"))}
    return tree.get("resourceType") == "Task" and is_ours


def task_of(question: Question, version: str, *, referral_system: str) -> Node:
    """The Task in one version. Pure; raises NotSendable for a time without zone."""
    referral = {"identifier": identifier(referral_system, question.referral_number), "display": question.referral_number}
    asker: Node = {"display": question.asked_by or "MDO"}
    made = {
        "resourceType": "Task",
        "identifier": [identifier(URI, f"urn:uuid:{question.question_id}")],
        "basedOn": [referral],
        "status": "in-progress",
        "businessStatus": AWAITING,
        "intent": "order",
        "code": FULFILL,
        "description": question.text,
        "focus": referral,
        "for": {"identifier": node(subject(question.patient)).get("identifier")},
        "authoredOn": instant(question.asked_at),
        "lastModified": instant(question.asked_at),
        "requester": asker if version == "R4" else {"agent": asker},
    }
    return dict(pruned(made))
