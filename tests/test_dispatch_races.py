"""At the very moment that a patient objects: nobody waits for somebody who waits for them, and it is that patient who objects."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mdo_portal.database import HELD, Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.domain.told import Merge
from mdo_portal.errors import IllegalMove
from mdo_portal.services.identity import merges, objections, unmerging
from mdo_portal.services.letters import deliveries, destinations, handing_over, succession, withholding
from mdo_portal.services.letters.outbox import claim
from mdo_portal.services.patients import families, patients
from tests import make
from tests.make import NOW
from tests.outbox_house import AA, HOUR, Outbox, Receiver
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in

OTHER = make.identity("9", birth_on=date(1970, 12, 31))

WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Beside:
    """What somebody else does at this moment, in a transaction of their own, until they are done or must wait."""

    def __init__(self, database: Database, act: Callable[[Session], object]) -> None:
        self._database, self._act = database, act
        self.failed: list[Exception] = []
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            with self._database.transaction() as session:
                self._act(session)
        except Exception as error:
            self.failed.append(error)

    def begin(self) -> None:
        self._thread.start()
        while self._thread.is_alive() and not self._is_waiting():
            self._thread.join(0.01)

    def _is_waiting(self) -> bool:
        with self._database.transaction() as session:
            return bool(session.scalar(text(WAITS)))

    def end(self) -> None:
        self._thread.join()


@dataclass
class House:
    """A copy for a general practitioner that lies ready, and the web as Dirk of its hospital has it."""

    outbox: Outbox
    client: FlaskClient
    case_id: uuid.UUID
    copy_id: uuid.UUID

    def copy_held(self, session: Session) -> Delivery:
        return session.get_one(Delivery, self.copy_id, with_for_update=True)


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    outbox = Outbox(database, region)
    outbox.copies_to_gps(Channel.PAPER)
    round_ = outbox.signed(gp="Huisarts Uit Het Boek")
    outbox.drain(Receiver([AA]))
    copy = outbox.letter(round_, audience=Audience.GP).id
    with app_on(database) as app:
        yield House(outbox, signed_in(app, database, region, "Dirk"), round_.case_id, copy)


def takes(house: House, session: Session) -> None:
    claim(session, now=NOW)


def prints(house: House, session: Session) -> None:
    handing_over.printed(session, house.copy_held(session), now=NOW)


def prints_too_late(house: House, session: Session) -> None:
    """Who has the letter after the objection hears that it is not to be carried any more."""
    with pytest.raises(IllegalMove, match="Niet genoteerd"):
        prints(house, session)


def confirms(house: House, session: Session) -> None:
    handing_over.confirm_by_hand(session, house.copy_held(session), viewer=house.outbox.region.dirk, now=NOW)


def merges_it(house: House, session: Session) -> None:
    patient = session.get_one(Patient, session.get_one(Case, house.case_id).patient_id)
    other = patients.add(session, patient.hospital_id, OTHER, now=NOW)
    merges.join(session, other, patient, now=NOW)


@pytest.mark.parametrize(
    ("act", "module", "name"),
    [(takes, withholding, "withhold"), (prints_too_late, withholding, "withhold"), (confirms, withholding, "withhold"),
     (merges_it, families, "locked")],
)  # fmt: skip
def test_who_has_the_letter_or_the_patient_and_who_records_an_objection_do_not_wait_for_each_other(
    house: House, monkeypatch: pytest.MonkeyPatch, act: Callable[[House, Session], None], module: ModuleType, name: str
) -> None:
    """One had the letter and wanted its case, the other the case and then its letters; so with the patient. PostgreSQL ended one of them."""
    database = house.outbox.database
    if act is takes:
        of_another_by_now(house)
    beside = Beside(database, partial(act, house))
    real, begun = getattr(module, name), []

    def first(*args: Any) -> Any:
        if not begun:
            begun.append(name)
            beside.begin()
        return real(*args)

    monkeypatch.setattr(module, name, first)
    answer = house.client.post(f"/cases/{house.case_id}/objection/record", data={"csrf_token": CSRF})
    beside.end()

    assert (begun, beside.failed, answer.status_code) == ([name], [], 302)
    with database.transaction() as session:
        assert session.get_one(Case, house.case_id).objected


def of_another_by_now(house: House) -> None:
    """What it names is somebody else, and a person wants it sent all the same: whoever takes it turns it away."""
    with house.outbox.database.transaction() as session:
        case = session.get_one(Case, house.case_id)
        case.home_patient_id = patients.add(session, case.hospital_id, OTHER, now=NOW).id
        session.flush()
        merges.settle(session, [case.home_patient_id], now=NOW, person_id=None)
        handing_over.send_again(session, house.copy_held(session), now=NOW)


def test_an_objection_is_of_whom_the_case_is_when_it_is_recorded(database: Database, region: Region) -> None:
    """A merge was undone between the look at the case and the objection: it was recorded with the other person."""
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case_id = make.case(session, zeed, patient=make.identity("1")).id
        gone = session.get_one(Patient, session.get_one(Case, case_id).patient_id)
        merge = merges.join(session, patients.add(session, zeed.id, OTHER, now=NOW), gone, now=NOW)
        assert merge is not None
    with database.transaction() as session:
        case = session.get_one(Case, case_id)
        with database.transaction() as beside:
            unmerging.undo(beside, beside.get_one(Merge, merge.id), now=NOW, person_id=None)

        objections.record(session, case, viewer=region.dirk, now=NOW)

    with database.transaction() as session:
        of = session.scalars(select(Patient.local_number).where(Patient.objects)).all()
        assert (of, session.get_one(Case, case_id).objected) == (["1"], True)


def test_open_pages_of_a_case_hear_of_a_letter_that_was_printed_while_somebody_else_changed_the_case(house: House) -> None:
    """Both told of the same number: who had heard of the one did not look again for the other."""
    beside = Beside(house.outbox.database, partial(prints, house))
    with house.outbox.database.transaction() as session:
        case = session.get_one(Case, house.case_id, with_for_update=True)
        case.revision += 1
        told = case.revision
        session.flush()
        beside.begin()
    beside.end()

    with house.outbox.database.transaction() as session:
        assert session.get_one(Case, house.case_id).revision == told + 1


def test_a_receiver_that_is_back_and_who_sends_a_letter_to_it_again_do_not_wait_for_each_other(
    database: Database, region: Region
) -> None:
    """The one had the queue and then its letters, the other a letter and then its queue."""
    outbox = Outbox(database, region)
    first, second = (outbox.letter(outbox.signed()).id for _ in range(2))
    with database.transaction() as session:
        later = session.get_one(Delivery, second)
        later.state, later.sent_at, later.next_attempt_at = DeliveryState.SENT, NOW, NOW + HOUR
        destinations.of(session, later).failures = destinations.DOWN
    beside = Beside(database, lambda session: deliveries.settle(session, first, AA, now=NOW))
    with database.transaction() as session:
        letter = session.get_one(Delivery, second, with_for_update=True)
        beside.begin()
        handing_over.send_again(session, letter, now=NOW)
    beside.end()

    assert beside.failed == []
    with database.transaction() as session:
        states = [session.get_one(Delivery, one).state for one in (first, second)]
        assert states == [DeliveryState.RECEIVED, DeliveryState.WAITING]


def test_nor_do_a_worker_that_only_seemed_dead_and_its_successor(database: Database, region: Region) -> None:
    outbox = Outbox(database, region)
    round_ = outbox.signed()
    with database.transaction() as session:
        claimed = claim(session, now=NOW, worker=1001)
        assert claimed is not None
    beside = Beside(database, lambda session: succession.take_over(session, 1001))
    with database.transaction() as session:
        session.get_one(Delivery, claimed.delivery_id, with_for_update=True)
        beside.begin()
        deliveries.settle(session, claimed.delivery_id, AA, now=NOW, worker=1001)
    beside.end()

    assert (beside.failed, outbox.letter(round_).state) == ([], DeliveryState.RECEIVED)


def test_nor_do_who_signs_a_correction_and_the_word_about_its_letter(database: Database, region: Region) -> None:
    """The one had the case and wanted the queue to be there, the other the queue and then its case."""
    outbox = Outbox(database, region)
    round_ = outbox.signed()
    with database.transaction() as session:
        claimed = claim(session, now=NOW)
        assert claimed is not None
    beside = Beside(database, lambda session: deliveries.settle(session, claimed.delivery_id, AA, now=NOW))
    with database.transaction() as session:
        session.get_one(Case, round_.case_id, with_for_update=HELD)
        beside.begin()
        make.corrected(session, session.get_one(Round, round_.id), viewer=region.bram, now=NOW)
    beside.end()

    assert beside.failed == []
    states = [outbox.letter(round_, version=one).state for one in (1, 2)]
    assert states == [DeliveryState.RECEIVED, DeliveryState.WAITING]
