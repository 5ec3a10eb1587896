"""Profiles of HL7 v2: a TOML of integrations/profiles on top of the one that it extends."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from integrations.profiles import load
from mdo_portal.exchange import Profile


@cache
def profile_named(name: str) -> Profile:
    """The profile, completed by what it `extends`: tables are merged, lists and values replaced. Raises KeyError."""
    own = load(name)
    base = own.get("extends", "")
    return _merged(profile_named(base), own) if base else own


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
