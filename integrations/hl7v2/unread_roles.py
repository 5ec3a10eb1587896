"""Who stands in a referral with a role that nobody reads: named for a person to look at, never dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator

from mdo_portal.exchange import Profile

from .items import Item
from .left import parts_of
from .people import roles
from .reading import Reading
from .segment import Segment

_READ = {"PRD": ("@provider ", 1), "PRT": ("@participant ", 4)}
"""Segment: the function by which a profile names a role in it, and the field of the role."""
_RECIPIENTS = ("RT", "IR", "RF")


def unread_roles(reading: Reading) -> Iterator[str]:
    """Their places: of another role than the profile reads, or a second of the same."""
    known = {name: _known(reading.profile, named) for name, (named, _) in _READ.items()}
    for item in reading.items:
        name = item.segment.name
        if name in _READ and parts_of(item.segment, item.place):
            said = _roles(item)
            if not known[name].intersection(said):
                yield item.place
            known[name] -= set(said)


def _roles(item: Item) -> list[str]:
    segment: Segment = item.segment
    return roles(segment) if segment.name == "PRD" else [segment.component(_READ["PRT"][1])]


def _known(profile: Profile, named: str) -> set[str]:
    lists = (*(rule["places"] for rule in profile["contacts"].values()), profile["referral"]["board_hint"])
    said = {place.removeprefix(named) for places in lists for place in places if place.startswith(named)}
    return said | (set(_RECIPIENTS) if named == _READ["PRD"][0] else set())
