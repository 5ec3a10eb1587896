"""Border values as what JSON can say, beside their bytes: what the child hands back.

No pickle: a reader that was taken over by a message can hand over values of mdo_portal.exchange, and nothing that runs.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from mdo_portal import exchange

Blobs = list[bytes]

_CLASSES: Mapping[str, type] = {
    name: one
    for name, one in vars(exchange).items()
    if isinstance(one, type)
    and one.__module__.startswith(f"{exchange.__name__}.")
    and (dataclasses.is_dataclass(one) or issubclass(one, Enum | tuple))
}
_FIELDS: Mapping[type, tuple[str, ...]] = {
    one: tuple(field.name for field in dataclasses.fields(one)) for one in _CLASSES.values() if dataclasses.is_dataclass(one)
} | {one: tuple(inspect.signature(one).parameters) for one in _CLASSES.values() if issubclass(one, tuple)}
_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})


def packed(value: object) -> tuple[Any, Blobs]:
    """`value` in what JSON has words for, and the bytes in it by their place. Raises TypeError for what does not belong to the border."""
    blobs: Blobs = []
    return _plain(value, blobs), blobs


def unpacked(plain: Any, blobs: Blobs) -> Any:
    """The value again. Raises ValueError, TypeError, KeyError or IndexError for what `packed` never made."""
    return _value(plain, blobs)


def _plain(value: Any, blobs: Blobs) -> Any:
    """A tuple becomes a list; all else that JSON does not have becomes an object with one name: {"Fact": […]}."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is tuple:
        return [_plain(one, blobs) for one in value]
    fields = _FIELDS.get(kind)
    if fields is not None:
        return {kind.__name__: [_plain(getattr(value, name), blobs) for name in fields]}
    if kind is bytes:
        blobs.append(value)
        return {"bytes": len(blobs) - 1}
    if kind is date or kind is datetime:
        return {kind.__name__: value.isoformat()}
    if kind.__name__ in _CLASSES:
        return {kind.__name__: value.value}
    if kind is dict:
        return {"dict": [[_plain(key, blobs), _plain(one, blobs)] for key, one in value.items()]}
    raise TypeError(f"{kind.__name__} does not belong to the border")


_SIMPLE: Mapping[str, Callable[[Any], Any]] = {"date": date.fromisoformat, "datetime": datetime.fromisoformat}


def _value(plain: Any, blobs: Blobs) -> Any:
    if type(plain) is list:
        return tuple([_value(one, blobs) for one in plain])
    if type(plain) is not dict:
        return plain
    ((name, inner),) = plain.items()
    if name == "bytes":
        return blobs[inner]
    if name == "dict":
        return {_value(key, blobs): _value(one, blobs) for key, one in inner}
    if name in _SIMPLE:
        return _SIMPLE[name](inner)
    found = _CLASSES[name]
    return found(*[_value(one, blobs) for one in inner]) if found in _FIELDS else found(inner)
