"""When and how often something is to be done, as the sender says it: no timing is worked out here."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.moments import worn
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, concept, joined, node, text


def timing(value: Node, profile: Profile) -> str:
    """`1 per 1 wk, maandag, 08:00, gedurende 12 wk`: how often, on which days and hours, how many times, and for how long."""
    repeat = node(value.get("repeat"))
    moments = map(worn, _texts(value.get("event")))
    return joined(
        concept(value.get("code")), _times(repeat, profile), *_hours(repeat, profile), _count(repeat, profile), *moments,
        joined(_span(repeat, "duration"), text(repeat.get("durationUnit")), by=" "),
        bounds(value, profile), by=", ",
    )  # fmt: skip


def bounds(value: object, profile: Profile) -> str:
    """`gedurende 12 wk`: how long it goes on, or from when until when."""
    said = answer_text(node(node(value).get("repeat")), "bounds")
    return f"{profile.label('during')} {said}" if said else ""


def _hours(repeat: Node, profile: Profile) -> Iterator[str]:
    """Days of the week in words, hours without seconds, and moments of the day (`AC`) as sent, with how many minutes from them."""
    yield from (profile.label(one) for one in _texts(repeat.get("dayOfWeek")))
    yield from (one.removesuffix(":00") if one.count(":") > 1 else one for one in _texts(repeat.get("timeOfDay")))
    yield from _texts(repeat.get("when"))
    if offset := text(repeat.get("offset")):
        yield f"{offset} min"


def _count(repeat: Node, profile: Profile) -> str:
    many = _span(repeat, "count")
    return f"{many} {profile.label('times')}" if many else ""


def _texts(value: object) -> list[str]:
    return [text(one) for one in (value if isinstance(value, list) else [value]) if text(one)]


def _times(repeat: Node, profile: Profile) -> str:
    """`3 per 1 d`, `per 12 h`, `3 keer`: one of both alone would read as an amount, or as for how long."""
    frequency, period = (_span(repeat, name) for name in ("frequency", "period"))
    if frequency and not period:
        return f"{frequency} {profile.label('times')}"
    return joined(frequency, f"per {joined(period, text(repeat.get('periodUnit')), by=' ')}" if period else "", by=" ")


def _span(repeat: Node, name: str) -> str:
    return joined(text(repeat.get(name)), text(repeat.get(f"{name}Max")), by="–")
