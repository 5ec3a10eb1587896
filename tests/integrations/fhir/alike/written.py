"""One tree in other bytes: JSON as other libraries write it, and XML."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import quoteattr

from integrations.fhir.text.json_gate import dump

from .tree import Node

_FHIR = "http://hl7.org/fhir"


def plain(tree: Node) -> bytes:
    return dump(tree)


def _spaced(tree: Node) -> bytes:
    return (
        json.dumps(tree, ensure_ascii=False, indent=4, default=_number).replace('"\\u0000', "").replace('\\u0000"', "").encode()
    )


def _number(value: Any) -> str:
    if not isinstance(value, Decimal):
        raise TypeError
    return f"\0{value}\0"


def _escaped(tree: Node) -> bytes:
    """Every letter outside ASCII as `\\u00e9`, those outside the first plane as a pair."""
    return json.dumps(tree, default=_number).replace('"\\u0000', "").replace('\\u0000"', "").encode()


def _marked(tree: Node) -> bytes:
    return b"\xef\xbb\xbf" + dump(tree) + b"\r\n"


def _slashed(tree: Node) -> bytes:
    """As PHP writes it: every slash escaped."""
    return dump(tree).replace(b"/", b"\\/")


def _turned(value: Any) -> Any:
    """The keys in the opposite order, resourceType last."""
    if isinstance(value, list):
        return [_turned(one) for one in value]
    if isinstance(value, dict):
        return {name: _turned(value[name]) for name in reversed(value)}
    return value


def _sorted(value: Any) -> Any:
    """The keys by the alphabet, as a document store writes them."""
    if isinstance(value, list):
        return [_sorted(one) for one in value]
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return value


def as_xml(tree: Node, *, prefix: str = "", head: str = "") -> bytes:
    """The same resource as FHIR XML."""
    kind = str(tree["resourceType"])
    mark = f"{prefix}:" if prefix else ""
    space = f' xmlns{":" + prefix if prefix else ""}="{_FHIR}"'
    return f"{head}<{mark}{kind}{space}>{_inside(tree, mark)}</{mark}{kind}>".encode()


def _inside(own: Node, mark: str) -> str:
    names = [name for name in own if name not in ("resourceType", "id", "url") and not name.startswith("_")]
    beside = [name[1:] for name in own if name.startswith("_") and name[1:] not in own]
    first = ["id"] if "resourceType" in own and "id" in own else []
    return "".join(_element(name, own.get(name), own.get(f"_{name}"), mark) for name in [*first, *_urls(own), *names, *beside])


def _urls(own: Node) -> list[str]:
    return ["url"] if "url" in own and not _is_extension(own) else []


def _is_extension(own: Node) -> bool:
    return "url" in own and (any(name.startswith("value") for name in own) or "extension" in own) and "resourceType" not in own


def _element(name: str, value: Any, beside: Any, mark: str) -> str:
    if value == []:
        return ""  # XML has no word for a list without anything in it
    many = value if isinstance(value, list) else [value]
    more = beside if isinstance(beside, list) else [beside]
    length = max(len(many), len(more))
    pairs = zip([*many, *[None] * (length - len(many))], [*more, *[None] * (length - len(more))], strict=True)
    return "".join(_one(name, one, extra, mark) for one, extra in pairs)


def _one(name: str, value: Any, beside: Any, mark: str) -> str:
    if name == "div":
        return str(value)
    if isinstance(value, dict) and "resourceType" in value:
        kind = value["resourceType"]
        return f"<{mark}{name}><{mark}{kind}>{_inside(value, mark)}</{mark}{kind}></{mark}{name}>"
    own = value if isinstance(value, dict) else beside or {}
    given = "" if value is None or isinstance(value, dict) else f" value={quoteattr(_text(value), _BREAKS)}"
    ident = f" id={quoteattr(str(own['id']))}" if "id" in own and "resourceType" not in own else ""
    url = f" url={quoteattr(str(own['url']))}" if _is_extension(own) else ""
    return f"<{mark}{name}{ident}{url}{given}>{_inside(own, mark)}</{mark}{name}>"


_BREAKS = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


WRITINGS: dict[str, Callable[[Node], bytes]] = {
    "with indents": _spaced,
    "in ASCII": _escaped,
    "with a byte order mark": _marked,
    "with escaped slashes": _slashed,
    "with its keys turned round": lambda tree: dump(_turned(tree)),
    "with its keys sorted": lambda tree: dump(_sorted(tree)),
}

AS_XML: dict[str, Callable[[Node], bytes]] = {
    "as XML": as_xml,
    "as XML with a declaration and a mark": lambda tree: (
        b"\xef\xbb\xbf" + as_xml(tree, head='<?xml version="1.0" encoding="UTF-8"?>\n<!-- sent -->\n')
    ),
    "as XML with a prefix": lambda tree: as_xml(tree, prefix="f"),
}
