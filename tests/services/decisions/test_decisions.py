"""Signing: what was read is what is frozen, one of two chairs wins, and nothing signed is ever edited."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.decision import Decision, hash_of
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import IllegalMove, Incomplete, PortalError, Stale
from mdo_portal.services.decisions import decision_content, decisions
from mdo_portal.services.room import conclusions, presence, rooms
from tests import make
from tests.make import NETWORK, NOW
from tests.people import Region

LATER = NOW + timedelta(days=1)


def open_round(session: Session, region: Region, *, hospital: str = "ZEED") -> Round:
    """Discussed, with a conclusion."""
    case = make.case(session, session.get_one(Hospital, region.hospitals[hospital]))
    planned = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    return make.discussed(session, planned, viewer=region.bram)


@pytest.fixture
def round_(session: Session, region: Region) -> Round:
    return open_round(session, region)


def case_of(session: Session, round_: Round) -> Case:
    return session.get_one(Case, round_.case_id)


def test_the_signed_text_is_the_text_that_was_read(session: Session, region: Region, round_: Round) -> None:
    seen = decisions.preview(session, round_, case_of(session, round_), network=NETWORK, viewer=region.bram, now=NOW)

    signed = make.signed(session, round_, viewer=region.bram)

    session.flush()
    session.expire_all()
    kept = session.get_one(Decision, signed.id)
    assert kept.content["sections"]["advice"] == "Operatie."
    assert kept.content_hash == hash_of(kept.content) == seen.content_hash == hash_of(seen.content)
    assert case_of(session, round_).state is CaseState.DECIDED


def test_signing_puts_one_letter_per_recipient_in_the_outbox(session: Session, region: Region, round_: Round) -> None:
    signed = make.signed(session, round_, viewer=region.bram)

    letter = make.delivery_of(session, signed)
    assert (letter.hospital_id, letter.channel, letter.state) == (region.hospitals["ZEED"], "mllp", DeliveryState.WAITING)


def test_a_hospital_without_a_link_gets_it_on_paper(session: Session, region: Region) -> None:
    signed = make.signed(session, open_round(session, region, hospital="ODUL"), viewer=region.bram)

    assert make.delivery_of(session, signed).channel == "paper"


def test_a_text_that_changed_after_reading_is_not_signed(session: Session, region: Region, round_: Round) -> None:
    case = case_of(session, round_)
    seen = decisions.preview(session, round_, case, network=NETWORK, viewer=region.bram, now=NOW).content_hash
    make.typed(session, round_, " Toch niet.")

    with pytest.raises(Stale):
        decisions.sign(session, round_, case, seen_hash=seen, reason="", network=NETWORK, viewer=region.bram, now=NOW)

    assert decision_content.newest(session, round_.id) is None


def test_an_empty_advice_is_not_signed(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    planned = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    round_ = make.discussed(session, planned, viewer=region.bram, text="  ")

    with pytest.raises(Incomplete):
        make.signed(session, round_, viewer=region.bram)


def test_without_an_outcome_nothing_is_signed(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    planned = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    make.typed(session, planned, "Operatie.")

    with pytest.raises(Incomplete):
        make.signed(session, planned, viewer=region.bram)


def test_what_is_signed_cannot_be_typed_in(session: Session, region: Region, round_: Round) -> None:
    make.signed(session, round_, viewer=region.bram)

    with pytest.raises(IllegalMove):
        make.typed(session, round_, " Nog iets.")


def test_pressing_twice_signs_once(session: Session, region: Region, round_: Round) -> None:
    make.signed(session, round_, viewer=region.bram)

    with pytest.raises(PortalError):
        make.signed(session, round_, viewer=region.bram, reason="dubbelklik")

    assert session.scalar(select(func.count()).select_from(Decision).where(Decision.round_id == round_.id)) == 1


def test_a_correction_is_a_new_decision_that_supersedes(session: Session, region: Region, round_: Round) -> None:
    first = make.signed(session, round_, viewer=region.bram)

    second = make.corrected(session, round_, viewer=region.bilal, now=LATER)

    assert (second.version, second.supersedes_id, second.correction_reason) == (2, first.id, "typfout")
    assert (first.content["sections"]["advice"], second.content["sections"]["advice"]) == ("Operatie.", "Operatie. Herzien.")
    assert second.content["replaces"] == first.document_number != second.document_number
    assert decision_content.newest(session, round_.id) is second


def test_a_correction_needs_a_reason(session: Session, region: Region, round_: Round) -> None:
    make.signed(session, round_, viewer=region.bram)
    decisions.start_correction(session, round_, case_of(session, round_))

    with pytest.raises(IllegalMove):
        make.signed(session, round_, viewer=region.bram, now=LATER, reason=" ")


def test_there_is_nothing_to_correct_before_a_signature(session: Session, round_: Round) -> None:
    with pytest.raises(IllegalMove):
        decisions.start_correction(session, round_, case_of(session, round_))


def test_every_letter_has_a_number_of_its_own(session: Session, region: Region) -> None:
    numbers = {make.signed(session, open_round(session, region), viewer=region.bram).document_number for _ in range(3)}

    assert len(numbers) == 3


@pytest.mark.parametrize(("hour", "year"), [(22, "2026"), (23, "2027")])
def test_a_letter_of_new_years_night_is_of_the_year_that_its_signer_sees(
    session: Session, round_: Round, region: Region, hour: int, year: str
) -> None:
    signed = make.signed(session, round_, viewer=region.bram, now=datetime(2026, 12, 31, hour, 30, tzinfo=UTC))

    assert signed.document_number.split("-")[1] == year


def test_the_letter_names_who_was_there_and_who_was_missing(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    meeting = session.get_one(Meeting, region.meeting)
    planned = make.planned(session, case, meeting, viewer=region.aisha)
    presence.enter(session, meeting.id, region.bram, now=NOW)
    rooms.open_meeting(session, meeting, now=NOW)
    make.discussed(session, planned, viewer=region.bram, now=NOW + timedelta(minutes=4))
    presence.enter(session, meeting.id, region.mila, now=NOW + timedelta(minutes=9))

    content = make.signed(session, planned, viewer=region.bram, now=NOW + timedelta(minutes=10)).content

    assert [one["name"] for one in content["participants"]] == ["Bram"]
    assert content["quorum"] == {"met": False, "missing": ["radioloog"]}


@pytest.mark.parametrize("table", ["decisions", "audit_entries", "case_events"])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_itself_refuses_to_change_what_only_grows(session: Session, table: str, act: str) -> None:
    statement = act.format(table).replace("id = id", "seq = seq" if table == "audit_entries" else "id = id")

    with pytest.raises(DBAPIError, match="only grows"), session.begin_nested():
        session.execute(text(statement))


def test_of_two_chairs_who_sign_at_once_one_wins(database: Database, region: Region) -> None:
    for _ in range(6):
        with database.transaction() as session:
            round_id = open_round(session, region).id
        barrier = threading.Barrier(2, timeout=20)
        outcomes: dict[str, str] = {}

        chairs = [
            threading.Thread(target=_sign_at, args=(database, round_id, viewer, barrier, outcomes))
            for viewer in (region.bram, region.bilal)
        ]
        for chair in chairs:
            chair.start()
        for chair in chairs:
            chair.join(timeout=20)

        assert len(outcomes) == 2 and list(outcomes.values()).count("signed") == 1, outcomes
        with database.transaction() as session:
            signed = session.scalars(select(Decision).where(Decision.round_id == round_id)).one()
            assert session.scalar(select(func.count()).select_from(Delivery).where(Delivery.decision_id == signed.id)) == 1
            assert signed.content["signed_by"]["name"] == next(name for name, what in outcomes.items() if what == "signed")


def _sign_at(
    database: Database, round_id: uuid.UUID, viewer: Viewer, barrier: threading.Barrier, outcomes: dict[str, str]
) -> None:
    with database.transaction() as session:
        round_ = session.get_one(Round, round_id)
        seen = decisions.preview(session, round_, case_of(session, round_), network=NETWORK, viewer=viewer, now=NOW).content_hash
    barrier.wait()
    try:
        with database.transaction() as session:
            case = session.execute(select(Case).join(Round).where(Round.id == round_id).with_for_update(of=Case)).scalar_one()
            round_ = session.get_one(Round, round_id)
            decisions.sign(session, round_, case, seen_hash=seen, reason="", network=NETWORK, viewer=viewer, now=NOW)
        outcomes[viewer.name] = "signed"
    except PortalError as refusal:
        outcomes[viewer.name] = type(refusal).__name__


def test_who_types_while_the_chair_signs_is_in_or_refused_never_lost(database: Database, region: Region) -> None:
    """Whatever was acknowledged before the freeze stands in the letter, or the signature is stale."""
    for _ in range(4):
        with database.transaction() as session:
            round_ = open_round(session, region)
        barrier = threading.Barrier(2, timeout=20)
        outcomes: dict[str, str] = {}
        signing = threading.Thread(target=_sign_at, args=(database, round_.id, region.bram, barrier, outcomes))
        signing.start()
        barrier.wait()
        try:
            with database.transaction() as session:
                make.typed(session, session.get_one(Round, round_.id), " Erbij.")
            typed = True
        except PortalError:
            typed = False
        signing.join(timeout=20)

        with database.transaction() as session:
            decision = decision_content.newest(session, round_.id)
            text_now = conclusions.texts_of(session, round_.id)[NoteSection.ADVICE]
        assert (decision is None) is (outcomes["Bram"] == "Stale")
        assert typed is ("Erbij" in text_now)
        assert decision is None or decision.content["sections"]["advice"] == text_now
