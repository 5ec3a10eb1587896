"""What is said of a file beside what it is: its size, its hash, when it was made. A slip in those never costs the letter itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from integrations.fhir.text.values import Node

_HASH = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_WHEN = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\S+)?)?)?")
_RIGHT: dict[str, Callable[[Any], bool]] = {
    "hash": lambda one: isinstance(one, str) and _HASH.fullmatch(one) is not None,
    "size": lambda one: (isinstance(one, int | float) and one >= 0) or (isinstance(one, str) and one.isdecimal()),
    "creation": lambda one: isinstance(one, str) and _WHEN.fullmatch(one) is not None,
}
_OF_A_FILE = {"contentType", "data", "url"}


def without_slips(resource: Node) -> tuple[Node, list[str]]:
    """(the same without them, what was left out: `attachment.hash`). The gate has bounded the depth."""
    left: list[str] = []
    return _without(resource, left), left


def _without(value: Any, left: list[str]) -> Any:
    if isinstance(value, list):
        return [_without(one, left) for one in value]
    if not isinstance(value, dict):
        return value
    wrong: set[str] = set()
    if not _OF_A_FILE.isdisjoint(value):
        wrong = {name for name, is_right in _RIGHT.items() if name in value and not is_right(value[name])}
        left.extend(f"attachment.{name}" for name in sorted(wrong))
    return {name: _without(one, left) for name, one in value.items() if name not in wrong}
