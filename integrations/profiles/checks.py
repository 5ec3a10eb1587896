"""Is this a profile? Every key known, every place well written, every choice one there is; else a clear sentence and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mdo_portal.exchange import WrongProfile

from .keys import Key
from .paths import FIELD, is_fhir_place, is_v2_place
from .schema import SCHEMAS

LONGEST = 500
"""Characters of one text."""
MOST = 400
"""Entries of one list or table."""
_PLACE_OF: dict[str, Callable[[str], bool]] = {"hl7v2": is_v2_place, "fhir": is_fhir_place}


def check(profile: Mapping[str, Any], *, own_only: bool = False, wire: str = "") -> None:
    """Raise WrongProfile at the first thing that cannot stand there. `own_only`: it is what one link says otherwise."""
    wire = wire or str(profile.get("wire", ""))
    if wire not in SCHEMAS:
        raise WrongProfile("wire", "not_one_of", wire, tuple(SCHEMAS))
    _Checker(wire, own_only=own_only).table(profile, SCHEMAS[wire], ())


class _Checker:
    def __init__(self, wire: str, *, own_only: bool) -> None:
        self._wire, self._own_only = wire, own_only

    def table(self, value: object, keys: Mapping[str, Key], at: tuple[str, ...]) -> None:
        for name, inner in _mapping(value, at).items():
            if name not in keys:
                raise _wrong((*at, name), "unknown_key", "", tuple(keys))
            if self._own_only and not keys[name].is_own:
                raise _wrong((*at, name), "not_own", "", tuple(one for one in keys if keys[one].is_own))
            self.value(inner, keys[name], (*at, name))

    def value(self, value: object, key: Key, at: tuple[str, ...]) -> None:
        if key.kind == "table":
            self.table(value, key.keys, at)
        elif key.kind == "free":
            self._free(value, key, at)
        elif key.kind == "rows":
            self._rows(value, key, at)
        elif key.kind in ("texts", "places", "fields"):
            for one in _list(value, at):
                self._one(one, key, at)
        elif key.kind == "number":
            if not isinstance(value, int) or isinstance(value, bool):
                raise _wrong(at, "not_number", value)
        else:
            self._one(value, key, at)

    def _free(self, value: object, key: Key, at: tuple[str, ...]) -> None:
        assert key.of is not None
        for name, inner in _mapping(value, at).items():
            if key.among and name not in key.among:
                raise _wrong((*at, name), "unknown_key", "", key.among)
            self.value(inner, key.of, (*at, name))

    def _rows(self, value: object, key: Key, at: tuple[str, ...]) -> None:
        if not isinstance(value, list) or len(value) > MOST:
            raise _wrong(at, "not_rows", "")
        for row in value:
            if not isinstance(row, Mapping) or set(row) != {"words", "to"}:
                raise _wrong(at, "not_rows", "")
            for word in _list(row["words"], at):
                _text(word, at)
            if _text(row["to"], at) not in (key.among or (row["to"],)):
                raise _wrong(at, "not_one_of", row["to"], key.among)

    def _one(self, value: object, key: Key, at: tuple[str, ...]) -> None:
        written = _text(value, at)
        if key.kind in ("one_of", "texts") and key.among and written not in key.among:
            raise _wrong(at, "not_one_of", written, key.among)
        if key.kind == "places" and not _PLACE_OF[self._wire](written):
            raise _wrong(at, "bad_place", written)
        if key.kind in ("field", "fields") and not FIELD.fullmatch(written):
            raise _wrong(at, "bad_place", written)


def _mapping(value: object, at: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or len(value) > MOST:
        raise _wrong(at, "not_table", "")
    return value


def _list(value: object, at: tuple[str, ...]) -> list[object]:
    if not isinstance(value, list) or len(value) > MOST:
        raise _wrong(at, "not_texts", "")
    return value


def _text(value: object, at: tuple[str, ...]) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or "\0" in value:
        raise _wrong(at, "not_text", "")
    return value


def _wrong(at: tuple[str, ...], problem: str, value: object, known: tuple[str, ...] = ()) -> WrongProfile:
    return WrongProfile(".".join(at), problem, str(value)[:80], known)
