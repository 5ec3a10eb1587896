"""A Bundle in a Bundle: whether it is part of what is sent, such as a document in a message, and is read with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.fhir.text.values import Node, listed, node, text

_ALONE = ("Patient", "Bundle", "Task", "ServiceRequest", "ReferralRequest", "ProcedureRequest")
"""What a document beside a patient may not bring along: somebody else, or what is asked of somebody else."""
_OPENED = ("document", "collection", "message", "transaction", "batch", "searchset")


def taken_beside(many: Sequence[Any]) -> Mapping[str, Node] | None:
    """address → resource of what stands beside a Bundle among these, where the patient does; None where not both stand there."""
    own = [(node(node(item).get("resource")), item) for item in many]
    if not {"Bundle", "Patient"} <= {text(one.get("resourceType")) for one, _ in own}:
        return None
    return {name: one for one, item in own for name in _names(one, text(node(item).get("fullUrl")))}


def _names(resource: Node, url: str) -> list[str]:
    return [*([url] if url else []), f"{text(resource.get('resourceType'))}/{text(resource.get('id'))}"]


def is_bundle(resource: Node) -> bool:
    return text(resource.get("resourceType")) == "Bundle"


def may_open(inner: Node, taken: Mapping[str, Node] | None) -> bool:
    """Whether it is a Bundle that is part of what is sent, such as a document in a message.

    Beside a patient only a document that is of nobody else: everybody in it, and every address, is the same outside. Two might claim one.
    """
    if not is_bundle(inner) or (kind := text(inner.get("type"))) not in _OPENED:
        return False
    if taken is None:
        return True
    held = [(node(node(item).get("resource")), text(node(item).get("fullUrl"))) for item in listed(inner)]
    known = [(one, [taken[name] for name in _names(one, url) if name in taken]) for one, url in held]
    is_own = all(same == one for one, found in known for same in found)
    return kind == "document" and is_own and all(found or text(one.get("resourceType")) not in _ALONE for one, found in known)
