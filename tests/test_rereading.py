"""A referral that was read before a setting of its link was mended, read once more into its case: nobody retypes what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseEvent, CaseFact, CaseState
from mdo_portal.domain.hospital import Hospital, Level
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Changed, Link, LinkChange
from mdo_portal.domain.patient import Patient
from mdo_portal.errors import IllegalMove
from mdo_portal.services.inbox import offering, replaying
from mdo_portal.services.links import links
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, rows, understand_all

referral = partial(make.hl7_referral, referral_number="VW-1")
HOUR = timedelta(hours=1)
LATER = NOW + timedelta(days=1)


def link_says(database: Database, region: Region, otherwise: str) -> None:
    with database.transaction() as session:
        session.execute(update(Link).where(Link.hospital_id == region.hospitals["ZEED"]).values(otherwise=otherwise))


def with_note(raw: bytes, note: str) -> bytes:
    return raw + f"NTE|1||{note}\r".encode()


def read_again(database: Database, *, at: int = 0, day: int = 1) -> InboundMessage:
    """Somebody presses *Opnieuw lezen* behind a message that was read, so many days later."""
    now = NOW + timedelta(days=day)
    with database.transaction() as session:
        message = session.scalars(select(InboundMessage).order_by(InboundMessage.seq)).all()[at]
        replaying.replay(session, message, now=now)
    understand_all(database, now=now)
    return rows(database)[at]


def the_case(session: Session) -> Case:
    return session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()


def events(session: Session) -> list[str]:
    of_case = select(CaseEvent.what).where(CaseEvent.case_id == the_case(session).id)
    return list(session.scalars(of_case.order_by(CaseEvent.at, CaseEvent.id)))


NOTE_ASKS = '[referral]\nquestion_board = ["NTE-3"]\n'


def test_a_question_that_stood_elsewhere_comes_into_its_case(database: Database, region: Region) -> None:
    hand_in(database, region, with_note(referral("M1", question=""), "Wat vindt u?"))
    understand_all(database)
    with database.transaction() as session:
        assert the_case(session).question_board == ""

    link_says(database, region, NOTE_ASKS)
    message = read_again(database)

    with database.transaction() as session:
        assert the_case(session).question_board == "Wat vindt u?"
        assert events(session) == ["referral.received", "referral.reread"]
    assert (message.state, message.reason, message.meaning) == (InboundState.UNDERSTOOD, "", "referral")


def test_reading_again_with_nothing_mended_changes_nothing(database: Database, region: Region) -> None:
    """Not a row, not an event, not a revision: whoever looked before has nothing new to read."""
    hand_in(database, region, referral("M1"))
    understand_all(database)

    def stands(session: Session) -> Sequence[object]:
        facts = session.scalars(select(CaseFact).where(CaseFact.case_id == the_case(session).id).order_by(CaseFact.id)).all()
        kept = [(one.id, one.text, one.superseded_at, one.received_at) for one in facts]
        case = the_case(session)
        return kept, events(session), case.revision, case.state, case.urgency, case.news_at

    with database.transaction() as session:
        before = stands(session)
    for day in (1, 2):
        read_again(database, day=day)

    with database.transaction() as session:
        assert stands(session) == before


def test_what_was_read_wrongly_is_over_and_stays_among_the_earlier_values(database: Database, region: Region) -> None:
    """A hospital's note was read as the question, and the question elsewhere was lost."""
    link_says(database, region, NOTE_ASKS)
    hand_in(database, region, with_note(referral("M1", question="Operatie of bestraling?"), "Bel bij vragen."))
    understand_all(database)

    link_says(database, region, "")
    read_again(database)

    with database.transaction() as session:
        case = the_case(session)
        assert case.question_board == "Operatie of bestraling?"
        over = session.scalars(select(CaseFact).where(CaseFact.superseded_at.is_not(None), CaseFact.case_id == case.id)).all()
        assert {(one.label, one.text) for one in over} == {
            ("Eerdere vraag aan het MDO", "Bel bij vragen."),
            ("Vraagstelling", "Operatie of bestraling?"),  # it had become one of the values
        }


def test_what_was_read_again_in_vain_stays_read_and_says_why(database: Database, region: Region) -> None:
    """A setting that spoils the reading must not take a case's message out of its case, nor the case's values away."""
    hand_in(database, region, referral("M1"))
    understand_all(database)

    link_says(database, region, "[nonsense")
    message = read_again(database)

    assert (message.state, message.reason, message.meaning) == (InboundState.UNDERSTOOD, "wrong_profile", "referral")
    with database.transaction() as session:
        assert message.case_id == the_case(session).id
        assert the_case(session).question_board == "Operatie of bestraling?"
        assert events(session) == ["referral.received"]


