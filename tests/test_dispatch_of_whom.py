"""A letter goes under the numbers that its case's patient has when it leaves: where that is somebody else by then, it stays here."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.domain.told import Merge
from mdo_portal.exchange import PatientIdentity, PersonName
from mdo_portal.services.identity import merges, unmerging
from mdo_portal.services.letters import handing_over, receipts
from mdo_portal.services.patients import patients
from tests import make
from tests.make import NOW
from tests.outbox_house import AA, HOUR, SILENCE, Outbox, Receiver
from tests.people import Region

OTHER = make.identity("9", birth_on=date(1970, 12, 31))
TWIN = make.identity("9", name=PersonName(family="van Voorbeeld", initials="C"))


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def _is_of(outbox: Outbox, round_: Round, whom: PatientIdentity) -> None:
    """A person took back who it was, or undid a merge: the case stands with this patient from now on."""
    with outbox.database.transaction() as session:
        row = patients.add(session, outbox.region.hospitals["ZEED"], whom, now=NOW)
        session.get_one(Case, round_.case_id).home_patient_id = row.id
        session.flush()
        merges.settle(session, [row.id], now=NOW, person_id=None)


def _on_paper(outbox: Outbox, round_: Round) -> None:
    with outbox.database.transaction() as session:
        handing_over.put_on_paper(session, session.get_one(Delivery, outbox.letter(round_).id), now=NOW)


@pytest.mark.parametrize("whom", [OTHER, TWIN])
@pytest.mark.parametrize("attempts", [0, 1])
def test_a_letter_that_names_another_patient_than_its_case_by_now_goes_to_nobody(
    outbox: Outbox, attempts: int, whom: PatientIdentity
) -> None:
    """It named one, and was filed under the number and the BSN of the other: of twins too, who were born on one day."""
    round_ = outbox.signed()
    if attempts:
        outbox.work(Receiver([SILENCE]))
    _is_of(outbox, round_, whom)
    receiver = Receiver([AA])
    outbox.now += HOUR

    assert outbox.drain(receiver) == 0 and receiver.came == []

    letter = outbox.letter(round_)
    assert (letter.state, letter.refused_at, letter.sent_at is not None) == (DeliveryState.REFUSED, None, bool(attempts))
    assert "andere patiënt" in receipts.why(letter)


def test_nor_does_it_when_nobody_here_has_the_number_any_more_that_it_names(outbox: Outbox) -> None:
    """Its row went, or has another number: that the birth date differs too says enough."""
    round_ = outbox.signed()
    _is_of(outbox, round_, OTHER)
    with outbox.database.transaction() as session:
        session.scalars(select(Patient).where(Patient.local_number == "4711")).one().local_number = "4799"

    assert (outbox.drain(Receiver([AA])), outbox.letter(round_).state) == (0, DeliveryState.REFUSED)


def test_its_correction_names_the_right_one_and_goes(outbox: Outbox) -> None:
    round_ = outbox.signed()
    _is_of(outbox, round_, OTHER)
    assert outbox.drain(Receiver([AA])) == 0
    outbox.corrected(round_)
    receiver = Receiver([AA])

    outbox.drain(receiver)

    assert [(one.version, one.patient.local_number) for one in receiver.came] == [(2, "9")]


def test_nor_is_it_printed_to_be_carried(outbox: Outbox) -> None:
    round_ = outbox.signed()
    _on_paper(outbox, round_)
    _is_of(outbox, round_, OTHER)

    outbox.drain(Receiver([AA]))

    assert (outbox.letter(round_).state, outbox.letter(round_).letter_sha256) == (DeliveryState.REFUSED, "")


@pytest.mark.parametrize(("whom", "printed"), [(OTHER, False), (OTHER, True), (TWIN, False)])
def test_what_was_printed_and_nobody_carried_yet_is_carried_by_nobody(
    outbox: Outbox, whom: PatientIdentity, printed: bool
) -> None:
    """It lay ready on the post page, and asked to be sent: the letter of one, to be filed with the other. What was sent, was sent."""
    round_ = outbox.signed()
    _on_paper(outbox, round_)
    outbox.drain(Receiver([AA]))
    assert outbox.letter(round_).letter_sha256
    if printed:
        with outbox.database.transaction() as session:
            handing_over.printed(session, session.get_one(Delivery, outbox.letter(round_).id), now=NOW)

    _is_of(outbox, round_, whom)

    letter = outbox.letter(round_)
    assert (letter.state, "andere patiënt" in receipts.why(letter)) == (
        (DeliveryState.SENT, False) if printed else (DeliveryState.REFUSED, True)
    )


def test_once_its_correction_is_there_it_leaves_the_list(outbox: Outbox) -> None:
    round_ = outbox.signed()
    _on_paper(outbox, round_)
    outbox.drain(Receiver([AA]))
    _is_of(outbox, round_, OTHER)
    outbox.corrected(round_)
    outbox.drain(Receiver([AA]))
    with outbox.database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, outbox.letter(round_).id), now=outbox.now)

    outbox.drain(Receiver([AA]))

    letter = outbox.letter(round_)
    assert (letter.state, letter.receipt_code) == (DeliveryState.CANCELLED, receipts.REPLACED)


@pytest.mark.parametrize(
    "told", [{"local_number": "4712"}, {"birth_on": date(1961, 1, 1)}, {"local_number": "", "birth_on": None}]
)
def test_who_is_the_same_with_another_number_or_a_birth_date_that_was_put_right_gets_it(
    outbox: Outbox, told: dict[str, object]
) -> None:
    round_ = outbox.signed()
    with outbox.database.transaction() as session:
        patient = session.get_one(Patient, session.get_one(Case, round_.case_id).patient_id)
        for name, value in told.items():
            setattr(patient, name, value)
    receiver = Receiver([AA])

    outbox.drain(receiver)

    assert [one.version for one in receiver.came] == [1]


def test_so_does_who_got_another_number_by_a_merge_and_not_who_lost_it_again(outbox: Outbox) -> None:
    """What is signed while two are one names who goes on; taken apart, a case of the other is of somebody else than its letter says."""
    round_, receiver = outbox.signed(), Receiver([AA])
    with outbox.database.transaction() as session:
        row = session.get_one(Patient, session.get_one(Case, round_.case_id).patient_id)
        kept = patients.add(session, row.hospital_id, make.identity("12"), now=NOW)
        merge = merges.join(session, kept, row, now=NOW)
        assert merge is not None
    outbox.drain(receiver)
    assert [one.patient.local_number for one in receiver.came] == ["12"]
    outbox.corrected(round_)

    with outbox.database.transaction() as session:
        unmerging.undo(session, session.get_one(Merge, merge.id), now=NOW, person_id=None)

    assert (outbox.drain(receiver), outbox.letter(round_, version=2).state) == (0, DeliveryState.REFUSED)
