"""While a person is asked whose a message is, none of the patients it may be of is destroyed: the answer, and the message, would be gone."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select, update

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.identity_conflict import Decision
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.retention import Kind, Shield
from mdo_portal.services.keeping import destroy_requests, purging
from tests import make
from tests.identity_questions import decide, opened, people, referral
from tests.make import BSN, OTHER_BSN
from tests.people import Region
from tests.reception_house import hand_in, understand_all
from tests.services.destruction import asked, officer
from tests.services.keeping_house import LONG_AGO, NOW, finished, is_there, shield_of


def somebody_elses_referral_comes_under_the_number(database: Database, region: Region) -> uuid.UUID:
    """A case that ended long ago; the number of its patient comes with the BSN of another. Gives the case."""
    with database.transaction() as session:
        case_id = finished(session, region, at=LONG_AGO, patient=make.identity("1", bsn=BSN)).id
    hand_in(database, region, referral("2", bsn=OTHER_BSN, family="De Ander"))
    understand_all(database)
    return case_id


def test_the_term_waits_and_the_answer_still_finds_the_other_patients_referral(database: Database, region: Region) -> None:
    case_id = somebody_elses_referral_comes_under_the_number(database, region)

    with database.transaction() as session:
        assert purging.purge(session, Kind.CASE, now=NOW) == 0
        assert is_there(session, case_id)
        assert shield_of(session, session.get_one(Case, case_id)) == Shield.QUESTION
    assert len(opened(database)) == 1

    decide(database, Decision.OTHER)
    assert people(database) == {"De Ander": {"VW-2"}}
    with database.transaction() as session:
        assert purging.purge(session, Kind.CASE, now=NOW) == 1


def test_a_request_waits_too_and_leaves_the_message(database: Database, region: Region) -> None:
    case_id = somebody_elses_referral_comes_under_the_number(database, region)

    with database.transaction() as session:
        request_id, judge = asked(session, region, session.get_one(Case, case_id)).id, officer(session, region)
    with pytest.raises(destroy_requests.Protected), database.transaction() as session:
        destroy_requests.approve(session, judge, request_id, now=NOW)

    assert len(opened(database)) == 1
    decide(database, Decision.OTHER)
    assert people(database) == {"De Ander": {"VW-2"}}


def test_what_came_under_the_number_and_is_in_the_case_of_another_stays_with_that_case(
    database: Database, region: Region
) -> None:
    """A person said so: it is nothing of who asks to be destroyed."""
    case_id = somebody_elses_referral_comes_under_the_number(database, region)
    decide(database, Decision.OTHER)

    with database.transaction() as session:
        request_id, judge = asked(session, region, session.get_one(Case, case_id)).id, officer(session, region)
    with database.transaction() as session:
        destroy_requests.approve(session, judge, request_id, now=NOW)

    with database.transaction() as session:
        message = session.scalars(select(InboundMessage)).one()
        assert not is_there(session, case_id)
        assert (message.state, message.raw_sealed != b"") == (InboundState.UNDERSTOOD, True)
        assert people(database) == {"De Ander": {"VW-2"}}


def test_what_could_not_be_read_of_who_is_destroyed_stands_on_nobodys_list(database: Database, region: Region) -> None:
    """It asked for somebody to look within a day, and nothing of it was left to be looked at."""
    with database.transaction() as session:
        case_id = finished(session, region, at=LONG_AGO, patient=make.identity("1", bsn=BSN)).id
    hand_in(database, region, referral("2", bsn=BSN), referral("3", patient="4"))
    with database.transaction() as session:
        session.execute(update(InboundMessage).values(state=InboundState.UNREADABLE, reason="profile"))
        request_id, judge = asked(session, region, session.get_one(Case, case_id)).id, officer(session, region)

    with database.transaction() as session:
        destroy_requests.approve(session, judge, request_id, now=NOW)

    with database.transaction() as session:
        theirs, anothers = session.scalars(select(InboundMessage).order_by(InboundMessage.seq))
        assert (theirs.state, theirs.settled_at is not None, theirs.raw_sealed) == (InboundState.IGNORED, True, b"")
        assert (anothers.state, anothers.settled_at, anothers.raw_sealed != b"") == (InboundState.UNREADABLE, None, True)
