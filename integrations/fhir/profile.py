"""One FHIR flavour of an EPD: the TOML of integrations/profiles, read once, with what it builds on filled in."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from integrations.fhir.values import text
from mdo_portal.exchange import Section


@dataclass(frozen=True)
class Profile:
    """What one flavour puts where. Data only: no expressions, no code."""

    name: str
    version: str  # "R4" or "STU3"; a property of the link, never guessed (interop D3)
    table: dict[str, Any]

    def words(self, *path: str) -> tuple[str, ...]:
        """A list of strings; empty when the profile is silent."""
        found = self._at(path)
        return tuple(text(item) for item in found) if isinstance(found, list) else ()

    def word(self, *path: str) -> str:
        return text(self._at(path))

    def label(self, name: str) -> str:
        """The word people read for something FHIR has no word for."""
        return self.word("labels", name) or name

    def section(self, codes: list[tuple[str, str]]) -> Section | None:
        """Where a resource with these codes stands on the case page, if the profile says so."""
        return next((Section(self.word("sections", code)) for _, code in codes if self.word("sections", code)), None)

    def target(self, link_id: str, label: str) -> str:
        """Where an answer on a form belongs: by its linkId, else by a word in its label; "" for nowhere."""
        exact = self.word("questionnaire", "links", link_id)
        table = self._at(("questionnaire", "words"))
        return exact or _by_word(table if isinstance(table, list) else [], label)

    def document_kind(self, codes: list[tuple[str, str]], title: str) -> str:
        """`pathology report` and the like, by code, else by a word in the title."""
        by_code = next((kind for _, code in codes if (kind := self.word("documents", "codes", code))), "")
        table = self._at(("documents", "words"))
        return by_code or _by_word(table if isinstance(table, list) else [], title)

    def role(self, label: str) -> str:
        """`treating`, `case_manager` or `gp`, by a word in the role; "" for any other."""
        table = self._at(("roles", "words"))
        return _by_word(table if isinstance(table, list) else [], label)

    def _at(self, path: tuple[str, ...]) -> Any:
        found: Any = self.table
        for step in path:
            found = found.get(step) if isinstance(found, dict) else None
        return found


def _by_word(rows: list[dict[str, Any]], label: str) -> str:
    """Rows are tried in order; each of their words counts where a word of the label begins with it."""
    folded = label.casefold()
    return next((text(row["to"]) for row in rows if any(re.search(rf"\b{re.escape(each)}", folded) for each in row["words"])), "")


@cache
def load_profile(name: str) -> Profile:
    """Read `integrations/profiles/<name>.toml`. Raises ValueError when there is none or its version is unknown."""
    table = _table(name)
    version = str(table.get("version", ""))
    if version not in {"R4", "STU3"}:
        raise ValueError(f"profile {name!r}: version must be R4 or STU3")
    return Profile(name, version, table)


def _table(name: str) -> dict[str, Any]:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name):
        raise ValueError(f"no profile {name[:40]!r}")
    path = resources.files("integrations.profiles").joinpath(f"{name}.toml")
    if not path.is_file():
        raise ValueError(f"no profile {name!r}")
    own = tomllib.loads(path.read_text("utf-8"))
    below = str(own.pop("extends", ""))
    return _over(_table(below), own) if below else own


def _over(below: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """`own` wins; tables are filled in key by key."""
    merged = {**below, **own}
    for key in below.keys() & own.keys():
        if isinstance(below[key], dict) and isinstance(own[key], dict):
            merged[key] = _over(below[key], own[key])
    return merged
