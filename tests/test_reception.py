"""All that hospitals send: kept before it is answered, understood once, in order per patient; one bad message holds nobody up."""

from __future__ import annotations

import multiprocessing
import os
import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from mdo_portal import reception, understanding
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.unreadable import UNREADABLE_REASONS
from mdo_portal.exchange import Unreadable, Verdict, Wire
from mdo_portal.services.inbox import replaying
from tests import make
from tests.conftest import opened
from tests.make import NOW
from tests.people import Region
from tests.reception_house import READERS, count, hand_in, refusing, rows, sort, spying, understand_all

# Keeping and answering


def test_a_referral_becomes_a_case(database: Database, region: Region) -> None:
    (answer,) = hand_in(database, region, make.hl7_referral("M1", referral_number="VW-1"))

    assert understand_all(database) == 1

    assert (answer.verdict, answer.control_id) == (Verdict.STORED, "M1")
    assert count(database, Case, Case.referral_number == "VW-1") == 1
    (row,) = rows(database)
    assert (row.state, row.case_id is not None, row.settled_at) == (InboundState.UNDERSTOOD, True, NOW)


def test_a_double_message_gets_the_first_answer_and_has_one_effect(database: Database, region: Region) -> None:
    raw = make.hl7_referral("M1", referral_number="VW-1")
    first = hand_in(database, region, raw)
    understand_all(database)

    again = hand_in(database, region, raw, raw)

    assert again == first * 2
    assert understand_all(database) == 0
    assert count(database, Case, Case.referral_number == "VW-1") == 1
    assert [row.doubles for row in rows(database)] == [2]


REFUSED = {
    "unknown_sender": (make.hl7_referral("M1", sender="WIE?"), Verdict.NOT_HERE),
    "no_control_id": (make.hl7_referral("M1").replace(b"|M1|", b"||"), Verdict.REFUSED),
    "no_header": (b"GET / HTTP/1.1\r\n\r\n", Verdict.REFUSED),
    "hostile_delimiters": (make.hl7_referral("M1").replace(b"|^~\\&|", b"|AAAA|"), Verdict.REFUSED),
}


@pytest.mark.parametrize(("reason", "raw", "verdict"), [(reason, *case) for reason, case in REFUSED.items()], ids=REFUSED)
def test_what_must_come_again_is_refused_with_the_reason_and_kept(
    database: Database, region: Region, reason: str, raw: bytes, verdict: Verdict
) -> None:
    (answer,) = hand_in(database, region, raw)

    assert (answer.verdict, answer.reason) == (verdict, reason)
    assert understand_all(database) == 0
    (row,) = rows(database)
    assert (row.state, row.reason) == (InboundState.UNREADABLE, reason)
    assert reason in UNREADABLE_REASONS
    with database.transaction() as session:
        assert make.sealer().open(session.get_one(InboundMessage, row.id).raw_sealed, purpose="inbound.raw") == raw


def test_the_answer_and_the_reason_hold_nothing_of_the_patient(region: Region) -> None:
    for raw, _ in REFUSED.values():
        sorted_ = sort(raw, region)
        assert not any(word in f"{sorted_.answer} {sorted_.arrival.place}" for word in ("Voorbeeld", "12345"))


def test_what_the_wire_refused_is_kept_with_who_sent_it(database: Database, region: Region) -> None:
    start = make.hl7_referral("M1")[:300]
    links = list(region.links.values())

    large = reception.refuse(start, wire=Wire.HL7V2, reader=READERS[Wire.HL7V2], links=links, reason="too_large", now=NOW)
    junk = reception.refuse(b"\x00\x01", wire=Wire.HL7V2, reader=READERS[Wire.HL7V2], links=links, reason="too_slow", now=NOW)
    reception.keep(database, [large, junk])

    assert [(row.hospital_id, row.reason) for row in rows(database)] == [
        (region.hospitals["ZEED"], "too_large"),
        (None, "too_slow"),
    ]


