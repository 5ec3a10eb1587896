"""A history: what a subscription tells, version by version."""

from __future__ import annotations

from integrations.fhir.location import address
from integrations.fhir.values import Node, node, text


def newest(tree: Node) -> tuple[Node, tuple[str, ...]]:
    """Of a history (what a subscription tells, too) what each address says now, and the places of what it said before.

    The newest stands first (R4 http.html#history); a DELETE is a version like any other.
    """
    seen: set[str] = set()
    older: list[str] = []
    listed = tree.get("entry")
    entries = list(listed) if isinstance(listed, list) else []
    for number, item in enumerate(map(node, entries)):
        own = node(item.get("resource"))
        place = f"{text(own.get('resourceType'))}/{text(own.get('id'))}" if text(own.get("id")) else ""
        name = address("", text(item.get("fullUrl"))) or place or address("", text(node(item.get("request")).get("url")))
        if name and name in seen:
            entries[number] = {}
            older.append(f"entry/{number} older")
        seen.add(name)
    return tree | {"entry": entries}, tuple(older)
