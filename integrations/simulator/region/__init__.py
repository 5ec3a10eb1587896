"""The invented region "Oncologienetwerk Duin & Delta": data for the demo, the simulators and the tests. Nobody in it exists."""

from __future__ import annotations

from datetime import date
from functools import cache

from integrations.simulator.region.reading import read_earlier, read_region
from integrations.simulator.region.referrals import make_referral
from integrations.simulator.region.seeds import (
    BoardSeed,
    CaseSeed,
    ConclusionSeed,
    DocumentSeed,
    FactSeed,
    HospitalSeed,
    LinkSeed,
    PersonSeed,
    QuorumGroup,
    Region,
)
from mdo_portal.exchange import IncomingReferral

__all__ = [
    "BoardSeed",
    "CaseSeed",
    "ConclusionSeed",
    "DocumentSeed",
    "FactSeed",
    "HospitalSeed",
    "LinkSeed",
    "PersonSeed",
    "QuorumGroup",
    "Region",
    "earlier",
    "referral",
    "region",
]


@cache
def region() -> Region:
    """The whole region, read once per process."""
    return read_region()


@cache
def earlier() -> tuple[CaseSeed, ...]:
    """Cases that were discussed before the demo began; none of them is among `region().cases`."""
    return read_earlier(region())


def referral(case: CaseSeed, *, today: date) -> IncomingReferral:
    """What the case's hospital sends when the case arrives `today`: all dates count back from there, documents are PDF bytes."""
    return make_referral(region(), case, today)