def test_without_storage_there_is_no_answer(database: Database, region: Region) -> None:
    nowhere = opened(database.url.replace("/copy_", "/gone_"))

    with pytest.raises(SQLAlchemyError):
        hand_in(nowhere, region, make.hl7_referral("M1"))

    nowhere.close()
    assert rows(database) == []


def test_of_a_batch_that_fails_nothing_is_stored(database: Database, region: Region) -> None:
    good = sort(make.hl7_referral("M1"), region)
    stranger = replace(region.links["ZEED"], link_id=region.other_case)  # a link that does not exist

    with pytest.raises(SQLAlchemyError):
        reception.keep(database, [good, good._replace(arrival=replace(good.arrival, link=stranger))])

    assert rows(database) == []


# Understanding


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (make.hl7_referral("M1").replace(b"REF^I12", b"ZZZ^Z01"), "unknown_kind"),
        (b"\r".join(line for line in make.hl7_referral("M1").split(b"\r") if not line.startswith(b"PID")), "no_patient"),
        (make.hl7_referral("M1") + make.hl7_referral("M2"), "broken"),
    ],
)
def test_what_cannot_be_understood_stands_on_a_list_with_the_reason(
    database: Database, region: Region, raw: bytes, reason: str
) -> None:
    (answer,) = hand_in(database, region, raw)
    understand_all(database)

    assert answer.verdict is Verdict.STORED
    (row,) = rows(database)
    assert (row.state, row.reason, row.case_id) == (InboundState.UNREADABLE, reason, None)


def test_another_patient_under_a_known_number_goes_to_a_person_and_leaves_nothing_behind(
    database: Database, region: Region
) -> None:
    hand_in(database, region, make.hl7_referral("M1", patient="1", referral_number="VW-1"))
    hand_in(database, region, make.hl7_referral("M2", patient="2", referral_number="VW-1"))
    understand_all(database)

    assert [(row.state, row.reason) for row in rows(database)] == [
        (InboundState.UNDERSTOOD, ""),
        (InboundState.UNREADABLE, "identity_conflict"),
    ]
    assert count(database, Patient, Patient.local_number == "2") == 0


def test_a_reader_that_fails_is_tried_three_times_and_then_a_person_looks(database: Database, region: Region) -> None:
    hand_in(database, region, make.hl7_referral("M1", patient="1", question="gif?"), make.hl7_referral("M2", patient="2"))
    readers = spying(refusing(b"gif?"))

    tries = [understand_all(database, now=NOW + timedelta(minutes=minute), readers=readers) for minute in range(4)]

    assert tries == [2, 1, 1, 0]
    assert [(row.state, row.reason) for row in rows(database)] == [
        (InboundState.UNREADABLE, "failed"),
        (InboundState.UNDERSTOOD, ""),
    ]


def test_a_bad_message_holds_up_its_own_patient_and_nobody_else(database: Database, region: Region) -> None:
    raws = [make.hl7_referral(f"M{at}", patient=patient, question=f"vraag {at}") for at, patient in enumerate("1121")]
    hand_in(database, region, *raws)

    understand_all(database, readers=spying(refusing(b"vraag 0")))

    states = [row.state for row in rows(database)]
    assert states == [InboundState.KEPT, InboundState.KEPT, InboundState.UNDERSTOOD, InboundState.KEPT]


def _die(url: str, now: datetime) -> None:
    readers = spying(lambda raw: os._exit(9) if b"dodelijk" in raw else None)
    while understanding.understand(opened(url), readers, now=now):
        pass
    os._exit(0)


def test_a_message_that_kills_its_reader_becomes_a_row_after_three_deaths(database: Database, region: Region) -> None:
    hand_in(database, region, make.hl7_referral("M1", patient="1", question="dodelijk"), make.hl7_referral("M2", patient="2"))
    exits = []

    for minute in range(4):
        worker = multiprocessing.get_context("fork").Process(target=_die, args=(database.url, NOW + timedelta(minutes=minute)))
        worker.start()
        worker.join(timeout=30)
        exits.append(worker.exitcode)

    assert exits == [9, 9, 9, 0]
    assert [(row.state, row.reason) for row in rows(database)] == [
        (InboundState.UNREADABLE, "failed"),
        (InboundState.UNDERSTOOD, ""),
    ]


