"""The same bytes of a document carried otherwise: folded, in a Binary, in an address."""

from __future__ import annotations

from collections.abc import Callable

from integrations.fhir.text.location import root

from .tree import Node, Rewriting, each_object, each_resource, entries, mapped


def _is_file(own: Node) -> bool:
    return isinstance(own.get("data"), str) and "contentType" in own


def _folded(own: Node) -> Node:
    if _is_file(own):
        sent = own["data"]
        own["data"] = "\r\n".join(sent[at : at + 76] for at in range(0, len(sent), 76)) + "\r\n"
    return own


def _server(tree: Node) -> str:
    """Where the first entry that lives anywhere lives."""
    known = (root(str(one.get("fullUrl", ""))) for one in entries(tree))
    return next(filter(None, known), "")


def _beside_it(address: Callable[[str], str], full_url: Callable[[str, str], str]) -> Rewriting:
    """The bytes of every attachment as a Binary in the same Bundle."""

    def rewritten(tree: Node) -> Node | None:
        more: list[Node] = []

        def moved(own: Node) -> Node:
            if not _is_file(own) or own.get("resourceType") or "url" in own:
                return own
            number = f"bin-{len(more)}"
            binary = {"resourceType": "Binary", "id": number, "contentType": own["contentType"], "data": own["data"]}
            more.append({"fullUrl": full_url(_server(tree), number), "resource": binary})
            return {name: value for name, value in own.items() if name != "data"} | {"url": address(number)}

        made = each_object(moved)(tree) if _is_open(tree) else None
        return made | {"entry": [*made["entry"], *more]} if made and more else None

    return rewritten


def _is_open(tree: Node) -> bool:
    return tree.get("resourceType") == "Bundle" and tree.get("type") != "history" and bool(entries(tree))


def _contained_binaries(tree: Node) -> Node | None:
    def moved(own: Node) -> Node:
        more: list[Node] = []

        def out(one: Node) -> Node:
            if not _is_file(one) or one.get("resourceType") or "url" in one:
                return one
            number = f"bin-{len(more)}"
            more.append({"resourceType": "Binary", "id": number, "contentType": one["contentType"], "data": one["data"]})
            return {name: value for name, value in one.items() if name != "data"} | {"url": f"#{number}"}

        made = mapped(own, out)
        return made | {"contained": [*(made.get("contained") or []), *more]} if more else own

    return each_resource(moved)(tree)


def _in_its_address(own: Node) -> Node:
    """`data:application/pdf;base64,…`, as browsers write it."""
    if _is_file(own) and not own.get("resourceType") and "url" not in own:
        sent = own.pop("data")
        own["url"] = f"data:{own['contentType']};base64,{sent}"
    return own


FILES: dict[str, Rewriting] = {
    "with folded bytes": each_object(_folded),
    "with its bytes in a Binary": _beside_it(
        lambda name: f"Binary/{name}", lambda server, name: f"{server}/Binary/{name}" if server else ""
    ),
    "with its bytes in a Binary by uuid": _beside_it(lambda name: f"urn:uuid:{name}", lambda server, name: f"urn:uuid:{name}"),
    "with its bytes in a Binary without an address": _beside_it(lambda name: f"Binary/{name}", lambda server, name: ""),
    "with its bytes in a contained Binary": _contained_binaries,
    "with its bytes in the address": each_object(_in_its_address),
}
