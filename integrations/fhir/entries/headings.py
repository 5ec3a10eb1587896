"""Under which heading of a letter or a list a resource stands, or in which report: of a carcinoma under `Familieanamnese` it says whose it
is, of a drug under `Gestopte medicatie` that it is no longer taken, of what a pathologist calls `Samenvatting` in which column it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple
from unicodedata import normalize

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, codings, concept, joined, nodes, text
from mdo_portal.exchange import Fact, Section

_FAMILY = "10157-6"
"""LOINC: history of family member diseases."""
_OF_FAMILY = re.compile(
    r"\A\s*(familie|family|famille)\s*\Z|^(?=.*famil)(?=.*(anamn|histor|geschiedenis|ant[eé]c[eé]dent|belast))",
    re.IGNORECASE | re.MULTILINE,  # from the beginning of each line once, never from every letter of it
)
"""What relatives had; a talk with them is not that, nor is a familial carcinoma of the patient."""


class Heading(NamedTuple):
    """What stands above a resource."""

    title: str
    section: Section | None  # the column that it names, if any
    is_of_family: bool
    mark: str = ""  # what a list says of this one: that it is removed, stopped

    def above(self, fact: Fact) -> Fact:
        """The fact with the heading where it has no name of its own; with one, where it would read as the patient's."""
        if self.mark and fact.text:
            fact = replace(fact, text=f"{fact.text} ({self.mark})")
        if not fact.label:
            return replace(fact, label=self.title)
        return replace(fact, label=f"{fact.label} ({self.title})") if self.is_of_family else fact


def headings(where: Addresses, profile: Profile) -> dict[str, Heading]:
    """place → the heading; walked once, and not at all where there is neither letter nor list."""
    if not (where.kinds["Composition"] or where.kinds["List"]):
        return {}
    found: dict[str, Heading] = {}
    for entry in where.entries:
        for title, code, pointed in _headed(entry.kind, entry.resource, profile):
            heading = _heading(title, code, profile)
            for one, mark in pointed:
                for under in where.all([one], entry):
                    known = found.get(under.place, heading)
                    found[under.place] = known._replace(mark=known.mark or mark)
    return found


def marked(one: Node, profile: Profile) -> str:
    """What a list says of an entry of its: that it is gone, or in the words of its flag."""
    return joined(profile.label("removed") if one.get("deleted") is True else "", concept(one.get("flag")), by=", ")


def _headed(kind: str, own: Node, profile: Profile) -> Iterator[tuple[str, object, list[tuple[object, str]]]]:
    """(title, code, references with what is said of each) of a list, and of every section of a letter."""
    if kind == "Composition":
        for title, code, pointed in _sections(own, "", None):
            yield title, code, [(one, "") for one in pointed]
    elif kind == "List":
        title = text(own.get("title")) or concept(own.get("code"))
        items = [(one.get("item"), marked(one, profile)) for one in nodes(own.get("entry"))]
        yield title, own.get("code"), items if title else [one for one in items if one[1]]


def _sections(holder: Node, title: str, code: object) -> Iterator[tuple[str, object, list[object]]]:
    """Those inside others too; one without a title is under that of the one around it. The gate has bounded the depth."""
    for one in nodes(holder.get("section")):
        own = text(one.get("title")) or concept(one.get("code"))
        named, known = (own, one.get("code")) if own else (title, code)
        if named:
            yield named, known, list(nodes(one.get("entry")))
        yield from _sections(one, named, known)


def _heading(title: str, code: object, profile: Profile) -> Heading:
    is_of_family = _OF_FAMILY.search(normalize("NFC", title)) is not None or any(one == _FAMILY for _, one in codings(code))
    target = profile.target("", title)
    named = profile.section(code) or (Section(target) if target in set(Section) else None)
    return Heading(title, Section.COMORBIDITY if is_of_family else named, is_of_family)


def reported(where: Addresses, profile: Profile) -> dict[str, Section]:
    """place → the column of the report that names the value, or a value around it, as its result; of two reports the first."""
    found: dict[str, Section] = {}
    for report in (one for one in where.of_kind("DiagnosticReport") if one.resource.get("result")):
        own = report.resource
        section = profile.section(own.get("category"), own.get("code"))
        waiting = where.all(own["result"], report) if section else []
        while section and waiting:
            value = waiting.pop()
            if found.setdefault(value.place, section) is section and value.kind == "Observation":
                below = where.all(nodes(value.resource.get("hasMember")), value)
                waiting += [one for one in below if one.place not in found]  # a circle of references ends
    return found
