"""What each EPD flavour puts where: one TOML per flavour, data without expressions, each on top of what it `extends`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mdo_portal.exchange import Profile

FOLDER = Path(__file__).parent


@cache
def load(name: str) -> Profile:
    """The profile called `name`, completed by what it extends: tables are merged, lists and values replaced.

    Raises KeyError naming the profiles there are.
    """
    if name not in names():
        raise KeyError(f"no profile {name[:40]!r}; there are: {', '.join(names())}")
    own = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    base = own.pop("extends", "")
    return _merged(load(base), own) if base else own


def names() -> tuple[str, ...]:
    """All profiles, in order of name."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
