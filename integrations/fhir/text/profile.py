"""One FHIR flavour of an EPD: the TOML of integrations/profiles, read once, with what it builds on filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from unicodedata import normalize

from integrations.fhir.text.values import codings, concept, node, text, word
from integrations.profiles import asked_of, load
from integrations.profiles.called import Names, is_of_a_scan, is_of_before, seat
from mdo_portal.exchange import Section, Wire

_TITLES = ("refers", "reports")
_A_NAME = 4
"""Words, at most, of what names a specialism that is asked: `Vraag aan de radioloog`."""
_A_QUESTION = 2
"""Words, at most, of one that does not say whom it asks: `Vraagstelling`."""
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
        if is_of_a_scan(label):
            return self._names.column(label)
        exact = self.word("questionnaire", "links", link_id) or self.word("questionnaire", "links", label.casefold().strip(" :?"))
        table = self._at(("questionnaire", "words"))
        said = _by_word(table if isinstance(table, list) else [], label)
        if said.startswith("question_") and is_of_before(label):
            said = ""
        said = f"question_{asked_of(label) or 'board'}" if said == "question_board" else said
        return exact or said or self._names.field(label) or self._names.column(label)

    def is_heading(self, line: str) -> bool:
        """Whether these words are the whole name of a field, of a column or of a place that somebody has on the case."""
        links = self._at(("questionnaire", "links"))
        return self._names.is_whole(line) or bool(self.seat(line)) or (isinstance(links, dict) and line.casefold() in links)

    def below(self, above: str, label: str, target: str) -> str:
        """Where words belong that stand under a heading: below one that asks, what has no field of its own (`target`) is asked too, of
        the specialism that it is called by. A bare question below the name of a specialism is that one's.
        """
        if target == "question_board" and above and len(label.split()) <= _A_QUESTION and not asked_of(label):
            target = f"question_{asked_of(above) or 'board'}"
        asked = self.target("", above) if above else ""
        if not asked.startswith("question_") or target.startswith("question_"):
            return target
        which = asked_of(label) if len(label.split()) <= _A_NAME and self.refers(label) is not False else ""
        return f"question_{which}" if which else target or asked

    def column(self, called: str) -> Section | None:
        """Where what is called so in words stands, if a word of the list that all wires share says so."""
        found = self._names.column(called)
        return Section(found) if found else None

    def place(self, called: str) -> str:
        """The same of a field or a place on the case of which this is the whole name, by the list that all wires share."""
        return seat(called) or self._names.field(called)

    @cached_property
    def _names(self) -> Names:
        shared = load(self.word("names")) if self.word("names") else {}
        return Names(shared.get("labels", {}), shared.get("sections", {}))

    def seat(self, label: str) -> str:
        """`treating`, `case_manager` or `gp`, of a question that is called so and no more; "" for any other."""
        table, called = self._at(("roles", "words")), label.casefold().strip(" :?")
        own = next((text(row["to"]) for row in table if called in row["words"]), "") if isinstance(table, list) else ""
        return own or seat(label)

    def document_kind(self, codes: list[tuple[str, str]], title: str) -> str:
        """`pathology report` and the like, by code, else by a word in the title."""
        by_code = next((kind for _, code in codes if (kind := self.word("documents", "codes", code))), "")
        table = self._at(("documents", "words"))
        return by_code or _by_word(table if isinstance(table, list) else [], title)

    def refers(self, title: str) -> bool | None:
        """Whether what is called so refers (`Verwijsbrief`) or reports (`MDO-verslag`), by what it says first; None: neither."""
        said = title.casefold()
        at = [
            min((found for word in self.words("letters", name) if (found := said.find(word)) >= 0), default=len(said))
            for name in _TITLES
        ]
        return None if at[0] == at[1] else at[0] < at[1]

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
