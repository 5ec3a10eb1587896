"""One FHIR flavour of an EPD: the TOML of integrations/profiles, read once, with what it builds on filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from unicodedata import normalize

from integrations.fhir.text.values import codings, concept, node, text, word
from integrations.profiles import asked_of, load
from mdo_portal.exchange import Section, Wire

_GENERAL = frozenset({"laboratory", "LAB"})
"""Categories of all that a laboratory finds, what a pathologist finds among it."""


@dataclass(frozen=True)
class Profile:
    """What one flavour puts where. Data only: no expressions, no code."""

    name: str
    version: str  # "R4" or "STU3"; a property of the link, never guessed (interop D3)
    table: Mapping[str, Any]

    def words(self, *path: str) -> tuple[str, ...]:
        """A list of strings; empty when the profile is silent."""
        found = self._at(path)
        return tuple(text(item) for item in found) if isinstance(found, list) else ()

    def word(self, *path: str) -> str:
        return text(self._at(path))

    def label(self, name: str) -> str:
        """The word people read for something FHIR has no word for."""
        return self.word("labels", name) or name

    def under(self, name: str, words: str) -> str:
        """`reden: Ileus`: words under that word; nothing where there are none."""
        return f"{self.label(name)}: {words}" if words else ""

    def yes_or_no(self, value: Any) -> str:
        """A truth value in words; "" for any other."""
        return self.label("yes" if value else "no") if isinstance(value, bool) else ""

    def state(self, code: str) -> str:
        """What a state is called here, else as it was sent."""
        return self.word("statuses", code) or code

    def why_none(self, why: Any) -> str:
        """Why nothing stands there, in the words of who says so before those of the profile."""
        return text(node(why).get("text")) or self.word("statuses", word(why)) or concept(why)

    def section(self, *coded: Any) -> Section | None:
        """Where what is coded so stands on the case page, if the profile says so: by what says more before `laboratory`."""
        known = [code for one in coded for _, code in codings(one) if self.word("sections", code)]
        said = next((code for code in known if code not in _GENERAL), next(iter(known), ""))
        return Section(self.word("sections", said)) if said else None

    def target(self, link_id: str, label: str) -> str:
        """Where an answer on a form belongs: by its linkId or all of its label, else by a word in its label; "" for nowhere."""
        label = normalize("NFC", label)
        exact = self.word("questionnaire", "links", link_id) or self.word("questionnaire", "links", label.casefold().strip(" :?"))
        table = self._at(("questionnaire", "words"))
        said = _by_word(table if isinstance(table, list) else [], label)
        return exact or (f"question_{asked_of(label) or 'board'}" if said == "question_board" else said)

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
            found = found.get(step) if isinstance(found, dict) else None  # TOML makes no other; asked many times of each entry
        return found


def _by_word(rows: list[dict[str, Any]], label: str) -> str:
    """Rows are tried in order; each of their words counts where a word of the label begins with it."""
    folded = normalize("NFC", label).casefold()
    return next((text(row["to"]) for row in rows if _begun_by(tuple(row["words"])).search(folded)), "")


@lru_cache(maxsize=512)
def _begun_by(words: tuple[str, ...]) -> re.Pattern[str]:
    """One of these at the start of a word: made once, for it is asked of every question of a form."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words)) or '(?!)'})")


def is_of_another_wire(name: str) -> bool:
    """Whether this is a profile, and none of FHIR: the link reads something else now than when the message came."""
    try:
        return str(load(name)["wire"]) != Wire.FHIR
    except KeyError:
        return False


@lru_cache(maxsize=256)
def load_profile(name: str) -> Profile:
    """Read `integrations/profiles/<name>.toml`. Raises ValueError when there is none or its version is unknown."""
    try:
        table = load(name)
    except KeyError as error:
        raise ValueError(f"no profile {name[:40]!r}") from error
    version = str(table.get("version", ""))
    if version not in {"R4", "STU3"}:
        raise ValueError(f"profile {name!r}: version must be R4 or STU3")
    return Profile(name, version, table)