def test_patients_side_by_side_and_each_in_order(database: Database, region: Region) -> None:
    """Three workers, six patients; some messages carry a BSN beside the number, some only the number."""
    numbers = [(str(at % 6), at) for at in range(36)]
    raws = [
        make.hl7_referral(
            f"M{at}", patient=patient, referral_number=f"VW-{patient}", question=f"stand {at}", family=f"Patiënt {patient}"
        )
        for patient, at in numbers
    ]
    hand_in(database, region, *raws)
    lock, read = threading.Lock(), []

    def remember(raw: bytes) -> None:
        with lock:
            read.append(next(at for at in range(36) if b"stand %d||" % at in raw))

    workers = [threading.Thread(target=understand_all, args=(database,), kwargs={"readers": spying(remember)}) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    understand_all(database)

    assert sorted(read) == list(range(36))
    for patient in range(6):
        own = [at for at in read if at % 6 == patient]
        assert own == sorted(own)
    with database.transaction() as session:
        questions = session.scalars(
            select(Case.question_board).where(Case.referral_number.like("VW-%"), Case.id != region.other_case)
        )
        assert {f"stand {30 + patient}" for patient in range(6)} <= set(questions)


def test_a_message_that_is_offered_again_is_understood_once(database: Database, region: Region) -> None:
    hand_in(database, region, make.hl7_referral("M1", referral_number="VW-1"))
    for minute in range(4):
        understand_all(database, now=NOW + timedelta(minutes=minute), readers=spying(refusing(b"VW-1")))
    with database.transaction() as session:
        message = session.scalars(select(InboundMessage)).one()
        replaying.replay(session, message, now=NOW)

    understand_all(database, now=NOW + timedelta(hours=1))

    (row,) = rows(database)
    assert (row.state, row.reason, row.attempts) == (InboundState.UNDERSTOOD, "", 1)
    assert count(database, Case, Case.referral_number == "VW-1") == 1


def test_a_repaired_old_message_does_not_overwrite_the_newer_one(database: Database, region: Region) -> None:
    """The first one broke on our profile; the update was understood meanwhile; then the first is offered again."""
    hand_in(database, region, make.hl7_referral("M1", referral_number="VW-1", question="Oud?"))
    understand_all(database, readers=spying(refusing(b"Oud?", Unreadable("broken", "RF1"))))
    hand_in(database, region, make.hl7_referral("M2", referral_number="VW-1", question="Nieuw?"), now=NOW + timedelta(hours=1))
    understand_all(database, now=NOW + timedelta(hours=1))
    with database.transaction() as session:
        replaying.replay(session, session.scalars(select(InboundMessage).order_by(InboundMessage.seq)).first(), now=NOW)  # type: ignore[arg-type]

    understand_all(database, now=NOW + timedelta(hours=2))

    assert {row.state for row in rows(database)} == {InboundState.UNDERSTOOD}
    with database.transaction() as session:
        assert session.scalars(select(Case.question_board).where(Case.referral_number == "VW-1")).one() == "Nieuw?"


def test_a_change_of_a_referred_patient_arrives_and_noise_is_counted(database: Database, region: Region) -> None:
    hand_in(
        database,
        region,
        make.hl7_referral("M1", patient="1"),
        make.hl7_change("M2", patient="1", family="van Voorbeeld - Anders"),
        make.hl7_change("M3", patient="404"),
    )
    understand_all(database)

    assert [row.state for row in rows(database)] == [InboundState.UNDERSTOOD] * 2
    assert count(database, Patient, Patient.family == "van Voorbeeld - Anders") == 1
    assert count(database, Patient, Patient.local_number == "404") == 0


def test_a_sign_that_no_database_keeps_costs_no_referral(database: Database, region: Region) -> None:
    hand_in(database, region, make.hl7_referral("M1", question="Operatie\0 of bestraling?") + b"\0\x1a")
    understand_all(database)

    with database.transaction() as session:
        assert "Operatie of bestraling?" in session.scalars(select(Case.question_board)).all()
