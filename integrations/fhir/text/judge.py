"""Is this a FHIR resource? fhir.resources says so, in the version of the link; the answer never repeats a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from operator import is_not
from types import NoneType
from typing import Any, get_args, get_origin

from integrations.fhir.text.values import Node

PAYLOAD = "AAAA"  # stands in for base64 while judging: the judge would copy every megabyte


def problem(resource: Node, version: str) -> str:
    """Why this is no valid resource (`code missing`), or "" when it is. Only names of elements, never values.

    Raises ImportError, as all that asks the models does, when our own installation lacks one: that says nothing of the resource.
    """
    try:
        model_of(str(resource.get("resourceType", "")), version).model_validate(_light(resource))
    except ImportError:
        raise
    # A foreign parser: it raises KeyError on a contained type it does not know, ValueError on a model it lacks,
    # RecursionError on odd nesting (interop 2.1); pydantic's ValidationError is one of its ValueErrors.
    except Exception as error:
        return _told(error)
    return ""


def faults(resource: Node, version: str) -> frozenset[str] | None:
    """The names of the elements of this resource that are wrong, or missing; None when that cannot be said, or one is unknown."""
    try:
        model_of(str(resource.get("resourceType", "")), version).model_validate(_light(resource))
    except ImportError:
        raise
    except Exception as error:  # as in `problem`
        found = _found(error) or []
        steps = [one["loc"] for one in found]
        unknown = any(one["type"] == "extra_forbidden" and len(one["loc"]) == 1 for one in found)
        if unknown or not found or not all(steps):
            return None
        return frozenset(str(one[0]).removeprefix("_") for one in steps)
    return frozenset()


Step = str | int
"""A name of an element, or a number in a list."""


def wrong_places(resource: Node, version: str) -> list[tuple[Step, ...]]:
    """Where what stands there is not as the version has it, each as the way to it; none where that cannot be said."""
    try:
        model_of(str(resource.get("resourceType", "")), version).model_validate(_light(resource))
    except ImportError:
        raise
    except Exception as error:  # as in `problem`
        return [tuple(one["loc"]) for one in _found(error) or [] if one["loc"] and one["type"] != "missing"]
    return []


@dataclass(frozen=True)
class Shape:
    """What a version says of one element. `kind`: string, number, boolean, Resource, or the name of a complex type; "" = unknown."""

    many: bool
    kind: str


@cache
def shapes(kind: str, version: str) -> Mapping[str, Shape]:
    """The elements of one type, by their name in FHIR; empty for a type that the version does not know."""
    try:
        model = model_of(kind, version)
    except ImportError:  # not remembered: it may stand there in a minute
        raise
    # The same foreign library: it raises KeyError or ValueError, depending on the name.
    except Exception:
        return {}
    fields = model.model_fields.items()
    return {
        known.alias or name: _shape(known.annotation)
        for name, known in fields
        if name != "fhir_comments" and not name.endswith("__ext")
    }


def _shape(annotation: Any) -> Shape:
    """`Optional[List[BundleEntryType]]`, `Annotated[str, Id()] | None`, `bool`, …"""
    parts = [one for one in get_args(annotation) if one is not NoneType]
    origin = get_origin(annotation)
    if origin is list:
        return Shape(True, _shape(parts[0]).kind)
    if origin is not None:  # Optional or Annotated: the first says it
        return _shape(parts[0])
    if annotation is bool:
        return Shape(False, "boolean")
    if annotation in (int, float, Decimal):
        return Shape(False, "number")
    named = getattr(annotation, "__name__", "")
    return Shape(False, named.removesuffix("Type") if named.endswith("Type") else "string")


def without_extensions(value: Any) -> Any:
    """The same without extensions and the `_element` companions that carry them.

    fhir.resources refuses valid FHIR where an extension's own value is extended (interop D4).
    """
    if isinstance(value, list):
        return [without_extensions(item) for item in value]
    if isinstance(value, dict):
        return {key: without_extensions(item) for key, item in value.items() if key != "extension" and not key.startswith("_")}
    return value


@cache
def model_of(kind: str, version: str) -> Any:
    """The model of one type; imported here because they cost half a second that most processes never need. Raises for a name that the
    version does not know: those are not remembered, for anybody makes them up.
    """
    if version == "STU3":
        from fhir.resources.STU3 import get_fhir_model_class as model_class
    else:
        from fhir.resources.R4B import get_fhir_model_class as model_class
    try:
        return model_class(kind)
    except ValueError as error:
        if isinstance(error.__cause__, ImportError):  # the name is right, and its file is gone: pydantic calls that a wrong value
            raise error.__cause__ from None
        raise


def _light(resource: Node) -> Node:
    """The resource with PAYLOAD for its documents; itself where it has none, for most have none. Nothing of it is changed."""
    light: Node = {}
    for name, value in resource.items():
        kind = type(value)
        if kind is dict:
            if (lighter := _light(value)) is not value:
                light[name] = lighter
        elif kind is list:
            lighter_ones = [_light_of(item) for item in value]
            if any(map(is_not, lighter_ones, value)):
                light[name] = lighter_ones
        elif kind is str and (name in _PAYLOADS or "{" in value) and (lighter_words := _light_words(name, value)) is not value:
            light[name] = lighter_words
    return resource | light if light else resource


_JSON = re.compile(r"\s*\{\s*[\"}]")


def is_json(words: str) -> bool:
    """Whether a text is an object that somebody wrote as one."""
    return "{" in words[:80] and _JSON.match(words) is not None


def _light_words(name: str, value: str) -> str:
    """An object that came as a text of JSON stays a text: the judge would open it, and whoever reads sees nothing there."""
    return PAYLOAD if value and name in _PAYLOADS else f"_{value}" if is_json(value) else value


def _light_of(item: Any) -> Any:
    if type(item) is dict:
        return _light(item)
    if type(item) is str:
        return _light_words("", item)
    return [_light_of(one) for one in item] if type(item) is list else item


_PAYLOADS = frozenset({"data", "content"})


def _told(error: Exception) -> str:
    found = _found(error)
    if found is None:
        return "not readable"
    return ", ".join(_one(item) for item in found[:3])


def _found(error: Exception) -> list[dict[str, Any]] | None:
    """What pydantic says of each fault; None when it was not pydantic that stopped.

    In a function of its own: the error holds the errors of validators, those hold the frames they came through, and Python sees no ring
    that goes through pydantic's error. A name for it in one of those frames keeps the resource in memory for good.
    """
    errors = getattr(error, "errors", None)
    found = errors(include_url=False, include_input=False, include_context=False) if callable(errors) else None
    if any(one["type"] == "import_error" for one in found or ()):
        raise ImportError("a model of fhir.resources") from None
    return found


def _one(item: dict[str, Any]) -> str:
    steps = [str(step) for step in item["loc"]]
    if item["type"] == "extra_forbidden":
        # the last step is a name the sender made up: it could be anything, a patient's name included
        return f"{_path(steps[:-1])} unknown element".strip()
    return f"{_path(steps)} {'missing' if item['type'] == 'missing' else 'not valid'}".strip()


def _path(steps: list[str]) -> str:
    return ".".join(step for step in steps if re.fullmatch(r"_?[A-Za-z]{1,40}|\d{1,5}", step))
