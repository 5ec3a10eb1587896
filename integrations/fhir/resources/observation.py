"""What an observation says: a value with where it was measured, what it should be and how it was judged, all as sent."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from integrations.fhir.entries.beside import added, found_by
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.professionals import done_by
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import Facts, fact, noted, status, until
from integrations.fhir.text.body import called, site
from integrations.fhir.text.choices import answer_text, quantity
from integrations.fhir.text.moments import days_of, first_of
from integrations.fhir.text.timing import timing
from integrations.fhir.text.values import Node, aside, concept, concepts, joined, node, nodes, text, word
from mdo_portal.exchange import Fact, Section


def observation(entry: Entry, reading: Reading) -> Facts:
    """`PSA`: `12.40 ng/mL`; a panel gives one fact per component."""
    own = _ticked(entry.resource, reading)
    by_code = reading.profile.section(own.get("code"), own.get("category"))
    section = by_code or reading.reported.get(entry.place) or Section.OTHER
    moments, when = _moments(own, reading)
    dated = first_of(own, "effectiveDateTime", "effectivePeriod", "effectiveInstant") or moments or first_of(own, "issued")
    parts = [own, *nodes(own.get("component"))]
    begins, ends = days_of(own.get("effectivePeriod"))
    is_longer = begins != ends  # a habit of years, not a measurement of one day
    beside = joined(site(own.get("bodySite")), until(ends if is_longer else "", reading), by=" ")
    how = joined(when, found_by(entry, reading), done_by(entry, reading))
    more = [joined(added(part, entry, reading), how) for part in parts]
    if len(parts) > 1 and section is not Section.DIAGNOSIS and (judged := _of_whole(own, reading)):
        more[1:] = [joined(judged, one) for one in more[1:]]
    said = [
        one
        for part, said_of in zip(parts, more, strict=True)
        for one in _observed(
            _answered(part, reading),
            by_code or (reading.profile.section(part.get("code")) if part is not own else None) or section,
            dated,
            status(reading, own.get("status")),
            beside,
            said_of,
        )
    ]
    which, teller = reading.panels.get(entry.place, ("", ""))
    said = [_of_which(one, (reading.wholes.get(entry.place, ""), which), teller) for one in said]
    whole = concept(own.get("code"))
    said = [replace(one, label=f"{one.label} ({whole})") if _says_nothing(one.label, whole) else one for one in said]
    return (*said, *noted(section, entry, reading, dated))


def _ticked(own: Node, reading: Reading) -> Node:
    """The same; of a question whose answers are parts without a value (of a checklist: `Thoraxwand, Nervus phrenicus`) those as its value.

    That they have none is said with them: nobody here knows whether they were found or only looked for.
    """
    parts = nodes(own.get("component"))
    if not parts or any(answer_text(one) or any(one.get(name) for name in _SAYS) for one in (own, *parts)):
        return own
    words = joined(*(called(one.get("code")) for one in parts), by=", ")
    return own | {"component": [], "valueString": f"{words} ({reading.profile.label('no_value')})"} if words else own


_SAYS = ("dataAbsentReason", "interpretation")


def _of_which(one: Fact, words: tuple[str, str], teller: str) -> Fact:
    """`Niveau (BRAF, Dabrafenib)`: of which of several; the part by which they are told apart says the last of these itself."""
    which = joined(words[0], words[1] if one.label != teller else "", by=", ")
    return replace(one, label=f"{one.label} ({which})") if which and which != one.label else one


def _moments(own: Node, reading: Reading) -> tuple[str, str]:
    """The first of the moments at which it was measured; and all of them in words, or how often, where that is more than one day."""
    when = node(own.get("effectiveTiming"))
    if not when:
        return "", ""
    moments = [text(one) for one in when.get("event") or ()]
    return next(iter(moments), ""), timing(when, reading.profile) if len(moments) > 1 or when.get("repeat") else ""


def _of_whole(own: Node, reading: Reading) -> str:
    """`Variant: afwezig`: what a value with parts is itself, for its parts stand apart and `p.Val600Glu` would read as found.

    A number says nothing of that, nor does a stage (the diagnosis) of its T. What somebody wrote stands there once, and not at each part.
    """
    if "valueQuantity" in own or "valueInteger" in own:
        return ""
    words = answer_text(_answered(own, reading)) or concept(own.get("dataAbsentReason")) or _flags(own)
    name = concept(own.get("code"))
    if len(words) > _LONGEST or "\n" in words:
        return reading.profile.under("part_of", name)
    return f"{name}: {words}" if words else ""


_LONGEST = 80
"""Longer words are what somebody wrote."""


def _says_nothing(label: str, whole: str) -> bool:
    return label.casefold() in _SAY_NOTHING and label != whole


_SAY_NOTHING = frozenset(
    {
        "type", "soort", "status", "datum", "date", "waarde", "value", "resultaat", "result", "score", "graad", "grade", "opmerking",
        "comment",
    }
)  # fmt: skip
"""Names of parts that say nothing without the name of the whole."""


def _answered(part: Node, reading: Reading) -> Node:
    """The same; of a yes or no, and of why there is no value, in words."""
    if why := part.get("dataAbsentReason"):
        words = (
            text(node(why).get("text"))
            or reading.profile.word("statuses", f"absent={word(why)}")
            or reading.profile.why_none(why)
        )
        part = part | {"dataAbsentReason": {"text": words}}
    said = reading.profile.yes_or_no(part.get("valueBoolean"))
    return part | {"valueBoolean": None, "valueString": said} if said else part


def _observed(part: Node, section: Section, dated: str, state: str, place: str, how: str) -> Facts:
    """The value with where it was measured and until when it was so, what it should be and how it was judged: all as sent."""
    said, why, flags = answer_text(part), concept(part.get("dataAbsentReason")), _flags(part)
    value, how = said or why, joined(why if said else "", how)  # a value that somebody doubts has both
    if not value:
        value, flags = flags, ""  # of some tests it is all that is told: negative
    usual = joined(*map(_usual, nodes(part.get("referenceRange"))))
    beside = (aside(usual), flags, state)
    words = joined(joined(value, place, by=" " if place.startswith("(") else ", "), *beside, by=" ") if value else ""
    words = joined(words, how) if words else ""
    return fact(section, words, part.get("code"), label=called(part.get("code")), dated=dated)


def _flags(part: Node) -> str:
    """`[L, Negatief]`: how a value was judged."""
    said = concepts(part.get("interpretation"))
    return f"[{said}]" if said else ""


def _usual(one: Node) -> str:
    """A reference range in words, with whom it is for when that is said."""
    ends = [quantity(one.get(name)) for name in ("low", "high")]
    bounds = f"{ends[0] or '…'} – {ends[1] or '…'}" if any(ends) else ""
    age = node(one.get("age"))
    whom = (*map(concept, nodes(one.get("appliesTo"))), answer_text({"valueRange": age}) if age else "")
    words = text(one.get("text"))
    is_said = words and all(number in _numbers(words) for end in ends for number in _numbers(end.partition(" ")[0]))
    return joined(words if is_said else joined(words, bounds, by=": "), concept(one.get("type")), *whom, by=" ")


def _numbers(words: str) -> set[Decimal]:
    """`3,50` and `3.5` are one number."""
    return {Decimal(one.replace(",", ".")) for one in re.findall(r"\d+(?:[.,]\d+)?", words)}
