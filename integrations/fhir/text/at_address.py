"""What is written or deleted at its own address (`PUT ServiceRequest/7`), as the transaction of one entry that it is the same as.

The address stands in no body; so it is kept beside what came, word for word, and read as every other Bundle.
"""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from integrations.fhir.text import xml_reader
from integrations.fhir.text.json_gate import MAX_PIECES, load
from integrations.fhir.text.location import address, numbered, sought
from integrations.fhir.text.values import Node, asked_of, listed, node, nodes, text
from integrations.xml_gate import looks_like_xml
from mdo_portal.exchange import Unreadable

_BOM = b"\xef\xbb\xbf"
_DECLARED = re.compile(rb"\s*<\?xml\s[^>]*\?>")


def is_address(kind: str, number: str) -> bool:
    """Whether a resource can stand there."""
    return address(kind, f"{kind}/{number}") == f"{kind}/{number}"


def written(raw: bytes, kind: str, number: str) -> bytes:
    """The same resource, written at its address; its bytes stand in it as they came (of XML without the declaration).

    Raises Unreadable: broken when it says another id than its address, or none; as its gate does.
    """
    is_xml = looks_like_xml(raw)
    tree = xml_reader.load_loosely(raw) if is_xml else load(raw, most=MAX_PIECES)
    if text(tree.get("id")) != number or not is_address(kind, number):
        raise Unreadable("broken", "its id is not the one in the address")
    bare, place = raw.removeprefix(_BOM), f"{kind}/{number}".encode()
    if is_xml:
        return _XML % (_DECLARED.sub(b"", bare, count=1), place)
    return _JSON % (bare, place)


def alone(tree: Node) -> Node:
    """The resource in a Bundle that `written` made, or that is as such a one; {} in any other."""
    many = listed(tree) if tree.get("resourceType") == "Bundle" and not tree.get("identifier") else []
    own = node(node(many[0]).get("resource")) if len(many) == 1 else {}
    return own if own and text(node(node(many[0]).get("request")).get("method")) == "PUT" else {}


def deleted(kind: str, number: str, name: str) -> bytes:
    """Its deletion. `name`: of this one time; what was deleted may be written and deleted again."""
    asked = {"method": "DELETE", "url": f"{kind}/{number}"}
    return json.dumps({"resourceType": "Bundle", "id": name, "type": "transaction", "entry": [{"request": asked}]}).encode()


def deleted_by_number(kind: str, system: str, value: str, name: str) -> bytes:
    """The deletion of what has this number, whatever its address."""
    asked = {"method": "DELETE", "url": numbered(kind, quote(system), quote(value))}
    return json.dumps({"resourceType": "Bundle", "id": name, "type": "transaction", "entry": [{"request": asked}]}).encode()


def deletes(raw: bytes) -> frozenset[str]:
    """The addresses (`Kind/number`, `Kind?identifier=…`) at which a Bundle deletes what stands there; none of what is no Bundle of FHIR."""
    if b"delete" not in raw.lower():  # as nearly all of those that wait to be read, when many do: they need not be parsed
        return frozenset()
    urls = [url for method, url in map(asked_of, listed(loosely(raw))) if method == "DELETE"]
    return frozenset(at for url in urls if (at := address("", url) or _by_number(url)))


def _by_number(url: str) -> str:
    """`Kind?identifier=…` in one spelling; "" for any other address."""
    kind, system, value = sought(url)
    return numbered(kind, system, value) if kind else ""


def names(raw: bytes) -> frozenset[str]:
    """The same of what stands in a message: of each resource, by its id, and where its Bundle writes it."""
    tree = loosely(raw)
    entries = [node(one) for one in listed(tree)]
    own = [tree, *(node(one.get("resource")) for one in entries)]
    told = [f"{text(one.get('resourceType'))}/{text(one.get('id'))}" for one in own]
    told += [text(one.get("fullUrl")) for one in entries] + [asked_of(one)[1] for one in entries]
    by_number = (
        numbered(text(one.get("resourceType")), system, text(each.get("value")))
        for one in own
        for each in nodes(one.get("identifier"))
        for system in {"", text(each.get("system"))}
    )
    return frozenset((*(at for one in told if (at := address("", one))), *by_number))


def loosely(raw: bytes) -> Node:
    """What stands in it, without asking for more than that it can be read; {} when it cannot."""
    try:
        return xml_reader.load_loosely(raw) if looks_like_xml(raw) else load(raw, most=MAX_PIECES)
    except Unreadable:
        return {}


_JSON = (
    b'{"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": %b, "request": {"method": "PUT", "url": "%b"}}]}'
)
_XML = (
    b'<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/><entry><resource>%b</resource>'
    b'<request><method value="PUT"/><url value="%b"/></request></entry></Bundle>'
)
