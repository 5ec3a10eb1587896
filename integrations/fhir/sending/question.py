"""A question of a board to the hospital's system: a Task that awaits information, made once and found back by our own number."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from integrations.fhir.sending.outgoing import instant, pruned
from integrations.fhir.sending.outgoing_people import URI, identifier, subject
from integrations.fhir.sending.receipt import outcome_of
from integrations.fhir.server.door import JSON, Door
from integrations.fhir.text.judge import problem
from integrations.fhir.text.profile import load_profile
from integrations.fhir.text.values import Node, node
from integrations.out import NoReply, Reply
from integrations.smart.client import NoToken, Tokens
from mdo_portal.exchange import Address, Question, Receipt, ReceiptKind

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
        body = json.dumps(task, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            reply = self._send(question, address, body)
        except NoToken as none:
            return Receipt(ReceiptKind.LATER, f"token {none.code}", at=self._clock(), wait_seconds=none.wait_seconds)
        except NoReply as silence:
            return Receipt(ReceiptKind.UNKNOWN if silence.was_sent else ReceiptKind.LATER, silence.code, at=self._clock())
        return replace(_receipt(reply), at=self._clock())

    def _send(self, question: Question, address: Address, body: bytes) -> Reply:
        ours = quote(f"{URI}|urn:uuid:{question.question_id}", safe="")
        headers = {"Content-Type": JSON, "If-None-Exist": f"identifier={ours}", "Prefer": "return=minimal"}
        return self._door.ask("POST", "Task", address, headers=headers, content=body)


def _receipt(reply: Reply) -> Receipt:
    if reply.status in (200, 201, 204):
        return Receipt(ReceiptKind.ACCEPTED, str(reply.status), reply.headers.get("location", "")[:200])
    return outcome_of(reply)


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
