"""Whose message is this? What does not fit goes to a person; the patient's later messages wait; the answer can be taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from mdo_portal.database import Database
from mdo_portal.domain.identity_conflict import ConflictKind, Decision
from mdo_portal.domain.inbound import FeedCount
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import ToldChange
from tests import make
from tests.identity_questions import CONFLICTS, STRANGER, born, decide, merge, opened, people, referral, states
from tests.make import BSN, OTHER_BSN
from tests.people import Region
from tests.test_reception import hand_in, rows, understand_all


@pytest.mark.parametrize("kind", CONFLICTS)
def test_what_does_not_fit_goes_to_a_person_and_changes_nothing(database: Database, region: Region, kind: ConflictKind) -> None:
    *before, odd = CONFLICTS[kind]
    hand_in(database, region, *before)
    understand_all(database)
    stood = people(database)

    hand_in(database, region, odd)
    understand_all(database)

    (conflict,) = opened(database)
    assert conflict.kind is kind
    assert states(database)[-1] == "identity_conflict"
    assert people(database) == stood


def test_a_bsn_that_fails_the_eleven_test_is_asked_about_and_holds_nobody_up(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1", bsn="123456789"), referral("2", bsn="123456789"))
    understand_all(database)

    (conflict,) = opened(database)
    assert (conflict.kind, conflict.blocks) == (ConflictKind.ELEVEN_TEST, False)
    assert states(database) == ["understood", "understood"]


def test_the_wrong_bsn_of_another_patient_is_another_question(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1", bsn="123456789"), referral("2", patient="2", bsn="987654321"))
    understand_all(database)

    assert [one.kind for one in opened(database)] == [ConflictKind.ELEVEN_TEST] * 2


def test_a_question_about_two_patients_names_both(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1", bsn=BSN), referral("2", patient="2", bsn=OTHER_BSN))
    understand_all(database)
    hand_in(database, region, merge("M3", "1", "2", bsn=OTHER_BSN))
    understand_all(database)

    (conflict,) = opened(database)
    with database.transaction() as session:
        numbers = {one.local_number: one.id for one in session.scalars(select(Patient))}
    assert {conflict.patient_id, conflict.other_patient_id} == {numbers["1"], numbers["2"]}


def test_a_corrected_bsn_stands_at_the_patient(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1", bsn="123456789"))
    understand_all(database)

    decide(database, Decision.CORRECTED, bsn=BSN)

    with database.transaction() as session:
        patient = session.scalars(select(Patient).where(Patient.local_number == "1")).one()
        assert (patient.bsn_tail, patient.bsn_doubtful) == (BSN[-2:], False)


# Order


def test_the_patients_later_messages_wait_and_everybody_elses_go_on(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    hand_in(database, region, make.hl7_change("M3", patient="1", family="Later"), referral("4", patient="7"))
    understand_all(database)

    assert states(database) == ["understood", "identity_conflict", "waits_for_identity", "understood"]


def test_a_patient_who_was_here_before_does_not_wait_for_somebody_elses_question(database: Database, region: Region) -> None:
    hand_in(database, region, referral("4", patient="7"), *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    hand_in(database, region, make.hl7_change("M5", patient="7", family="Later"))
    understand_all(database)

    assert states(database) == ["understood", "understood", "identity_conflict", "understood"]


def test_the_disputed_patient_waits_under_another_number_too(database: Database, region: Region) -> None:
    """What asked the question came with number and another BSN; this comes with the BSN alone that stood here."""
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    hand_in(database, region, referral("5", patient="", bsn=BSN))
    understand_all(database)

    assert states(database) == ["understood", "identity_conflict", "waits_for_identity"]


def test_who_was_said_to_be_another_person_is_that_same_other_person_the_next_time(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.NAME_AND_BIRTH])
    understand_all(database)
    decide(database, Decision.OTHER)

    hand_in(database, region, born(referral("3", family=STRANGER), "19701231"))
    understand_all(database)

    with database.transaction() as session:
        family = func.lower(Patient.family) == STRANGER.lower()
        assert session.scalar(select(func.count()).select_from(Patient).where(family)) == 1
    assert people(database)[STRANGER] == {"VW-2", "VW-3"}


def test_decided_all_of_it_is_read_in_the_order_of_arrival(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    names = ("Eerste Naam", "Tweede Naam", "Derde Naam")
    hand_in(database, region, *(make.hl7_change(f"A{at}", patient="1", family=name) for at, name in enumerate(names)))
    understand_all(database)
    assert len(opened(database)) == 1

    decide(database, Decision.SAME)

    assert set(states(database)) == {"understood"}
    with database.transaction() as session:
        told = session.scalars(select(ToldChange.after).where(ToldChange.what == "family").order_by(ToldChange.id)).all()
    assert told == list(names)


def test_a_feed_message_about_a_disputed_stranger_is_not_noise(database: Database, region: Region) -> None:
    """The only referral of number 2 waits for a person: what is told of number 2 meanwhile must not be thrown away."""
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_NUMBER])
    understand_all(database)

    hand_in(database, region, make.hl7_change("M3", patient="2"))
    understand_all(database)

    assert states(database)[-1] == "waits_for_identity"


# Data minimisation


def test_a_result_about_somebody_without_a_case_is_counted_and_not_kept(database: Database, region: Region) -> None:
    raw = make.hl7_change("M1", patient="404").replace(b"ADT^A08^ADT_A01", b"ORU^R01") + b"OBX|1|NM|2857-1^PSA^LN||12.4\r"

    hand_in(database, region, raw)
    understand_all(database)

    assert rows(database) == []
    with database.transaction() as session:
        assert session.scalars(select(FeedCount.ignored)).all() == [1]


NAMELESS = {
    "a supplement": referral("1", question="En nu?").replace(b"|M1|", b"|M8|"),
    "a result": make.hl7_change("M8").replace(b"ADT^A08^ADT_A01", b"ORU^R01^ORU_R01").replace(b"12345^^^ZEED^PI", b"1^^^ZEED^PI")
    + b"ORC|RE|VW-1\rOBR|1|||PSA^PSA^L\rOBX|1|NM|PSA^PSA^L||47.11|ug/L|||||F|||20260302\r",
}


@pytest.mark.parametrize("what", NAMELESS)
def test_who_is_known_by_the_referral_alone_waits_too_while_somebody_is_asked_about(
    database: Database, region: Region, what: str
) -> None:
    hand_in(database, region, referral("1"), born(referral("2", family=STRANGER), "19701231"))
    understand_all(database)

    hand_in(database, region, NAMELESS[what].replace(b"1^^^ZEED^PI", b""))
    understand_all(database)
    assert states(database)[-1] == "waits_for_identity"

    decide(database, Decision.ASIDE)
    assert (opened(database), states(database)[-1]) == ([], "understood")
