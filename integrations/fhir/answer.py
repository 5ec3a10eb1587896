"""Reception's answer as HTTP: a status and an OperationOutcome, or a transaction-response for a transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime

from integrations.fhir.text.values import Node
from mdo_portal.exchange import Answer, Flaw, MessageHeader, Verdict

_UNSUPPORTED = {"wrong_version", "media_type", "coded", "unknown_type"}
_NO_FHIR = {"no_header", "broken", "too_many_entries", "too_many_numbers"}
_UNMET = "condition"


def answer_body(
    answer: Answer, *, location: str, header: MessageHeader, entries: int = 0, is_brief: bool = False
) -> tuple[int, bytes]:
    """(HTTP status, FHIR JSON) for the sender. `is_brief`: of what is stored and has no flaws nothing is said but that.

    Stored: 201 with a location, 202 without; a transaction or batch whose number of `entries` is known gets a
    transaction-response or batch-response with as many entries. Refused: 400 when it is no FHIR at all, 412 when it is not what its address
    asks for, else 422. Not here: 415 for a
    type or version, else 404. Not now: 503.
    """
    status = _status(answer, location)
    if _wants_response(answer, header, entries):
        return 200, _response(answer, header, location, entries, is_brief=is_brief)
    if is_brief and answer.verdict is Verdict.STORED and not header.flaws:
        return status, b""
    return status, json.dumps(_outcome(answer, header.flaws), ensure_ascii=False).encode()


def _status(answer: Answer, location: str) -> int:
    if answer.verdict is Verdict.STORED:
        return 201 if location else 202
    if answer.verdict is Verdict.REFUSED:
        return 400 if answer.reason in _NO_FHIR else 412 if answer.reason == _UNMET else 422
    if answer.verdict is Verdict.NOT_HERE:
        return 415 if answer.reason in _UNSUPPORTED else 404
    return 503


def _wants_response(answer: Answer, header: MessageHeader, entries: int) -> bool:
    return answer.verdict is Verdict.STORED and header.kind in ("Bundle/transaction", "Bundle/batch") and entries > 0


def task_status(number: str, named: str, status: str, reason: str, at: datetime) -> Node:
    """A Task that was handed in, as it stands here: our id, the sender's number, its status, and why."""
    made: Node = {"resourceType": "Task", "id": number}  # in the order of the standard: XML asks for it
    if named:
        made["identifier"] = [{"value": named}]
    made["status"] = status
    if reason:
        made["statusReason"] = {"text": reason}
    return made | {"intent": "order", "lastModified": at.isoformat(timespec="seconds")}


_CODES = {
    Verdict.STORED: "informational",
    Verdict.REFUSED: "invalid",
    Verdict.NOT_HERE: "not-supported",
    Verdict.NOT_NOW: "transient",
}
_CODES_OF_REASONS = {
    "login": "login",
    "forbidden": "forbidden",
    "not-found": "not-found",
    "busy": "throttled",
    "too_large": "too-long",
    "too_many_entries": "too-long",
    "too_many_numbers": "too-long",
    _UNMET: "conflict",
}
"""Of reasons for which FHIR has a word of its own (issue-type)."""


def _outcome(answer: Answer, flaws: Iterable[Flaw] = ()) -> Node:
    """No value of the message comes back in it, the control id excepted. What is stored and has `flaws` is told so, each at its place."""
    severity = "information" if answer.verdict is Verdict.STORED else "error"
    words = answer.text or ("Stored." if answer.verdict is Verdict.STORED else answer.reason or "Not accepted.")
    details = {"details": {"text": answer.reason}} if answer.reason else {}
    code = _CODES_OF_REASONS.get(answer.reason, _CODES[answer.verdict])
    issue: Node = {"severity": severity, "code": code, **details, "diagnostics": words}
    if re.fullmatch(r"[A-Za-z.]+", answer.place):
        issue["expression"] = [answer.place]
    beside: list[Node] = [
        {"severity": "warning", "code": one.code, "diagnostics": one.text} | ({"expression": [one.place]} if one.place else {})
        for one in flaws
    ]
    return {"resourceType": "OperationOutcome", "issue": [issue, *beside]}


def _response(answer: Answer, header: MessageHeader, location: str, entries: int, *, is_brief: bool) -> bytes:
    """One entry per entry sent, as the standard asks: 202, because we keep the message and read it afterwards. Written once, repeated.

    The entries of a batch stand alone: one in which nothing can be done hears that by its status. A transaction is one whole.
    """
    told: Node = {"location": location} if location else {}
    is_batch = header.kind == "Bundle/batch"

    def entry(*flaws: Flaw) -> str:
        failed = next((_FAILED.get(one.code, "400 Bad Request") for one in flaws if is_batch and one.part >= 0), "")
        outcome = {} if is_brief and not flaws else {"outcome": _outcome(answer, flaws)}
        return json.dumps({"response": {"status": failed or "202 Accepted", **told, **outcome}}, ensure_ascii=False)

    of_all = [one for one in header.flaws if one.part < 0]  # the answer has no place for the Bundle itself
    many = [entry(*of_all)] * entries
    for one in header.flaws:
        if one.part >= 0:
            many[one.part] = entry(*of_all, one)
    kind = "batch-response" if is_batch else "transaction-response"
    return f'{{"resourceType": "Bundle", "type": "{kind}", "entry": [{", ".join(many)}]}}'.encode()


_FAILED = {"not-supported": "405 Method Not Allowed"}
"""How an entry of a batch fails, by what is wrong with it."""
