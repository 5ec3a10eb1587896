"""The pages of a search as a server hands them out: where the next one is, how much was found, and whether it failed."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from integrations.fhir.text.values import Node, node, nodes, text, unique

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_GRAVE = ("warning", "error", "fatal")
_FAILED = ("error", "fatal")


def next_page(tree: Node, at: str, root: str) -> str:
    """The whole address of the next page, "" without one. `at`: of this page.

    Some write less than the whole: what is to be asked alone, the path from the host on, or, as FHIR itself means it, the path below the
    service. Signs that cannot stand in an address are written as %xx. Where it leads is judged by whoever asks.
    """
    told = next((text(link.get("url")) for link in nodes(tree.get("link")) if link.get("relation") == "next"), "")
    if tree.get("resourceType") != "Bundle" or not told:
        return ""
    told = re.sub(r"[ |\"<>^`{}]", lambda odd: f"%{ord(odd[0]):02X}", told)
    if _ABSOLUTE.match(told):
        return told
    if told.startswith("?"):
        return at.partition("?")[0] + told
    return urljoin(f"{root}/", told)


def found_on(tree: Node) -> int:
    """How many of what was searched for stand on this page: what came along with it, and what the server says of it, is none."""
    modes = (text(node(one.get("search")).get("mode")) for one in nodes(tree.get("entry")) if node(one.get("resource")))
    return sum(mode not in ("include", "outcome") for mode in modes)


def total_of(tree: Node) -> int | None:
    """How many it found in all, where the server says so."""
    said = tree.get("total")
    return said if type(said) is int else None


def has_failed(tree: Node) -> bool:
    """Whether the answer is an error, sent as if all were well."""
    return tree.get("resourceType") == "OperationOutcome" and any(
        one.get("severity") in _FAILED for one in nodes(tree.get("issue"))
    )


def is_told(outcome: Node) -> bool:
    """Whether a server says more than that all is well: that something was left out, or went wrong."""
    return any(one.get("severity") in _GRAVE for one in nodes(outcome.get("issue")))


def missing(kind: str, found: int, total: int) -> Node:
    """What stands in the place of what was found and not sent."""
    issue = {"severity": "warning", "code": "incomplete", "diagnostics": f"{kind}: {found} of {total}"}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def told_outside(place: str, outcome: Node) -> list[str]:
    """`OperationOutcome/4 suppressed`: what a server says of its answer, by the codes of the standard; no word of it is of a patient."""
    codes = unique(text(one.get("code")) for one in nodes(outcome.get("issue")) if one.get("severity") in _GRAVE)
    said = " ".join(one for one in codes if re.fullmatch(r"[a-z\-]{1,40}", one))
    return [f"{place} {said}".strip()]
