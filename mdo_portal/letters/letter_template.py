"""What an administrator may say about letters: words, order and what is left out. Data only; nothing of it is ever run.

A template is chosen when a decision is signed and frozen with it, so that the letter stays the same bytes later. A placeholder
(`{mdo}`) is replaced by plain text when the letter is made; a letter without a template prints as it was delivered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mdo_portal.domain.audience import Audience

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
#: what may stand between braces in a sentence
PLACEHOLDERS: Final = ("mdo", "ziekenhuis", "datum")


@dataclass(frozen=True)
class Section:
    """One piece of a letter: what it is, its heading, and whether it is printed."""

    key: str
    heading: str
    shown: bool = True


ADVICE: Final = "advice"
#: as delivered: every piece a letter may have, in its order
REFERRER_SECTIONS: Final = (
    Section("question", "Vraag aan het MDO"),
    Section("wish", "Wens van de patiënt"),
    Section("diagnosis", "Diagnose volgens het MDO"),
    Section("considerations", "Overwegingen"),
    Section("imaging_revision", "Herbeoordeling beeldvorming"),
    Section("pathology_revision", "Herbeoordeling pathologie"),
    Section("diagnosis_changed", "Diagnose gewijzigd door het MDO"),
    Section("deviation", "Afwijking van de richtlijn"),
    Section("trial", "Studie"),
    Section("told", "Voorlichting aan de patiënt"),
    Section("again", "Opnieuw bespreken"),
    Section("explanation", "Toelichting op het advies"),
    Section("then", "Vervolg"),
    Section(ADVICE, "Advies"),
)
#: the general practitioner reads what was found, what happens, who does it and who tells the patient; the rest can be asked for
GP_SECTIONS: Final = (
    Section("diagnosis", "Conclusie van het MDO"),
    Section(ADVICE, "Advies: wie doet wat"),
    Section("explanation", "Toelichting op het advies"),
    Section("told", "Wie vertelt het de patiënt"),
    Section("again", "Opnieuw bespreken"),
    Section("then", "Vervolg"),
    Section("wish", "Wens van de patiënt", shown=False),
    Section("question", "Vraag aan het MDO", shown=False),
    Section("considerations", "Overwegingen", shown=False),
    Section("imaging_revision", "Herbeoordeling beeldvorming", shown=False),
    Section("pathology_revision", "Herbeoordeling pathologie", shown=False),
    Section("diagnosis_changed", "Diagnose gewijzigd door het MDO", shown=False),
    Section("deviation", "Afwijking van de richtlijn", shown=False),
    Section("trial", "Studie", shown=False),
)
SECTIONS: Final[Mapping[Audience, tuple[Section, ...]]] = {
    Audience.REFERRER: REFERRER_SECTIONS,
    Audience.GP: GP_SECTIONS,
    Audience.PATIENT: (),
}
_KEY_OF_HEADING: Final = {one.heading: one.key for one in REFERRER_SECTIONS}


@dataclass(frozen=True)
class LetterTemplate:
    """What one version of a template says. Empty words: as delivered."""

    name: str = ""  # in the letterhead; empty = the network's
    lines: tuple[str, ...] = ()  # of the address
    phone: str = ""
    logo: str = ""  # SHA-256 of the picture; empty = none
    salutation: str = ""
    intro: str = ""
    closing: str = ""
    footer: str = ""
    sections: tuple[Section, ...] = ()  # in this order; empty = as delivered
    participants: bool = True
    quorum: bool = True  # a quorum that was not met is printed whatever this says
    bsn: bool = False  # in the letter to the general practitioner

    def as_json(self) -> dict[str, Any]:
        """Plain data, as a row keeps it and a signature freezes it."""
        sections = [{"key": one.key, "heading": one.heading, "shown": one.shown} for one in self.sections]
        return {**{name: getattr(self, name) for name in _PLAIN}, "lines": list(self.lines), "sections": sections}


_PLAIN: Final = ("name", "phone", "logo", "salutation", "intro", "closing", "footer", "participants", "quorum", "bsn")


def from_json(kept: Mapping[str, Any]) -> LetterTemplate:
    """The other way round. What an older version did not know yet is as delivered."""
    known = {name: kept[name] for name in _PLAIN if name in kept}
    sections = tuple(Section(one["key"], one["heading"], one["shown"]) for one in kept.get("sections", ()))
    return LetterTemplate(**known, lines=tuple(kept.get("lines", ())), sections=sections)


def frozen_for(content: Mapping[str, Any], audience: Audience) -> LetterTemplate:
    """The template that a signature froze for this audience; as delivered when there was none."""
    return from_json(content.get("template", {}).get(audience.value, {}).get("words", {}))


@dataclass(frozen=True)
class LetterWords:
    """A template in a letter: the placeholders replaced, the logo as its bytes."""

    name: str = ""
    lines: tuple[str, ...] = ()
    phone: str = ""
    logo: tuple[int, ...] = field(default=(), repr=False)
    salutation: str = ""
    intro: str = ""
    closing: str = ""
    footer: str = ""
    participants: bool = True
    quorum: bool = True


def words_of(template: LetterTemplate, values: Mapping[str, str], *, logo: bytes = b"") -> LetterWords:
    """`values`: a word per placeholder."""
    return LetterWords(
        name=template.name,
        lines=template.lines,
        phone=template.phone,
        logo=tuple(logo) if template.logo else (),
        **{name: fill(getattr(template, name), values) for name in ("salutation", "intro", "closing", "footer")},
        participants=template.participants,
        quorum=template.quorum,
    )


def fill(sentence: str, values: Mapping[str, str]) -> str:
    """The sentence with its placeholders replaced, once: what stands in a value is never looked at again."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), sentence)


def unknown_placeholders(sentence: str) -> list[str]:
    """What stands between braces and is no placeholder; a brace by itself counts."""
    wrong = [found for found in PLACEHOLDER.findall(sentence) if found not in PLACEHOLDERS]
    return wrong + [brace for brace in "{}" if brace in PLACEHOLDER.sub("", sentence)]


Piece = tuple[str, str, str]
"""Key, heading and text of one piece of a letter."""


def key_of(heading: str) -> str:
    """The piece that has this heading as delivered; a heading of no known piece is its own key."""
    return _KEY_OF_HEADING.get(heading, heading)


def arranged(pieces: Sequence[Piece], order: Sequence[Section], *, rest: bool = True) -> list[Piece]:
    """The pieces in this order and under these headings; no order: as they come. The advice is always among them.

    A piece that the order does not know stands just before the advice: nothing is lost in silence (unless `rest` is off).
    """
    if not order:
        return list(pieces)
    given = {piece[0]: piece for piece in pieces}
    known = {one.key for one in order}
    placed = [(one.key, one.heading, given[one.key][2]) for one in order if one.key in given and (one.shown or one.key == ADVICE)]
    if ADVICE in given and ADVICE not in known:
        placed.append(given[ADVICE])
    at = next((index for index, piece in enumerate(placed) if piece[0] == ADVICE), len(placed))
    unknown = [piece for piece in pieces if piece[0] not in known and piece[0] != ADVICE] if rest else []
    return [*placed[:at], *unknown, *placed[at:]]
