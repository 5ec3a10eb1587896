"""A case that goes to the patient whose it is, without any merge: who looked at it before is told to that patient, and to nobody else."""

from __future__ import annotations

import uuid
from dataclasses import replace

from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.audit_review import Rule
from mdo_portal.domain.case import Case
from mdo_portal.domain.identity_conflict import Decision
from mdo_portal.domain.policy import Act
from mdo_portal.services.access_log import audit, audit_findings
from mdo_portal.services.access_log.audit_findings import Finding
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


def test_whose_name_somebody_has_is_asked_of_whom_the_case_is(database: Database, region: Region) -> None:
    """*Beoordelen* asked it of the patient under whom the case stood when somebody looked: a look at a namesake was pointed out no more."""
    hand_in(database, region, referral("1", bsn=BSN), referral("2", bsn=OTHER_BSN, family="De Ander"))
    understand_all(database)
    decided = decide(database, Decision.SAME)
    with database.transaction() as session:
        read = session.scalars(select(Case).where(Case.referral_number == "VW-2")).one()
        audit.record(session, replace(region.aisha, name="B. De Ander"), Act.CASE_READ, now=NOW, case=read)
    (before,) = judged(database, region)

    take_back(database, decided)

    (after,) = judged(database, region)
    assert (before.rule, before.patient_number) == (Rule.SAME_SURNAME, "1")
    assert (after.rule, after.patient_number) == (Rule.SAME_SURNAME, ""), "number 1 is the other's"
    assert after.key == before.key, "what a person judged stays judged"


def judged(database: Database, region: Region) -> list[Finding]:
    with database.transaction() as session:
        return audit_findings.find(session, region.hospitals["ZEED"], now=NOW)


def whose(database: Database, number: str) -> uuid.UUID:
    with database.transaction() as session:
        return session.scalars(select(Case.patient_id).where(Case.referral_number == number)).one()
