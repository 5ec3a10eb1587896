"""What waits while somebody is asked who a patient is: the case says so, and it is new from the moment it enters the case."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select, text

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import Decision, IdentityConflict
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.services.cases import cases, news
from mdo_portal.services.cases.case_rows import CaseView
from mdo_portal.services.cases.news import News
from mdo_portal.services.history import timeline
from mdo_portal.services.patients import deciding, held
from mdo_portal.services.patients.held import Held
from tests import make
from tests.identity_questions import referral
from tests.make import BSN, NOW, OTHER_BSN
from tests.people import Region
from tests.reception_house import hand_in, understand_all

ASKED, LOOKED, DECIDED = (NOW + timedelta(minutes=minutes) for minutes in (1, 20, 40))


def psa(control_id: str, value: str) -> bytes:
    raw = make.hl7_change(control_id, patient="1").replace(b"ADT^A08^ADT_A01", b"ORU^R01^ORU_R01")
    return raw + f"OBX|1|NM|2857-1^PSA^LN||{value}|ug/L|||||F|||20260302\r".encode()


def somebody_asks(database: Database, region: Region) -> None:
    """ZEED's patient is known; the same number comes with another BSN, and behind it a result of the real patient."""
    hand_in(database, region, referral("1", bsn=BSN))
    understand_all(database)
    hand_in(database, region, referral("2", bsn=OTHER_BSN), now=ASKED)
    hand_in(database, region, psa("U1", "47.11"), now=ASKED + timedelta(seconds=30))
    understand_all(database, now=ASKED + timedelta(minutes=1))


def read(database: Database, region: Region) -> CaseView:
    with database.transaction() as session:
        return cases.view(session, session.scalars(select(Case).where(Case.referral_number == "VW-1")).one())


def since_the_look(database: Database, region: Region) -> tuple[News, bool]:
    """What the chair finds new on the case, and whether the list marks it."""
    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
        return news.of(cases.view(session, case), LOOKED), case.news_at is not None and case.news_at > LOOKED


def decide(database: Database, decision: Decision) -> None:
    with database.transaction() as session:
        conflict = session.scalars(select(IdentityConflict).where(IdentityConflict.decided_at.is_(None))).one()
        deciding.decide(session, conflict, decision, reason="gebeld", person_id=uuid.uuid4(), now=DECIDED)
    understand_all(database, now=DECIDED)


def test_a_case_says_how_many_messages_wait_and_where(database: Database, region: Region) -> None:
    somebody_asks(database, region)

    waiting = read(database, region).held
    hand_in(database, region, psa("U2", "48.00"), now=LOOKED)
    understand_all(database, now=LOOKED)

    assert (waiting.messages, read(database, region).held.messages) == (2, 3)
    assert waiting.hospital == read(database, region).hospital


def test_every_case_of_the_patient_says_so(database: Database, region: Region) -> None:
    """One told it and the other, of the next board, looked as if nothing waited."""
    hand_in(database, region, referral("1b", bsn=BSN))
    somebody_asks(database, region)

    with database.transaction() as session:
        found = session.scalars(select(Case).where(Case.referral_number.in_(("VW-1", "VW-1b"))))
        assert [cases.view(session, one).held.messages for one in found] == [2, 2]


def test_what_waits_for_one_question_holds_no_patient_of_another(database: Database, region: Region) -> None:
    """It held the cases of every question of its hospital: with hundreds open, nothing of those patients went on meanwhile."""
    somebody_asks(database, region)
    hand_in(database, region, referral("3", patient="2", bsn="999900018"), now=LOOKED)
    hand_in(database, region, referral("4", patient="2", bsn="999900031"), now=LOOKED)
    understand_all(database, now=LOOKED)
    with database.transaction() as session:
        asks = session.scalars(select(InboundMessage.id).where(InboundMessage.control_id == "M2")).one()
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])

    with database.transaction() as theirs, database.transaction() as session:
        assert theirs.scalars(select(Case).where(Case.referral_number == "VW-3").with_for_update()).one()
        session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        held.behind_message(session, uuid.uuid4(), [asks], zeed, now=LOOKED)

    assert read(database, region).held.messages == 3


def listed_as_waiting(database: Database) -> bool:
    with database.transaction() as session:
        return session.scalars(select(held.waits(Case.id)).where(Case.referral_number == "VW-1")).one()


def test_a_list_of_cases_says_so_until_it_is_answered(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1", bsn=BSN))
    understand_all(database)
    before = listed_as_waiting(database)
    somebody_asks(database, region)
    asked = listed_as_waiting(database)
    decide(database, Decision.ASIDE)

    assert (before, asked, listed_as_waiting(database)) == (False, True, False)


def test_an_answer_about_another_patient_ends_no_waiting(database: Database, region: Region) -> None:
    somebody_asks(database, region)
    with database.transaction() as session:
        other = make.case(session, session.get_one(Hospital, region.hospitals["DELT"]))
        timeline.happened(session, other, held.DECIDED, at=DECIDED)

    assert listed_as_waiting(database)


def test_once_answered_nothing_waits_any_more(database: Database, region: Region) -> None:
    somebody_asks(database, region)

    decide(database, Decision.ASIDE)

    assert read(database, region).held == Held(0, "")


def test_what_was_held_is_new_from_the_moment_it_entered_the_case(database: Database, region: Region) -> None:
    somebody_asks(database, region)
    before, marked_before = since_the_look(database, region)

    decide(database, Decision.ASIDE)
    after, marked = since_the_look(database, region)

    assert ([one.after for one in before.changes], marked_before) == ([], False)
    (change,) = after.changes
    assert "47.11" in (change.after or "")
    assert (change.at, change.entered_at) == (ASKED + timedelta(seconds=30), DECIDED)
    assert (change.waited, marked) == (True, True)


def test_a_result_that_nothing_held_up_makes_a_list_mark_its_case(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1", bsn=BSN))
    understand_all(database)
    hand_in(database, region, psa("U1", "47.11"), now=LOOKED + timedelta(minutes=1))
    understand_all(database, now=LOOKED + timedelta(minutes=1, seconds=2))

    found, marked = since_the_look(database, region)

    assert ([one.waited for one in found.changes], marked) == ([False], True)


def test_what_the_registration_itself_told_is_not_new_however_late_it_was_read(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1", bsn=BSN))
    understand_all(database, now=DECIDED)

    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
        assert news.of(cases.view(session, case), None).changes == ()
        assert case.news_at is None


def test_what_came_before_the_registration_and_entered_after_it_is_new_too(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1", bsn=BSN), now=ASKED)
    understand_all(database, now=ASKED)
    hand_in(database, region, psa("U1", "47.11"), now=NOW)
    understand_all(database, now=DECIDED)

    found, marked = since_the_look(database, region)

    assert ([one.entered_at for one in found.changes], marked) == ([DECIDED], True)
