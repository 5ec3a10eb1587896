"""Which cases of the patient on the screen of the EPD somebody hears of: those they may see, and no other."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Role
from mdo_portal.exchange import Launched
from mdo_portal.services import launched
from tests import make
from tests.people import Region


def test_a_case_that_somebody_may_not_see_is_not_named_whatever_the_epd_shows_them(session: Session, region: Region) -> None:
    who = make.identity("4711")
    made = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), patient=who)
    registers = replace(region.dirk, hospital_roles=frozenset({Role.SECRETARY}))

    seen, unseen = (launched.found(session, viewer, Launched(who), now=make.NOW) for viewer in (region.dirk, registers))

    assert seen.only is not None and seen.only.id == made.id
    assert unseen.cases == () and not unseen.contradicts