def test_a_message_that_names_another_patient_now_changes_nobody(database: Database, region: Region) -> None:
    """The portal never decides by itself that somebody is somebody else."""
    hand_in(database, region, referral("M1").replace(b"||19600101|F", b"||19600101|F||||||||||||||||||||||E-77"))
    understand_all(database)

    link_says(database, region, '[patient]\nlocal_number = ["PID-30"]\n')
    message = read_again(database)

    assert (message.state, message.reason) == (InboundState.UNDERSTOOD, "again_other_patient")
    with database.transaction() as session:
        assert session.scalars(select(Patient.local_number).where(Patient.id == the_case(session).patient_id)).all() == ["12345"]


def test_a_referral_and_its_supplement_are_read_again_together_and_the_supplement_last(
    database: Database, region: Region
) -> None:
    first = with_note(referral("M1"), "Eerste vraag")
    second = with_note(referral("M2"), "Tweede vraag")
    for hour, raw in enumerate((first, second)):
        hand_in(database, region, raw, now=NOW + hour * HOUR)
        understand_all(database, now=NOW + hour * HOUR)

    link_says(database, region, NOTE_ASKS)
    read_again(database, at=0)

    assert [row.offered_at for row in rows(database)] == [LATER, LATER]
    with database.transaction() as session:
        assert the_case(session).question_board == "Tweede vraag"
        assert {one.meaning for one in rows(database)} == {"referral", "update"}


def test_a_case_that_is_over_is_left_alone(database: Database, region: Region) -> None:
    hand_in(database, region, with_note(referral("M1"), "Wat vindt u?"))
    understand_all(database)
    with database.transaction() as session:
        the_case(session).move(CaseState.WITHDRAWN, now=NOW, reason="Overleden")

    link_says(database, region, NOTE_ASKS)

    assert read_again(database).reason == "again_ended"
    with database.transaction() as session:
        assert the_case(session).question_board == "Operatie of bestraling?"


@pytest.mark.parametrize("kind", ["change", "emptied"])
def test_what_told_no_referral_or_is_gone_is_not_read_again(database: Database, region: Region, kind: str) -> None:
    hand_in(database, region, referral("M1"), make.hl7_change("M2", family="de Nieuwe"))
    understand_all(database)
    if kind == "emptied":
        with database.transaction() as session:
            session.execute(update(InboundMessage).values(raw_sealed=b""))

    with pytest.raises(IllegalMove):
        read_again(database, at=1 if kind == "change" else 0)
    assert {row.state for row in rows(database)} == {InboundState.UNDERSTOOD}


def test_after_a_setting_was_mended_all_that_was_read_before_it_is_counted_and_offered_once(
    database: Database, region: Region
) -> None:
    numbers = ("1", "2", "3")
    hand_in(database, region, *(with_note(make.hl7_referral(f"M{one}", patient=one), "Wat vindt u?") for one in numbers))
    understand_all(database)
    zeed, other = (region.hospitals[code] for code in ("ZEED", "DELT"))
    with database.transaction() as session:
        assert offering.told_before(session, zeed, now=NOW) == 0
        hospital, link = session.get_one(Hospital, zeed), session.scalars(select(Link).where(Link.hospital_id == zeed)).one()
        links.save_otherwise(session, hospital, link, NOTE_ASKS, viewer=region.lars, now=NOW + HOUR)

    hand_in(database, region, make.hl7_referral("M4", patient="4"), now=NOW + 2 * HOUR)
    understand_all(database, now=NOW + 2 * HOUR)
    with database.transaction() as session:
        assert (offering.told_before(session, zeed, now=LATER), offering.told_before(session, other, now=LATER)) == (3, 0)
        assert len(offering.replay_told(session, zeed, now=LATER)) == 3
    understand_all(database, now=LATER)

    with database.transaction() as session:
        assert offering.told_before(session, zeed, now=LATER + HOUR) == 0
        asked = select(func.count()).select_from(Case).where(Case.question_board == "Wat vindt u?")
        assert session.scalar(asked) == 3


def test_messages_of_the_wire_that_the_link_reads_no_more_are_not_offered(database: Database, region: Region) -> None:
    """Its profile became one for FHIR: what came as HL7 v2 cannot be read by it, and each try would say so."""
    hand_in(database, region, referral("M1"))
    understand_all(database)
    zeed = region.hospitals["ZEED"]

    with database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == zeed)).one()
        link.profile_in, link.level = "generic-r4", Level.FHIR
        change = LinkChange(
            hospital_id=zeed,
            at=NOW + HOUR,
            what=Changed.SETTINGS,
            before="profile_in: zorgdomein",
            after="profile_in: generic-r4",
        )
        session.add(change)

    with database.transaction() as session:
        assert offering.told_before(session, zeed, now=LATER) == 0
