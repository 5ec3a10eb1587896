"""What is wrong with a Bundle itself, whatever it holds: said to its sender at once, with the place, and for a person in the inbox."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from integrations.fhir.entries.bundle import WRITES
from integrations.fhir.text.values import Node, listed, method_of, node, text
from mdo_portal.exchange import Flaw

_NEVER = ("GET", "HEAD", "PATCH")
MOST = 50
"""So many are said: of what a program does wrong five thousand times the first say enough."""


def flaws(tree: Node) -> tuple[Flaw, ...]:
    """In words of ours, none of the message."""
    return tuple(islice(_flaws(tree), MOST)) if tree.get("resourceType") == "Bundle" else ()


def _flaws(tree: Node) -> Iterator[Flaw]:
    if not text(tree.get("type")):
        yield Flaw("Bundle.type", "required", "The Bundle does not say of which type it is; it is read as a collection.")
    if isinstance(tree.get("entry"), dict):
        yield Flaw("Bundle.entry", "structure", "This is no list; what stands there is read as the only entry.")
    for number, item in enumerate(listed(tree)):
        if (found := flaw_of(item)) is not None:
            place, code, words = found
            yield Flaw(f"Bundle.entry[{number}]{place}", code, f"Entry {number + 1}: {words} Nothing is read in it.", number)
        elif (asked := method_of(item)) in _NEVER:
            words = f"Entry {number + 1}: {asked} is not carried out here."
            yield Flaw(f"Bundle.entry[{number}].request.method", "not-supported", words, number)


def flaw_of(item: Any) -> tuple[str, str, str] | None:
    """(place in the entry, FHIR issue type, what is wrong) where there should be a resource and is none; None where all is well."""
    if type(item) is not dict:
        return "", "structure", "this is no object."
    inside, own = item.get("resource"), node(item.get("resource"))
    if inside not in (None, {}):
        if not own:
            return ".resource", "structure", "its resource is no object."
        return (
            None
            if text(own.get("resourceType"))
            else (".resource.resourceType", "required", "its resource does not say what it is.")
        )
    is_told_of = "response" in item  # of a search or a history: nothing to send along
    return (".resource", "required", "there is no resource.") if method_of(item) in WRITES and not is_told_of else None
