"""FHIR XML as the same tree that FHIR JSON gives: after this, one reader reads both.

What is a list and what a number is no matter of the document but of the FHIR version, so the models of fhir.resources say it
(their own XML reader is not used: it stumbles over comments and loses repeats, interop D2). Nothing is dropped: what the version
does not know stands in the tree under its own name, and the judge then refuses that entry and says where.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from html import escape
from typing import Any

from integrations import xml_gate
from integrations.fhir.text.judge import Shape, shapes
from integrations.fhir.text.truths import truth
from integrations.fhir.text.values import Node
from integrations.xml_gate import Element
from mdo_portal.exchange import Unreadable

FHIR = "http://hl7.org/fhir"
_XHTML = "http://www.w3.org/1999/xhtml"
_NOT_KNOWN = Shape(many=False, kind="")


def load(raw: bytes, version: str) -> Node:
    """One resource, typed as the version of the link says. Raises Unreadable: no_header, broken."""
    return _Typed(raw, version).resource(_root(raw))


def load_loosely(raw: bytes) -> Node:
    """What a header needs, without any version and without the half second that the models cost: the rest is passed over."""
    return _Header(raw).resource(_root(raw))


def _root(raw: bytes) -> Element:
    root = xml_gate.load(raw)
    if root.name[0] != FHIR:
        raise Unreadable("no_header", "not FHIR")
    return root


class _Loose:
    """Every element is a list of one or more, an object or a text, as it happens to stand there."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def resource(self, element: Element) -> Node:
        return {"resourceType": element.local} | self._object(element, element.local)

    def shape(self, kind: str, name: str) -> Shape:
        return Shape(many=name in ("entry", "identifier"), kind="Resource" if name in ("resource", "contained") else "")

    def _wanted(self, element: Element) -> list[Element]:
        return element.children

    def _object(self, element: Element, kind: str) -> Node:
        found: Node = {name: value for name, value in element.attributes.items() if "\n" not in name}
        if element.text.strip():
            found["#text"] = element.text.strip()  # no element of FHIR has loose text: the judge will say so
        for name, same in _by_name(self._wanted(element)).items():
            self._put(found, name, same, self.shape(kind, name))
        return found

    def _put(self, found: Node, name: str, same: list[Element], shape: Shape) -> None:
        values = [self._value(one, shape) for one in same]
        more = [self._beside(one, shape) for one in same]
        is_list = shape.many or len(same) > 1  # a second one where FHIR knows one is not dropped: a list there is refused
        if any(value is not None for value in values) or not any(more):
            found[name] = values if is_list else values[0]
        if any(more):
            found[f"_{name}"] = more if is_list else more[0]

    def _value(self, element: Element, shape: Shape) -> Any:
        if element.name == (_XHTML, "div"):
            end = self._raw.index(b">", element.source[1]) + 1
            return _page(self._raw[element.source[0] : end].decode("utf-8"))
        if shape.kind == "Resource":
            return self._inside(element)
        if self._is_plain(element, shape):
            return _plain(element.attributes.get("value", _written(element) or None), shape.kind)
        return self._object(element, shape.kind)

    def _inside(self, element: Element) -> Any:
        if len(element.children) != 1:
            return self._object(element, "")
        return self.resource(element.children[0])

    def _is_plain(self, element: Element, shape: Shape) -> bool:
        """A primitive: by its version, else by having a value; none that holds what no primitive may, as a code does that stands in the
        place of a word: read as what hangs on that, its meaning would be gone.
        """
        is_known = shape.kind in ("string", "number", "boolean") and not _is_object(element)
        return is_known or (not shape.kind and ("value" in element.attributes or bool(_written(element))))

    def _beside(self, element: Element, shape: Shape) -> Node | None:
        """What a primitive carries besides its value: id and extensions."""
        if shape.kind == "Resource" or element.name[0] == _XHTML or not self._is_plain(element, shape):
            return None
        if not element.children and (not element.said or _written(element)) and element.attributes.keys() <= {"value"}:
            return None
        bare = Element(
            element.name, {k: v for k, v in element.attributes.items() if k != "value"}, element.children, element.said
        )
        return self._object(bare, "Element") or None


_PREFIXED = re.compile(r"<([A-Za-z][\w.\-]{0,40}):div\b")
_CDATA, _CDATA_ENDS = "<![CDATA[", "]]>"


def _page(source: str) -> str:
    """The page as HTML writes it: without a prefix before its tags, and what stands as it is (CDATA) in the signs of HTML."""
    if prefix := _PREFIXED.match(source):
        source = re.sub(rf"<(/?){re.escape(prefix[1])}:", r"<\1", source)
    first, *others = source.split(_CDATA)
    return first + "".join(map(_as_it_stands, others))


def _as_it_stands(behind: str) -> str:
    """Each piece is looked through once: a comment may hold a hundred thousand beginnings and no end."""
    words, ends, rest = behind.partition(_CDATA_ENDS)
    return escape(words) + rest if ends else _CDATA + behind


_HEAD = frozenset(
    ("assigner", "contained", "destination", "display", "endpoint", "entry", "for", "fullUrl", "groupIdentifier", "id", "identifier",
     "meta", "method", "name", "parameter", "part", "patient", "receiver", "reference", "request", "resource", "sender", "source",
     "subject", "system", "type", "use", "value")
)  # fmt: skip
"""All that FhirReader.header looks at, at whatever depth; what a resource is called is not among the children."""


class _Header(_Loose):
    """Of a message of fifty thousand elements the hospital waits for the few that say whose it is."""

    def _wanted(self, element: Element) -> list[Element]:
        inside = element.local in ("resource", "contained")
        return element.children if inside else [one for one in element.children if one.name[1] in _HEAD]


class _Typed(_Loose):
    """As the version says: `many` makes a list, the kind makes numbers and truth values."""

    def __init__(self, raw: bytes, version: str) -> None:
        super().__init__(raw)
        self._version = version

    def shape(self, kind: str, name: str) -> Shape:
        return shapes(kind, self._version).get(name, _NOT_KNOWN)


def _written(element: Element) -> str:
    """`<text>Operatie?</text>`: the value of a primitive between its tags, as software writes it that knows XML and not FHIR."""
    return "" if element.children or "value" in element.attributes else element.text.strip()


def _is_object(element: Element) -> bool:
    return "value" not in element.attributes and any(one.local not in _ON_A_PRIMITIVE for one in element.children)


_ON_A_PRIMITIVE = ("extension", "modifierExtension")


def _by_name(children: list[Element]) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {}
    for child in children:
        space, local = child.name
        known = space == FHIR or child.name == (_XHTML, "div")
        found.setdefault(local if known else f"{{{space}}}{local}", []).append(child)
    return found


def _plain(value: str | None, kind: str) -> Any:
    if value is None:
        return None
    if kind == "boolean":
        return truth(value)
    if kind == "number":
        try:
            return int(value) if value.lstrip("-").isdecimal() and len(value) < 20 else Decimal(value)
        except InvalidOperation:
            return value
    return value
