"""What a FHIR server's answer means: received, refused, later or unknown. Sent is not received."""

from __future__ import annotations

import re
from typing import Any

from integrations.fhir.bundle import tail
from integrations.fhir.json_gate import load
from integrations.fhir.values import Node, concept, joined, node, nodes, text
from integrations.out import Reply
from mdo_portal.exchange import Receipt, ReceiptKind, Unreadable

_NOT_NOW = {401, 403, 408, 425, 429}
_ASK_AGAIN = {409, 412}
MAX_WORDS = 500


def of_reply(reply: Reply, entries: int) -> Receipt | None:
    """The receipt of a transaction answer; None when only looking the document up can tell.

    200/201 count as received when the answer is a transaction-response, every entry is 2xx, none is missing
    and the document's own location is told.
    """
    code = str(reply.status)
    if 200 <= reply.status < 300:
        return _of_success(_tree(reply.body), code, entries)
    if reply.status in _ASK_AGAIN:
        return None
    return outcome_of(reply)


def outcome_of(reply: Reply) -> Receipt:
    """What anything but a success means."""
    code = str(reply.status)
    if reply.status in _NOT_NOW or reply.status >= 500:
        return Receipt(ReceiptKind.LATER, code, text=outcome_text(_tree(reply.body)))
    # 4xx: the same bytes will be refused again; 3xx: an address is changed by a person, never by an answer
    return Receipt(ReceiptKind.REFUSED, code, text=outcome_text(_tree(reply.body)))


def _of_success(tree: Node, code: str, entries: int) -> Receipt | None:
    if tree.get("resourceType") != "Bundle" or tree.get("type") != "transaction-response":
        return None
    told = [node(entry.get("response")) for entry in nodes(tree.get("entry"))]
    if len(told) != entries or not all(_is_done(answer.get("status")) for answer in told):
        return None
    reference = _reference(told[0].get("location"))
    return Receipt(ReceiptKind.ACCEPTED, code, reference) if reference else None


def _is_done(status: Any) -> bool:
    return bool(re.match(r"2\d\d(\s|$)", text(status)))


def _reference(location: Any) -> str:
    """`DocumentReference/…` of a location, without version; "" when it names something else."""
    found = tail(text(location).split("/_history/")[0])
    return found if re.fullmatch(r"DocumentReference/[A-Za-z0-9\-.]{1,64}", found) else ""


def of_search(reply: Reply, *, uri: str, digest: str, code: str) -> Receipt:
    """The receipt after looking our document up: received only when it is there under our identifier, with our bytes."""
    found = [entry for entry in _matches(reply) if _carries(entry, uri)]
    if not found:
        kind = ReceiptKind.LATER if code in {"409", "412"} else ReceiptKind.UNKNOWN
        return Receipt(kind, code, text=outcome_text(_tree(reply.body)))
    own = found[0]
    hashes = {text(node(content.get("attachment")).get("hash")) for content in nodes(own.get("content"))} - {""}
    if hashes and digest not in hashes:
        return Receipt(ReceiptKind.REFUSED, "other_content", text="another document stands under this identifier")
    reference = _reference(f"DocumentReference/{text(own.get('id'))}")
    return Receipt(ReceiptKind.ACCEPTED, f"{code} found", reference) if reference else Receipt(ReceiptKind.UNKNOWN, code)


def _matches(reply: Reply) -> list[Node]:
    tree = _tree(reply.body) if reply.status == 200 else {}
    return [node(entry.get("resource")) for entry in nodes(tree.get("entry"))]


def _carries(resource: Node, uri: str) -> bool:
    """A server that ignores an unknown search parameter answers with everybody's documents: read the identifier ourselves."""
    named = [*nodes(resource.get("identifier")), *nodes(resource.get("masterIdentifier"))]
    return resource.get("resourceType") == "DocumentReference" and any(text(item.get("value")) == uri for item in named)


def outcome_text(tree: Node) -> str:
    """The receiver's words in an OperationOutcome, for a person."""
    if tree.get("resourceType") != "OperationOutcome":
        return ""
    said = [
        joined(concept(issue.get("details")), text(issue.get("diagnostics"))) or text(issue.get("code"))
        for issue in nodes(tree.get("issue"))
    ]
    return joined(*said, by="\n")[:MAX_WORDS]


def _tree(body: bytes) -> Node:
    """The answer as an object; junk is an empty one."""
    try:
        return load(body)
    except Unreadable:
        return {}
