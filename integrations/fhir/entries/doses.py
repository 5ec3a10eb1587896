"""How a drug is to be taken, as the sender says it: no timing is worked out here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from integrations.fhir.text.choices import answer_text, quantity
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.timing import bounds, timing
from integrations.fhir.text.values import Node, concept, joined, node, nodes, text


def dose(item: Node, profile: Profile) -> str:
    """The sender's own sentence with what it leaves out (how much, where no number of it stands there), else amount, moments, for how
    long, the way, where, at most how much, and whether only when needed.
    """
    if written := text(item.get("text")):
        limits = (bounds(item.get("timing"), profile), when_needed(item, profile), _most(item, profile))
        how_much = (one for one in _amounts(item) if not _is_written(one, written))
        beside = (*how_much, concept(item.get("route")), *limits, *_said(item))
        return joined(written, *(one for one in beside if one.casefold() not in written.casefold()), by=", ")
    return joined(
        *_amounts(item), timing(node(item.get("timing")), profile), *(concept(item.get(name)) for name in ("route", "method", "site")),
        when_needed(item, profile), _most(item, profile), *_said(item), by=", ",
    )  # fmt: skip


def _said(item: Node) -> list[str]:
    return [text(item.get("patientInstruction")), *map(concept, nodes(item.get("additionalInstruction")))]


def _is_written(amount: str, written: str) -> bool:
    """Whether the sentence says every number of it: `1 tablet` in *1 stuk per dag*, `0,5 mg` in *0.5 mg*; a number of nothing says no
    more than *eenmaal*.
    """
    of_amount, of_written = (set(_NUMBER.findall(one.replace(",", "."))) for one in (amount, written))
    return of_amount <= of_written or not _LETTER.search(amount)


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LETTER = re.compile(r"[^\W\d_]")


def _amounts(item: Node) -> Iterator[str]:
    """How much, and how fast; of what was given the amount is a quantity by itself (MedicationAdministration)."""
    yield quantity(item.get("dose"))
    alone = {name: value for name, value in item.items() if name in _AMOUNTS}
    for one in (alone, *nodes(item.get("doseAndRate"))):
        yield answer_text(one, "dose")
        yield answer_text(one, "rate")


_AMOUNTS = ("doseQuantity", "doseRange", "doseSimpleQuantity", "rateQuantity", "rateRange", "rateRatio", "rateSimpleQuantity")


def _most(item: Node, profile: Profile) -> str:
    """The most that may be taken: in a time, at once, in a life."""
    limits = [answer_text({"valueRatio": one}) for one in nodes(item.get("maxDosePerPeriod"))]
    most = joined(*limits, *(quantity(item.get(name)) for name in ("maxDosePerAdministration", "maxDosePerLifetime")), by=", ")
    return f"{profile.label('at_most')} {most}" if most else ""


def when_needed(item: Node, profile: Profile) -> str:
    why = concept(item.get("asNeededCodeableConcept"))
    return joined(profile.label("as_needed"), why, by=": ") if why or item.get("asNeededBoolean") is True else ""
