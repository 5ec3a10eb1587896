"""A message that waits to be read when its patient is destroyed: read a moment later it would bring back who asked to be destroyed."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.retention import Kind
from mdo_portal.errors import Stale
from mdo_portal.services.keeping import destroy_requests, purging
from tests import make
from tests.identity_questions import people, referral
from tests.make import BSN, OTHER_BSN
from tests.people import Region
from tests.reception_house import hand_in, understand_all
from tests.services.destruction import asked, officer
from tests.services.keeping_house import LONG_AGO, NOW, finished, is_there


def a_case_of_long_ago(database: Database, region: Region) -> uuid.UUID:
    with database.transaction() as session:
        return finished(session, region, at=LONG_AGO, patient=make.identity("1", bsn=BSN)).id


def approve(database: Database, region: Region, case_id: uuid.UUID) -> None:
    with database.transaction() as session:
        request_id, judge = asked(session, region, session.get_one(Case, case_id)).id, officer(session, region)
    with database.transaction() as session:
        destroy_requests.approve(session, judge, request_id, now=NOW)


def test_a_request_waits_until_it_is_read_and_the_referral_is_not_lost(database: Database, region: Region) -> None:
    case_id = a_case_of_long_ago(database, region)
    hand_in(database, region, referral("2", bsn=BSN))

    with pytest.raises(Stale, match="nog niet gelezen"):
        approve(database, region, case_id)

    with database.transaction() as session:
        assert is_there(session, case_id)
    understand_all(database)
    assert [numbers for numbers in people(database).values() if "VW-2" in numbers] != []


def test_what_waits_of_another_patient_holds_nothing_up(database: Database, region: Region) -> None:
    case_id = a_case_of_long_ago(database, region)
    hand_in(database, region, referral("2", patient="4", bsn=OTHER_BSN))

    approve(database, region, case_id)

    with database.transaction() as session:
        assert not is_there(session, case_id)
        assert session.scalars(select(InboundMessage.raw_sealed)).one() != b""


def test_at_the_end_of_the_term_it_is_a_new_referral_as_any(database: Database, region: Region) -> None:
    """Nobody asked that this patient is not here: their term was over, and their hospital refers them anew."""
    case_id = a_case_of_long_ago(database, region)
    hand_in(database, region, referral("2", bsn=BSN))

    with database.transaction() as session:
        assert purging.purge(session, Kind.CASE, now=NOW) == 1
        assert not is_there(session, case_id)

    understand_all(database)
    assert [numbers for numbers in people(database).values() if "VW-2" in numbers] != []
