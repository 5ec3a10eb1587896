"""Is this a FHIR R4 document? The invariants of Bundle that hold for documents, and the judge on every resource in it.

From the R4 standard (Bundle.html, invariants bdl-1 … bdl-11; documents.html): bdl-9, bdl-10, bdl-11, no request or response (bdl-3,
bdl-4), fullUrl unique (bdl-7), each resource reached from the Composition. Profiles (nl-core) are not judged: that needs HL7's own
validator and packages, which are not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from integrations.fhir.text.judge import problem
from integrations.fhir.text.values import Node


def problems(bundle: Node) -> list[str]:
    """What is wrong with it, in names of elements; empty when nothing is."""
    found = [*_of_document(bundle)]
    urls = [one.get("fullUrl", "") for one in bundle.get("entry", [])]
    if len(set(urls)) != len(urls) or not all(url.startswith("urn:uuid:") for url in urls):
        found.append("fullUrl missing, double or no urn:uuid")
    for one in bundle.get("entry", []):
        kind = one["resource"]["resourceType"]
        if wrong := problem(one["resource"], "R4"):
            found.append(f"{kind}: {wrong}")
        found += [f"{kind}: reference to nothing in the document" for url in _references(one["resource"]) if url not in urls]
    reached = _reached(bundle, urls[0] if urls else "")
    return found + [
        f"{one['resource']['resourceType']} is not reached" for one in bundle["entry"] if one["fullUrl"] not in reached
    ]


def _of_document(bundle: Node) -> Iterator[str]:
    entries = bundle.get("entry", [])
    if bundle.get("type") != "document":
        yield "type is not document"
    if not (bundle.get("identifier", {}).get("system") and bundle.get("identifier", {}).get("value")):
        yield "identifier lacks system or value (bdl-9)"
    if not bundle.get("timestamp"):
        yield "timestamp misses (bdl-10)"
    if not entries or entries[0]["resource"]["resourceType"] != "Composition":
        yield "the first resource is no Composition (bdl-11)"
    if any("request" in one or "response" in one or "search" in one for one in entries):
        yield "an entry has request, response or search (bdl-2, bdl-3, bdl-4)"


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _reached(bundle: Node, start: str) -> set[str]:
    """Which resources can be reached from the Composition by references."""
    resources = {one["fullUrl"]: one["resource"] for one in bundle.get("entry", [])}
    reached, waiting = {start}, [start]
    while waiting:
        for url in _references(resources.get(waiting.pop(), {})):
            if url not in reached:
                reached.add(url)
                waiting.append(url)
    return reached
