"""A message that asked who somebody is, read once more after its link was mended: what it asks no longer nobody has to answer."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.domain.identity_conflict import ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.patient import Patient
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import Incoming, MessageHeader, Reader, Unreadable, Wire
from mdo_portal.services.inbox import replaying
from mdo_portal.services.patients import deciding, held, identity_papers
from tests import make
from tests.identity_questions import CONFLICTS, STRANGER, born, decide, opened, people, referral, states
from tests.make import BSN, NOW, OTHER_BSN
from tests.people import Region
from tests.reception_house import READERS, hand_in, rows, understand_all

LATER_ONE = make.hl7_change("M3", patient="1", family="van Voorbeeld")


@dataclass
class Mended:
    """The real reader, with one place in the message read otherwise than before."""

    before: bytes
    now: bytes

    def header(self, raw: bytes) -> MessageHeader:
        return READERS[Wire.HL7V2].header(raw)

    def charset(self, raw: bytes, profile: str, charset: str = "") -> str:
        return READERS[Wire.HL7V2].charset(raw, profile, charset)

    def read(self, raw: bytes, profile: str, charset: str = "") -> Incoming:
        if not self.now:
            raise Unreadable("wrong_profile")
        return READERS[Wire.HL7V2].read(raw.replace(self.before, self.now) if b"VW-2" in raw else raw, profile, charset)


def read_again(database: Database, before: bytes, now: bytes) -> None:
    """A person has what asked read once more, as its link is set up today."""
    readers: dict[Wire, Reader] = {Wire.HL7V2: Mended(before, now)}
    with database.transaction() as session:
        query = select(InboundMessage).where(InboundMessage.reason == "identity_conflict")
        replaying.replay(session, session.scalars(query).one(), now=NOW)
    understand_all(database, readers=readers)


@pytest.fixture
def asked(database: Database, region: Region) -> Database:
    """One stands here; a second referral does not fit, and a change of the first waits behind it."""
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN], LATER_ONE)
    understand_all(database)
    assert states(database) == ["understood", "identity_conflict", "waits_for_identity"]
    return database


def waits(database: Database) -> int:
    with database.transaction() as session:
        case_id = session.scalars(select(Case.id).where(Case.referral_number == "VW-1")).one()
        query = select(CaseEvent.what, CaseEvent.details).where(CaseEvent.case_id == case_id)
        return held.of(session.execute(query.order_by(CaseEvent.at.desc(), CaseEvent.id.desc())).all()).messages  # type: ignore[arg-type]


FITS = {
    "it is about somebody else": (b"||1^^^ZEED", b"||7^^^ZEED"),
    "it is about the same after all": (OTHER_BSN.encode(), BSN.encode()),
}


@pytest.mark.parametrize("fits", FITS)
def test_nobody_is_asked_any_more_and_what_waited_is_read(asked: Database, fits: str) -> None:
    assert waits(asked) == 2

    read_again(asked, *FITS[fits])

    assert (states(asked), opened(asked), waits(asked)) == (["understood"] * 3, [], 0)
    assert len({number for numbers in people(asked).values() for number in numbers}) == 2


def test_nobody_answers_it_any_more_nor_takes_back_an_answer(asked: Database, region: Region) -> None:
    read_again(asked, *FITS["it is about somebody else"])

    with asked.transaction() as session:
        question = session.scalars(select(IdentityConflict)).one()
        with pytest.raises(IllegalMove):
            deciding.decide(session, question, Decision.SAME, reason="gebeld", person_id=region.aisha.person_id, now=NOW)
        with pytest.raises(IllegalMove):
            deciding.ask_back(session, question, person_id=region.aisha.person_id, now=NOW)


def test_read_in_vain_it_stays_asked_and_what_is_behind_it_waits(asked: Database) -> None:
    read_again(asked, b"", b"")

    assert (states(asked)[1:], len(opened(asked))) == (["wrong_profile", "waits_for_identity"], 1)


def test_what_it_asks_otherwise_is_asked_anew_with_who_comes_now(asked: Database) -> None:
    before = opened(asked)[0].id

    read_again(asked, OTHER_BSN.encode(), b"999990019")

    (question,) = opened(asked)
    assert question.id != before
    with asked.transaction() as session:
        assert identity_papers.read(session, question).told.bsn == "999990019"
    assert (states(asked)[1:], waits(asked)) == (["identity_conflict", "waits_for_identity"], 2)
    decide(asked, Decision.ASIDE)
    assert ([row.state.value for row in rows(asked)][1:], waits(asked)) == (["ignored", "understood"], 0)


def test_about_somebody_of_whom_another_is_asked_it_waits_for_that_and_asks_nothing_itself(
    database: Database, region: Region
) -> None:
    strange = born(referral("9", patient="7", family=STRANGER), "19701231")
    hand_in(database, region, referral("7", patient="7"), *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    first = opened(database)[0].id
    hand_in(database, region, strange)
    understand_all(database)
    with database.transaction() as session:
        row = session.scalars(select(InboundMessage).where(InboundMessage.reason == "identity_conflict").order_by("seq")).first()
        assert row is not None
        replaying.replay(session, row, now=NOW)
    understand_all(database, readers={Wire.HL7V2: Mended(b"||1^^^ZEED", b"||7^^^ZEED")})

    assert [one.kind for one in opened(database)] == [ConflictKind.NAME_AND_BIRTH]
    assert first not in [one.id for one in opened(database)]
    assert states(database) == ["understood", "understood", "waits_for_identity", "identity_conflict"]


def test_the_particulars_of_who_was_asked_about_are_untouched(asked: Database) -> None:
    read_again(asked, *FITS["it is about somebody else"])

    with asked.transaction() as session:
        query = select(Patient).join(Case, Case.patient_id == Patient.id).where(Case.referral_number == "VW-1")
        assert session.scalars(query).one().bsn_tail == BSN[-2:]
