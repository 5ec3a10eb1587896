"""What comes behind a referral that nobody could read is not forgotten: it waits until a person has decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import select

from mdo_portal import understanding
from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseFact, CaseState
from mdo_portal.domain.inbound import FeedCount, InboundMessage
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.unreadable import UNREADABLE_REASONS
from mdo_portal.exchange import Reader, Unreadable, Wire
from mdo_portal.services.inbox import replaying
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.reception_house import READERS, count, hand_in, refusing, rows, spying, understand_all

BROKEN = spying(refusing(b"REF^I12", Unreadable("broken", "MSH")))
REFERRAL = make.hl7_referral("M1", patient="1", referral_number="VW-1")


def lab(control_id: str = "", patient: str = "1") -> bytes:
    """An ORU^R01 with one result."""
    number = control_id or "U" + make.number()
    segments = [
        f"MSH|^~\\&|ZEED-EPD|ZEED|MDO|NET|20260302121500+0100||ORU^R01^ORU_R01|{number}|P|2.5|||||NLD|UNICODE UTF-8",
        f"PID|1||{patient}^^^ZEED^PI||van Voorbeeld^A^B^^^^L||19600101|F",
        f"OBR|1||{number}^LAB|PSA^PSA^L|||20260301",
        "OBX|1|NM|PSA^PSA^L||12.4|ug/L|||||F|||20260301",
    ]
    return "".join(f"{segment}\r" for segment in segments).encode()


def understand(database: Database, readers: Mapping[Wire, Reader] = READERS, most: int = 1) -> None:
    while understanding.understand(database, readers, now=NOW, most=most):
        pass


def told(database: Database) -> list[tuple[str, str]]:
    return [(row.state.value, row.reason) for row in rows(database)]


def decide(database: Database, act: Callable[..., None], **values: object) -> None:
    with database.transaction() as session:
        act(session, session.scalars(select(InboundMessage).order_by(InboundMessage.seq)).first(), **values)


def facts(database: Database) -> int:
    return count(database, CaseFact, CaseFact.label == "PSA")


@pytest.mark.parametrize("most", [1, 16], ids=["one by one", "in one batch"])
@pytest.mark.parametrize("apart", [True, False], ids=["after it", "with it"])
def test_a_result_behind_an_unreadable_referral_waits_and_joins_the_case_once_that_is_read(
    database: Database, region: Region, most: int, apart: bool
) -> None:
    hand_in(database, region, REFERRAL)
    if apart:
        understand(database, BROKEN, most)
    hand_in(database, region, lab(), lab(patient="2"))
    understand(database, BROKEN, most)

    assert told(database) == [("unreadable", "broken"), ("unreadable", "waits_for_referral")]  # of patient 2 nothing is kept

    decide(database, replaying.replay, now=NOW)
    understand(database, most=most)

    assert told(database) == [("understood", ""), ("understood", "")]
    assert facts(database) == count(database, InboundMessage, InboundMessage.offered_at.is_not(None)) - 1 == 1
    assert "waits_for_referral" in UNREADABLE_REASONS


def test_the_feed_about_whom_an_unreadable_referral_is_is_kept_too(database: Database, region: Region) -> None:
    hand_in(database, region, REFERRAL)
    understand(database, BROKEN)
    hand_in(database, region, make.hl7_change(patient="1", family="de Nieuwe"))
    understand(database)
    decide(database, replaying.replay, now=NOW)
    understand(database)

    assert told(database) == [("understood", ""), ("understood", "")]
    assert count(database, Patient, Patient.family == "de Nieuwe") == 1


def test_when_the_referral_is_put_aside_nothing_of_its_patient_is_kept(database: Database, region: Region) -> None:
    hand_in(database, region, REFERRAL, lab())
    understand(database, BROKEN)
    decide(database, replaying.ignore, now=NOW)
    understand(database)

    assert told(database) == [("ignored", "broken")]
    assert count(database, FeedCount, FeedCount.ignored == 1) == 1


def test_what_came_twice_about_nobody_here_is_counted_twice(database: Database, region: Region) -> None:
    same = lab()
    hand_in(database, region, same)
    hand_in(database, region, same)
    understand(database)

    assert told(database) == []
    assert count(database, FeedCount, FeedCount.ignored == 2) == 1


def test_a_referral_that_is_sent_again_in_good_order_frees_what_waited(database: Database, region: Region) -> None:
    hand_in(database, region, REFERRAL, lab())
    understand(database, BROKEN)
    hand_in(database, region, make.hl7_referral("M9", patient="1", referral_number="VW-1"))
    understand(database)

    assert told(database) == [("unreadable", "broken"), ("understood", ""), ("understood", "")]
    assert facts(database) == 1


# Taken back before it came


def taken_back(control_id: str = "") -> bytes:
    return make.hl7_referral(control_id, patient="1", referral_number="VW-1").replace(b"REF^I12", b"REF^I14")


def test_taking_back_a_referral_that_is_not_here_stands_on_a_persons_list(database: Database, region: Region) -> None:
    hand_in(database, region, taken_back(), lab())
    understand(database)

    assert told(database) == [("unreadable", "unknown_referral")]  # it makes nobody known


def test_it_is_read_again_when_the_referral_comes_and_marks_the_case_for_a_person(database: Database, region: Region) -> None:
    """The hospital asked after it took back, or its messages passed each other: only a person can tell."""
    hand_in(database, region, taken_back())
    understand(database)
    hand_in(database, region, REFERRAL, now=NOW + make.timedelta(minutes=5))
    understand_all(database, now=NOW + make.timedelta(minutes=5))

    assert told(database) == [("understood", ""), ("understood", "")]
    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
        assert case.state is not CaseState.WITHDRAWN and case.cancel_told_at is not None


def test_behind_an_unreadable_referral_it_is_carried_out_in_order(database: Database, region: Region) -> None:
    hand_in(database, region, REFERRAL)
    hand_in(database, region, taken_back(), now=NOW + make.timedelta(minutes=5))
    understand(database, spying(refusing(b"REF^I12", Unreadable("broken"))))
    understand_all(database, now=NOW + make.timedelta(minutes=5))
    assert told(database) == [("unreadable", "broken"), ("unreadable", "unknown_referral")]

    decide(database, replaying.replay, now=NOW)
    understand_all(database, now=NOW + make.timedelta(minutes=5))

    assert told(database) == [("understood", ""), ("understood", "")]
    with database.transaction() as session:
        assert session.scalars(select(Case.state).where(Case.referral_number == "VW-1")).one() is CaseState.WITHDRAWN


@pytest.mark.parametrize("as_sent", [b"|1\0\0^^^", b"|1\x01^^^"], ids=["padded with NUL", "a control sign"])
def test_a_change_with_odd_signs_in_its_number_reaches_its_patient_and_refuses_nobody(
    database: Database, region: Region, as_sent: bytes
) -> None:
    hand_in(database, region, REFERRAL)
    understand(database)
    change = make.hl7_change("C1", patient="1", family="Anders").replace(b"|1^^^", as_sent)
    hand_in(database, region, change, make.hl7_referral("M2", patient="2", referral_number="VW-2"))
    understand(database)

    assert [row.state for row in rows(database)] == ["understood"] * 3
    with database.transaction() as session:
        assert session.scalars(select(Patient.family).where(Patient.local_number == "1")).one() == "Anders"


@pytest.mark.parametrize("most", [1, 16], ids=["one by one", "in one batch"])
def test_what_waited_behind_a_message_that_turns_out_to_be_about_nobody_here_is_let_go_too(
    database: Database, region: Region, most: int
) -> None:
    """It stood on the list for its whole term, behind a message that was no longer there."""
    hand_in(database, region, lab("L1"))
    understand(database, spying(refusing(b"|L1|", Unreadable("broken", "OBX"))), most)
    hand_in(database, region, lab("L2"), lab("L3"))
    understand(database, most=most)
    assert [reason for _, reason in told(database)] == ["broken", "waits_for_referral", "waits_for_referral"]

    decide(database, replaying.replay, now=NOW)
    understand(database, most=most)

    assert told(database) == []
    assert count(database, FeedCount, FeedCount.ignored == 3) == 1
