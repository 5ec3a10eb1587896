"""Numbers that a person takes apart: who went on keeps nothing that the hospital told of the other alone, least of all a death."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import Decision
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge, ToldChange
from mdo_portal.exchange import PersonName
from mdo_portal.services.identity import apart, unmerging
from mdo_portal.services.patients import deciding, patients
from tests import make
from tests.identity_questions import born, decide, merge, referral
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, rows, understand_all
from tests.services.merging import join

SENT = b"|20260302121500+0100|"


def change(name: str, patient: str, family: str, *, hour: int, dead: bool = False) -> bytes:
    raw = make.hl7_change(name, patient=patient, family=family).replace(SENT, f"|202603021{hour}0000+0100|".encode())
    pid = next(line for line in raw.split(b"\r") if line.startswith(b"PID"))
    return raw.replace(pid, pid + b"|" * (30 - pid.count(b"|")) + b"Y") if dead else raw


@pytest.fixture
def one(database: Database, region: Region) -> Database:
    """1 and 2, each with a case, are one by a person's word: 2 goes on as 1."""
    hand_in(database, region, referral("1"), referral("2", patient="2"), merge("M5", "1", "2"))
    understand_all(database)
    decide(database, Decision.SAME)
    return database


def comes(database: Database, region: Region, *raws: bytes) -> None:
    hand_in(database, region, *raws)
    understand_all(database)
    assert {row.state.value for row in rows(database)} == {"understood"}


def take_apart(database: Database, region: Region) -> None:
    """2 and who it went on as."""
    with database.transaction() as session:
        standing = session.scalars(select(Merge).where(Merge.undone_at.is_(None), Merge.gone_number == "2")).one()
        deciding.ask_undo(session, standing, person_id=region.aisha.person_id, now=NOW)
    understand_all(database)


def known_as(database: Database) -> dict[str, tuple[str, bool]]:
    with database.transaction() as session:
        query = select(Patient).where(Patient.local_number.in_(("1", "2", "3", "4")))
        return {row.local_number: (row.family, row.deceased) for row in session.scalars(query)}


def test_a_death_and_a_name_that_were_told_of_the_other_are_of_the_other(one: Database, region: Region) -> None:
    comes(one, region, change("M6", "2", "de Andere", hour=3, dead=True))
    assert known_as(one)["1"] == ("de Andere", True)

    take_apart(one, region)

    assert known_as(one) == {"1": ("van Voorbeeld", False), "2": ("de Andere", True)}
    with one.transaction() as session:
        changes = session.scalars(select(ToldChange).where(ToldChange.what == "deceased"))
        assert sorted((row.before, row.after) for row in changes) == [("", "1"), ("", "1"), ("1", "")], "each is kept"


def test_what_was_told_of_who_went_on_stays_there(one: Database, region: Region) -> None:
    comes(one, region, change("M6", "1", "de Nieuwe", hour=3))

    take_apart(one, region)

    assert known_as(one) == {"1": ("de Nieuwe", False), "2": ("van Voorbeeld", False)}


def test_a_birth_date_goes_back_too(one: Database, region: Region) -> None:
    comes(one, region, born(change("M6", "2", "van Voorbeeld", hour=3), "19601231"))

    take_apart(one, region)

    with one.transaction() as session:
        query = select(Patient.local_number, Patient.birth_on).where(Patient.local_number.in_(("1", "2")))
        assert dict(session.execute(query).all()) == {"1": date(1960, 1, 1), "2": date(1960, 12, 31)}  # type: ignore[arg-type]


def of_both() -> bytes:
    return change("M6", "1", "de Nieuwe", hour=3).replace(b"||1^^^ZEED^PI|", b"||1^^^ZEED^PI~2^^^ZEED^PI|")


def of_nobody_any_more() -> bytes:
    return change("M6", "2", "de Nieuwe", hour=3)


@pytest.mark.parametrize("told", [of_both, of_nobody_any_more])
def test_what_nobody_can_tell_of_whom_it_was_stays_where_it_is(one: Database, region: Region, told: Callable[[], bytes]) -> None:
    """It named both; or its term was over, and nobody knows whom it named."""
    comes(one, region, told())
    if told is of_nobody_any_more:
        with one.transaction() as session:
            emptied = update(InboundMessage).where(InboundMessage.control_id == "M6")
            session.execute(emptied.values(raw_sealed=b"", patient_keys=[]))

    take_apart(one, region)

    assert known_as(one) == {"1": ("de Nieuwe", False), "2": ("van Voorbeeld", False)}


