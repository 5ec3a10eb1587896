"""A case that goes to the patient whose it is, without any merge: who looked at it before is told to that patient, and to nobody else."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.identity_conflict import Decision
from mdo_portal.domain.policy import Act
from mdo_portal.services.access_log import audit
from tests.identity_questions import decide, referral, take_back
from tests.make import BSN, NOW, OTHER_BSN
from tests.people import Region
from tests.reception_house import hand_in, understand_all
from tests.services.access_log.test_who_looked import looked


def test_the_look_goes_along_with_the_case(database: Database, region: Region) -> None:
    """A person said *the same*, somebody read the case, and it was taken back: it was another's."""
    hand_in(database, region, referral("1", bsn=BSN), referral("2", bsn=OTHER_BSN, family="De Ander"))
    understand_all(database)
    decided = decide(database, Decision.SAME)
    first, hers = whose(database, "VW-1"), whose(database, "VW-2")
    assert first == hers, "taken for one"
    with database.transaction() as session:
        read = session.scalars(select(Case).where(Case.referral_number == "VW-2")).one()
        audit.record(session, region.aisha, Act.CASE_READ, now=NOW, case=read)

    take_back(database, decided)

    first, hers = whose(database, "VW-1"), whose(database, "VW-2")
    assert first != hers
    with database.transaction() as session:
        assert (looked(session, first), looked(session, hers)) == ([], ["Aisha"])


def whose(database: Database, number: str) -> uuid.UUID:
    with database.transaction() as session:
        return session.scalars(select(Case.patient_id).where(Case.referral_number == number)).one()
