"""The same resources sent in another wrapping: another kind of Bundle, another order, other addresses."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable

from .tree import Node, Rewriting, entries, mapped, resources

_SERVER = "https://ehr.example/api/FHIR/R4"


def _made(tree: Node) -> Node:
    return copy.deepcopy(tree)


def _is_plain_bundle(tree: Node) -> bool:
    """A Bundle of resources only: no deletions, no history, nothing in it that is a Bundle, no letter or message around it."""
    if tree.get("resourceType") != "Bundle" or tree.get("type") in ("history", "document", "message") or not entries(tree):
        return False
    return all(_is_plain(one) for one in entries(tree)) and len(entries(tree)) == len(tree["entry"])


def _is_plain(entry: Node) -> bool:
    own, asked = entry.get("resource"), entry.get("request", {})
    is_written = isinstance(asked, dict) and str(asked.get("method", "")).upper() in ("", "POST", "PUT")
    return (
        isinstance(own, dict)
        and is_written
        and own.get("resourceType") not in ("Bundle", "Parameters", "MessageHeader", "Composition")
    )


def _of_kind(
    kind: str, around: Callable[[Node, int], Node], first: Callable[[Node], Node] | None = None, **more: object
) -> Rewriting:
    def rewritten(tree: Node) -> Node | None:
        if not _is_plain_bundle(tree):
            return None
        kept = [{name: one[name] for name in ("fullUrl", "resource") if name in one} for one in _made(tree)["entry"]]
        listed = [around(one, number) | one for number, one in enumerate(kept)]
        if first is not None:
            listed = [first(tree), *listed]
        rest = {name: value for name, value in tree.items() if name not in ("type", "entry", "total", "link")}
        return rest | {"type": kind, **more, "entry": listed}

    return rewritten


def _nothing(entry: Node, number: int) -> Node:
    return {}


def _posted(entry: Node, number: int) -> Node:
    return {"request": {"method": "POST", "url": str(entry["resource"].get("resourceType", ""))}}


def _found(entry: Node, number: int) -> Node:
    return {"search": {"mode": "include" if number else "match", "score": 1}}


def _answered(entry: Node, number: int) -> Node:
    return {"response": {"status": "200 OK", "etag": 'W/"1"'}}


def _request_url(tree: Node) -> str:
    """The address of the request, for who points at it."""
    for one in entries(tree):
        own = one["resource"]
        if own.get("resourceType") in ("ServiceRequest", "ReferralRequest"):
            return str(one.get("fullUrl") or f"{own['resourceType']}/{own.get('id', '')}")
    return ""


def _header(tree: Node) -> Node:
    version = any(own.get("resourceType") == "ReferralRequest" for own in resources(tree))
    coded = {"system": "urn:x", "code": "referral"}
    own: Node = {"resourceType": "MessageHeader", "id": "mh", "source": {"endpoint": "urn:oid:1.2.3"}}
    own |= {"event": coded, "timestamp": "2026-05-05T10:00:00Z"} if version else {"eventCoding": coded}
    if focus := _request_url(tree):
        own["focus"] = [{"reference": focus}]
    return {"fullUrl": f"urn:uuid:{uuid.UUID(int=77)}", "resource": own}


def with_parameters(tree: Node) -> Node | None:
    """Passed to an operation, the Bundle as one parameter."""
    return (
        {"resourceType": "Parameters", "parameter": [{"name": "content", "resource": tree}]} if _is_plain_bundle(tree) else None
    )


def turned_round(tree: Node) -> Node | None:
    if tree.get("type") in ("history", "document", "message") or len(entries(tree)) < 2:
        return None
    return tree | {"entry": tree["entry"][::-1]}


def twice(tree: Node) -> Node | None:
    """Every entry once more, as it is: a search that includes the same from two sides."""
    return tree | {"entry": [*tree["entry"], *_made(tree)["entry"]]} if _is_plain_bundle(tree) else None


_STRANGERS: dict[str, Node] = {
    "Practitioner": {"name": [{"family": "Vreemd"}]},
    "Organization": {"name": "Elders"},
    "Location": {"name": "Elders"},
    "PractitionerRole": {},
}


def among_strangers(tree: Node) -> Node | None:
    """With two hundred people and places beside it that nothing points at."""
    if not _is_plain_bundle(tree):
        return None
    kinds = tuple(_STRANGERS)
    many = [{"resourceType": kinds[n % 4], "id": f"stranger-{n}", "identifier": [{"value": f"s{n}"}]} for n in range(200)]
    many = [one | _STRANGERS[str(one["resourceType"])] for one in many]
    around = [{"fullUrl": f"https://strangers.example/{one['resourceType']}/{one['id']}", "resource": one} for one in many]
    return tree | {"entry": [*around[:100], *_made(tree)["entry"], *around[100:]]}


# Addresses


def _known(tree: Node) -> dict[str, Node]:
    """`Type/id` and fullUrl → the entry; none when two have the same."""
    found: dict[str, Node] = {}
    for one in entries(tree):
        own = one["resource"]
        names = {f"{own.get('resourceType')}/{own['id']}"} if isinstance(own.get("id"), str) else set()
        names |= {one["fullUrl"]} if isinstance(one.get("fullUrl"), str) and one["fullUrl"] else set()
        for name in names:
            if name in found:
                return {}
            found[name] = one
    return found


def _readdressed(give: Callable[[Node, int], str], point: Callable[[str, Node], str]) -> Rewriting:
    """Every entry under a new fullUrl (`give`), and every reference to it as `point` writes it."""

    def rewritten(tree: Node) -> Node | None:
        known = _known(tree) if _is_plain_bundle(tree) else {}
        if not known:
            return None
        new = {id(one): give(one, number) for number, one in enumerate(entries(tree))}

        def pointed(own: Node) -> Node:
            for name in ("reference", "url") if "contentType" in own or "title" in own else ("reference",):
                target = known.get(_bare(own.get(name)))
                if target is not None:
                    own[name] = point(new[id(target)], target)
            return own

        listed = []
        for one in entries(tree):
            made = {name: value for name, value in one.items() if name != "fullUrl"} | {
                "resource": mapped(one["resource"], pointed)
            }
            listed.append(made | ({"fullUrl": new[id(one)]} if new[id(one)] else {}))
        return tree | {"entry": listed}

    return rewritten


def _bare(address: object) -> str:
    return address.split("/_history/")[0] if isinstance(address, str) else ""


def _short(entry: Node) -> str:
    return f"{entry['resource'].get('resourceType')}/{entry['resource'].get('id', '')}"


def _urn(entry: Node, number: int) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{_short(entry)}#{number}')}"


def _http(entry: Node, number: int) -> str:
    return f"{_SERVER}/{_short(entry)}" if entry["resource"].get("id") else _urn(entry, number)


def _shortly(url: str, entry: Node) -> str:
    return _short(entry) if entry["resource"].get("id") else url


def _same(url: str, entry: Node) -> str:
    return url


def _versioned(url: str, entry: Node) -> str:
    return f"{_shortly(url, entry)}/_history/3" if entry["resource"].get("id") else url


def _renamed(tree: Node) -> Node | None:
    """Other ids, as a server that numbers anew gives them; everything that points follows."""
    known = _known(tree) if _is_plain_bundle(tree) else {}
    if not known or any(not one["resource"].get("id") for one in entries(tree)):
        return None
    listed = []
    new = {id(one): f"new-{number}" for number, one in enumerate(entries(tree))}

    def pointed(own: Node) -> Node:
        target = known.get(_bare(own.get("reference"))) or (known.get(_bare(own.get("url"))) if "contentType" in own else None)
        if target is not None:
            name = "reference" if _bare(own.get("reference")) in known else "url"
            own[name] = f"{target['resource']['resourceType']}/{new[id(target)]}"
        return own

    for one in entries(tree):
        own = mapped(one["resource"], pointed) | {"id": new[id(one)]}
        listed.append(one | {"fullUrl": f"{_SERVER}/{own['resourceType']}/{own['id']}", "resource": own})
    return tree | {"entry": listed}


def in_a_bundle(tree: Node) -> Node | None:
    """One resource as a Bundle of one."""
    if tree.get("resourceType") in ("Bundle", "Parameters"):
        return None
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": _made(tree)}]}


WRAPPED: dict[str, Rewriting] = {
    "as a collection": _of_kind("collection", _nothing),
    "as a transaction": _of_kind("transaction", _posted),
    "as a batch": _of_kind("batch", _posted),
    "as what a search found": _of_kind(
        "searchset", _found, total=1, link=[{"relation": "self", "url": f"{_SERVER}/ServiceRequest"}]
    ),
    "as what a server answers": _of_kind("collection", _answered),
    "as a message": _of_kind("message", _nothing, _header),
    "passed to an operation": with_parameters,
    "in a Bundle of one": in_a_bundle,
    "turned round": turned_round,
    "each entry twice": twice,
    "among strangers": among_strangers,
}
ADDRESSED: dict[str, Rewriting] = {
    "by uuid": _readdressed(_urn, _same),
    "by uuid, pointed at shortly": _readdressed(_urn, _shortly),
    "on a server, pointed at in full": _readdressed(_http, _same),
    "on a server, pointed at shortly": _readdressed(_http, _shortly),
    "on a server, pointed at by version": _readdressed(_http, _versioned),
    "without addresses": _readdressed(lambda entry, number: "" if entry["resource"].get("id") else _urn(entry, number), _shortly),
    "under relative addresses": _readdressed(lambda entry, number: _shortly(_urn(entry, number), entry), _same),
    "with other ids": _renamed,
}
