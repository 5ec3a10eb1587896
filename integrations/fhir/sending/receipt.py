"""What a FHIR server's answer means: received, refused, later or unknown. Sent is not received."""

from __future__ import annotations

import re
from typing import Any

from integrations.fhir.sending.outgoing_shapes import Request
from integrations.fhir.text.json_gate import load
from integrations.fhir.text.location import tail
from integrations.fhir.text.values import Node, concept, joined, node, nodes, text
from integrations.out import Reply
from mdo_portal.exchange import Receipt, ReceiptKind, Unreadable

_NOT_NOW = {401, 403, 408, 425, 429}
_ASK_AGAIN = {409, 412}
LOST_BEHIND = {502, 504}
"""A gateway lost the server behind it, or waited for it in vain: as silent as no answer, and what was posted may be there."""
MAX_WORDS = 500


def of_reply(reply: Reply, request: Request) -> Receipt | None:
    """The receipt of what was posted; None when only looking the letter up can tell.

    A transaction is received when the answer is a transaction-response, every entry is 2xx, none is missing, none names another
    kind than was sent, and the letter's own location is told. A single resource when its location is told, and no error with it.
    """
    code = str(reply.status)
    if reply.status in (200, 201, 204) and not request.is_transaction:
        return None if is_error(reply) else _accepted(code, _reference(reply.headers.get("location"), request.kind))
    if 200 <= reply.status < 300:
        return _of_success(_tree(reply.body), code, request.kinds) if request.is_transaction else None
    if reply.status in _ASK_AGAIN:
        return None
    if reply.status in LOST_BEHIND:
        return Receipt(ReceiptKind.UNKNOWN, code, text=words_of(reply))
    return outcome_of(reply)


def outcome_of(reply: Reply) -> Receipt:
    """What anything but a success means."""
    code = str(reply.status)
    if reply.status in _NOT_NOW or reply.status >= 500:
        return Receipt(ReceiptKind.LATER, code, text=words_of(reply), wait_seconds=reply.asks_to_wait)
    # 4xx: the same bytes will be refused again; 3xx: an address is changed by a person, never by an answer
    return Receipt(ReceiptKind.REFUSED, code, text=words_of(reply))


def _of_success(tree: Node, code: str, kinds: tuple[str, ...]) -> Receipt | None:
    if tree.get("resourceType") != "Bundle" or tree.get("type") != "transaction-response":
        return None
    told = [node(entry.get("response")) for entry in nodes(tree.get("entry"))]
    if len(told) != len(kinds) or not all(_is_done(answer.get("status")) for answer in told):
        return None
    places = [answer.get("location") for answer in told]
    if any(text(place) and not _reference(place, kind) for place, kind in zip(places, kinds, strict=True)):
        return None
    return _accepted(code, _reference(places[0], kinds[0]))


def _accepted(code: str, reference: str) -> Receipt | None:
    return Receipt(ReceiptKind.ACCEPTED, code, reference) if reference else None


def _is_done(status: Any) -> bool:
    return bool(re.match(r"2\d\d(\s|$)", text(status)))


def _reference(location: Any, kind: str) -> str:
    """`DocumentReference/…` of a location, without version; "" when it names something else."""
    found = tail(text(location).split("/_history/")[0])
    return found if re.fullmatch(rf"{kind}/[A-Za-z0-9\-.]{{1,64}}", found) else ""


def of_search(reply: Reply, request: Request, *, digest: str, said: Reply) -> Receipt:
    """The receipt after looking our letter up: received only when it is there under our identifier, with our bytes.

    `said`: the answer to the letter itself; why it is not there stands in that one. Who refuses to look says nothing of it, nor who
    answers with others' documents: they looked for something else, and showed a part of what there is.
    """
    code = str(said.status)
    found = [one for one in _matches(reply) if _carries(one, request)]
    if not found:
        is_not_there = said.status in _ASK_AGAIN and _found_nothing(reply)
        kind = ReceiptKind.LATER if is_not_there else ReceiptKind.UNKNOWN
        return Receipt(kind, code, text=words_of(said) or words_of(reply))
    own = found[0]
    hashes = {told for one in _documents(own) for told in _hashes(one)} - {""}
    if hashes and digest not in hashes:
        return Receipt(ReceiptKind.REFUSED, "other_content", text="another document stands under this identifier")
    reference = _reference(f"{request.kind}/{text(own.get('id'))}", request.kind)
    return Receipt(ReceiptKind.ACCEPTED, f"{code} found", reference) if reference else Receipt(ReceiptKind.UNKNOWN, code)


def _documents(own: Node) -> list[Node]:
    """The letter itself, or the one inside a document."""
    return [own, *(node(entry.get("resource")) for entry in nodes(own.get("entry")))]


def _hashes(resource: Node) -> list[str]:
    if resource.get("resourceType") != "DocumentReference":
        return []
    return [text(node(content.get("attachment")).get("hash")) for content in nodes(resource.get("content"))]


def _matches(reply: Reply) -> list[Node]:
    tree = _tree(reply.body) if reply.status == 200 else {}
    return [node(entry.get("resource")) for entry in nodes(tree.get("entry"))]


def _found_nothing(reply: Reply) -> bool:
    """They looked, and there is none; what they say about the search may stand beside it."""
    is_answer = reply.status == 200 and _tree(reply.body).get("resourceType") == "Bundle"
    return is_answer and all(one.get("resourceType") == "OperationOutcome" for one in _matches(reply))


def _carries(resource: Node, request: Request) -> bool:
    """A server that ignores an unknown search parameter answers with everybody's documents: read the identifier ourselves."""
    named = [*nodes(resource.get("identifier")), *nodes(resource.get("masterIdentifier"))]
    return resource.get("resourceType") == request.kind and any(text(item.get("value")) == request.uri for item in named)


def words_of(reply: Reply) -> str:
    """The receiver's words in an OperationOutcome, for a person."""
    tree = _tree(reply.body)
    if tree.get("resourceType") != "OperationOutcome":
        return ""
    said = [
        joined(concept(issue.get("details")), text(issue.get("diagnostics"))) or text(issue.get("code"))
        for issue in nodes(tree.get("issue"))
    ]
    return joined(*said, by="\n")[:MAX_WORDS]


def is_error(reply: Reply) -> bool:
    """Whether it says in words that it went wrong, sent as if all were well."""
    tree = _tree(reply.body)
    severities = {text(issue.get("severity")) for issue in nodes(tree.get("issue"))}
    return tree.get("resourceType") == "OperationOutcome" and bool(severities & {"error", "fatal"})


def _tree(body: bytes) -> Node:
    """The answer as an object; junk is an empty one."""
    try:
        return load(body)
    except Unreadable:
        return {}
