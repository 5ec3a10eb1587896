"""The invented region of the demo, for whoever fills a database with it or plays its story."""

from __future__ import annotations

from datetime import date

from integrations.simulator.region import BoardSeed, CaseSeed, HospitalSeed, PersonSeed, Region, earlier, referral, region
from mdo_portal.exchange import IncomingReferral

__all__ = ["BoardSeed", "CaseSeed", "HospitalSeed", "PersonSeed", "Region"]


def invented_region() -> Region:
    """Hospitals, boards, people and cases that do not exist."""
    return region()


def earlier_cases() -> tuple[CaseSeed, ...]:
    """Cases of that region that were discussed before the demo began."""
    return earlier()


def invented_referral(case: CaseSeed, *, today: date) -> IncomingReferral:
    return referral(case, today=today)
