"""Our own answers as FHIR XML. What is said there is built in the order of the standard, which XML asks for and JSON does not."""

from __future__ import annotations

from html import escape
from typing import Any

from integrations.fhir.text.values import Node

#: attributes, where JSON knows members: `url` of an extension, and the id of an element (that of a resource is an element)
_EXTENSIONS = ("extension", "modifierExtension")


def written(resource: Node) -> bytes:
    """One resource as a document. For what we wrote ourselves: no narrative, no member beside a primitive."""
    return ('<?xml version="1.0" encoding="UTF-8"?>' + _resource(resource, ' xmlns="http://hl7.org/fhir"')).encode()


def _resource(resource: Node, space: str = "") -> str:
    kind = resource["resourceType"]
    inside = "".join(_member(name, value) for name, value in resource.items() if name != "resourceType")
    return f"<{kind}{space}>{inside}</{kind}>"


def _member(name: str, value: Any) -> str:
    return "".join(_element(name, one) for one in (value if isinstance(value, list) else [value]))


def _element(name: str, value: Any) -> str:
    if not isinstance(value, dict):
        return f"<{name} value={_quoted(_primitive(value))}/>"
    if "resourceType" in value:
        return f"<{name}>{_resource(value)}</{name}>"
    as_attribute = ("id", "url") if name in _EXTENSIONS else ("id",)
    attributes = "".join(f" {key}={_quoted(str(value[key]))}" for key in as_attribute if key in value)
    inside = "".join(_member(key, one) for key, one in value.items() if key not in as_attribute)
    return f"<{name}{attributes}>{inside}</{name}>"


def _primitive(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(text: str) -> str:
    """As the value of an attribute: line ends survive only when they are written as numbers."""
    return '"' + escape(text).replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;") + '"'
