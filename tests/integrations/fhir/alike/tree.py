"""Trees of FHIR JSON, taken apart and put together again: what every rewriting needs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

Node = dict[str, Any]
Rewriting = Callable[[Node], Node | None]
"""The same message in other words; None where there is nothing in it to say otherwise."""


def resources(tree: Node) -> list[Node]:
    """The resources of a Bundle, those inside a Bundle in it too; the contained ones left out."""
    if tree.get("resourceType") != "Bundle":
        return [tree]
    return [one for entry in entries(tree) if isinstance(entry.get("resource"), dict) for one in resources(entry["resource"])]


def entries(tree: Node) -> list[Node]:
    listed = tree.get("entry") if tree.get("resourceType") == "Bundle" else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def mapped(value: Any, change: Callable[[Node], Node]) -> Any:
    """Every object in it changed, the innermost first."""
    if isinstance(value, list):
        return [mapped(one, change) for one in value]
    if isinstance(value, dict):
        return change({name: mapped(one, change) for name, one in value.items()})
    return value


def objects(value: Any) -> Iterator[Node]:
    """Every object anywhere in it."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(one)


def each_resource(change: Callable[[Node], Node]) -> Rewriting:
    """A rewriting of every resource of a Bundle, for one of a resource."""

    def rewritten(tree: Node) -> Node | None:
        made = _in_each(copy.deepcopy(tree), change)
        return None if made == tree else made

    return rewritten


def _in_each(tree: Node, change: Callable[[Node], Node]) -> Node:
    if tree.get("resourceType") != "Bundle":
        return change(tree)
    for entry in entries(tree):
        if isinstance(entry.get("resource"), dict):
            entry["resource"] = _in_each(entry["resource"], change)
    return tree


def each_object(change: Callable[[Node], Node]) -> Rewriting:
    """A rewriting of every object in every resource."""
    return each_resource(lambda own: mapped(own, change))
