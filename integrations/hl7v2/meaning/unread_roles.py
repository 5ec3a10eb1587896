"""Who stands in a referral with a role that nobody reads: named for a person to look at, never dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.hl7v2.message.left import parts_of
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.roles import is_judge, roles
from mdo_portal.exchange import Profile

_READ = {"PRD": "@provider ", "PRT": "@participant ", "ROL": "@participant "}
"""Segment: the function by which a profile names a role in it."""
_RECIPIENTS = ("RT", "IR", "RF")


def unread_roles(reading: Reading) -> Iterator[str]:
    """Their places: of another role than the profile reads, or a second of the same."""
    known: dict[str, set[str]] = {}
    for item in reading.items:
        name = item.segment.name
        if name in _READ and parts_of(item.segment, item.place):
            said, left = roles(item.segment), known.setdefault(name, _known(reading.profile, _READ[name]))
            if not (left.intersection(said) or (name == "PRT" and is_judge(item.segment))):
                yield item.place
            left.difference_update(said)


def _known(profile: Profile, named: str) -> set[str]:
    lists = (*(rule["places"] for rule in profile["contacts"].values()), profile["referral"]["board_hint"])
    said = {place.removeprefix(named) for places in lists for place in places if place.startswith(named)}
    return said | (set(_RECIPIENTS) if named == _READ["PRD"] else set())