def test_told_anew_of_who_went_on_since_that_word_stays(one: Database, region: Region) -> None:
    comes(one, region, change("M6", "2", "de Andere", hour=3, dead=True), change("M7", "1", "de Nieuwe", hour=4))

    take_apart(one, region)

    assert known_as(one) == {"1": ("de Nieuwe", False), "2": ("de Andere", True)}


def test_told_twice_of_the_other_it_is_back_where_it_was_before_the_first(one: Database, region: Region) -> None:
    comes(one, region, change("M6", "2", "de Eerste", hour=3), change("M7", "2", "de Tweede", hour=4))

    take_apart(one, region)

    assert known_as(one) == {"1": ("van Voorbeeld", False), "2": ("de Tweede", False)}


@pytest.mark.parametrize("names", [("de Eerste",), ("de Eerste", "de Tweede")])
def test_told_of_the_other_it_is_of_none_of_the_numbers_that_came_to_stand_above(
    one: Database, region: Region, names: tuple[str, ...]
) -> None:
    """3 goes on for 1, and 4 for 3; each was nobody's, and got the name and the death that stood there."""
    comes(one, region, change("M6", "2", names[0], hour=3, dead=True), merge("M7", "3", "1"))
    if names[1:]:
        comes(one, region, change("M8", "2", names[1], hour=4))
    comes(one, region, merge("M9", "4", "3"))

    take_apart(one, region)

    his = ("van Voorbeeld", False)
    assert known_as(one) == {"1": his, "2": (names[-1], True), "3": his, "4": his}


def test_a_number_that_was_made_for_the_merge_and_has_nothing_goes_and_leaves_nothing(database: Database, region: Region) -> None:
    comes(database, region, referral("1"), merge("M5", "1", "2"), change("M6", "2", "de Andere", hour=3))

    take_apart(database, region)

    assert known_as(database) == {"1": ("van Voorbeeld", False)}


def test_only_what_this_very_message_told_goes_back(session: Session, region: Region) -> None:
    """A message turned out to be of somebody else: what others told of the patient stands."""
    wrong, right = uuid.uuid4(), uuid.uuid4()
    patient = patients.add(session, region.hospitals["ZEED"], make.identity("1"), now=NOW)
    other = patients.add(session, region.hospitals["ZEED"], make.identity("2"), now=NOW)
    for told, of, family, born_on in (
        (right, patient, "de Goede", date(1960, 1, 1)),
        (wrong, patient, "de Goede", date(1971, 1, 1)),
        (wrong, other, "de Ander", date(1960, 1, 1)),
    ):
        who = make.identity(of.local_number, name=PersonName(family=family), birth_on=born_on)
        patients.tell(session, of, who, now=NOW, message_id=told)

    apart.untell(session, patient, wrong, now=NOW)

    assert [(one.family, one.birth_on) for one in (patient, other)] == [
        ("de Goede", date(1960, 1, 1)),
        ("de Ander", date(1960, 1, 1)),
    ]


def test_a_bsn_alone_names_the_other_again_whatever_number_came_to_stand_above(session: Session, region: Region) -> None:
    """2 has it; 1 was told it while they were one; 3 was made with what stood there, and a letter with the BSN alone was for 3."""
    hospital = session.get_one(Hospital, region.hospitals["ZEED"])
    make.case(session, hospital, patient=make.identity("1"))
    make.case(session, hospital, patient=make.identity("2", bsn=make.BSN))
    join(session, hospital, "1", "2")
    first = session.scalars(select(Merge)).one()
    went_on = patients.by_local_number(session, hospital.id, "1")
    assert went_on is not None
    patients.tell(session, went_on, make.identity("2", bsn=make.BSN), now=NOW)
    session.flush()
    join(session, hospital, "3", "1")

    unmerging.undo(session, first, now=NOW, person_id=None)

    having = select(Patient.local_number).where(Patient.bsn_index != b"", Patient.hospital_id == hospital.id)
    assert session.scalars(having).all() == ["2"]
