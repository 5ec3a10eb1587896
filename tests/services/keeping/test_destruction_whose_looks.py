"""Whose case it was that is destroyed: who looked at it is told to nobody else, also when two were once taken for one."""

from __future__ import annotations

import uuid

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import Tombstone
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.domain.retention import Kind
from mdo_portal.domain.told import Merge
from mdo_portal.services.access_log import audit
from mdo_portal.services.identity import unmerging
from mdo_portal.services.keeping import purging
from tests import make
from tests.people import Region
from tests.services.access_log.test_who_looked import looked
from tests.services.keeping_house import LONG_AGO, NOW, finished, is_there
from tests.services.merging import merge, told


def looked_at_while_one(session: Session, region: Region) -> tuple[Case, Case]:
    """The case of 1, that ended long ago and was read while its patient was taken for 2; and the case of 2."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    old = finished(session, region, at=LONG_AGO, patient=make.identity("1"))
    merge(session, zeed, told("2", "1"))
    hers = make.case(session, zeed, patient=make.identity("2"))
    audit.record(session, region.carla, Act.CASE_READ, now=NOW, case=old)
    return old, hers


def its_term_ends(session: Session, case_id: uuid.UUID) -> None:
    """And its hospital saw by then that the numbers were merged."""
    session.execute(update(Case).where(Case.id == case_id).values(unseen_since=None, news_at=None))
    assert purging.purge(session, Kind.CASE, now=NOW) == 1 and not is_there(session, case_id)


def test_once_apart_and_destroyed_it_is_told_to_nobody_else(session: Session, region: Region) -> None:
    old, hers = looked_at_while_one(session, region)
    old_id, was = old.id, old.home_patient_id
    unmerging.undo(session, session.scalars(select(Merge)).one(), now=NOW, person_id=None)
    session.flush()

    its_term_ends(session, old_id)

    assert looked(session, hers.patient_id) == []
    assert session.scalars(select(Tombstone.patient_id)).one() == was


def test_destroyed_while_they_were_one_it_is_told_to_that_patient(session: Session, region: Region) -> None:
    old, hers = looked_at_while_one(session, region)
    whole = (hers.patient_id, old.home_patient_id)

    its_term_ends(session, old.id)

    assert looked(session, *[one for one in whole if one]) == ["Carla"]
