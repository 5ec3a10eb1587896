"""Who was called away while a case was decided reads it afterwards and may object within the term; who was there may not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.decision_objection import DecisionObjection
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import IllegalMove, NotFound, Stale
from mdo_portal.services.cases import decision_objection_rows
from mdo_portal.services.decisions import decision_objections
from mdo_portal.services.people import sessions
from mdo_portal.services.room import presence, rooms
from tests import make
from tests.make import NOW
from tests.people import Region, board_of
from tests.services.wall_house import signed_as, walls

__all__ = ["walls"]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = NOW + timedelta(days=2)


@dataclass
class Afternoon:
    """A meeting of Uro-prostaat at which Mila was called away; the clock is the test's."""

    session: Session
    region: Region
    now: datetime = START

    @property
    def meeting(self) -> Meeting:
        return self.session.get_one(Meeting, self.region.meeting)

    def is_in(self, *who: Viewer) -> None:
        for one in who:
            presence.enter(self.session, self.meeting.id, one, now=self.now)

    def case(self, *, hospital: str = "ZEED") -> Round:
        made = make.case(self.session, self.session.get_one(Hospital, self.region.hospitals[hospital]))
        return make.planned(self.session, made, self.meeting, viewer=self.region.aisha)

    def decides(self, round_: Round, *, minutes: int = 4) -> Decision:
        """Shown, discussed for some minutes and signed, with the chair in the room."""
        if self.meeting.state != "open":
            rooms.open_meeting(self.session, self.meeting, now=self.now)
        rooms.show(self.session, self.meeting, round_.id, now=self.now)
        self.now += minutes * MINUTE
        self.is_in(self.region.bram)
        make.discussed(self.session, round_, viewer=self.region.bram, now=self.now)
        decision = make.signed(self.session, round_, viewer=self.region.bram, now=self.now)
        self.now += MINUTE
        return decision

    def missed(self, viewer: Viewer, *, at: datetime | None = None) -> list[str]:
        found = decision_objection_rows.missed(self.session, viewer, now=at or self.now)
        return [row.document_number for row, _ in found]

    def objects(
        self, decision: Decision, viewer: Viewer, reason: str = "te snel", *, at: datetime | None = None
    ) -> DecisionObjection:
        round_ = self.session.get_one(Round, decision.round_id)
        return decision_objections.object_to(
            self.session,
            round_,
            self.session.get_one(Case, round_.case_id),
            board_of(self.session, self.region),
            decision.id,
            reason,
            viewer=viewer,
            now=at or self.now,
        )


@pytest.fixture
def afternoon(session: Session, region: Region) -> Afternoon:
    made = Afternoon(session, region)
    made.is_in(region.bram, region.mila)
    return made


def test_an_objection_and_its_answer_are_news_to_the_open_pages_of_the_case_and_an_empty_answer_is_none(
    afternoon: Afternoon, session: Session, region: Region
) -> None:
    rooms.open_meeting(session, afternoon.meeting, now=afternoon.now)
    afternoon.now += 2 * MINUTE
    decision = afternoon.decides(afternoon.case())
    case, round_ = session.get_one(Case, decision.case_id), session.get_one(Round, decision.round_id)
    before = case.revision
    objection = afternoon.objects(decision, region.mila)
    assert case.revision == before + 1

    with pytest.raises(IllegalMove):
        decision_objections.answer(session, round_, case, objection.id, " ", viewer=region.bram, now=afternoon.now)
    assert (objection.answered_at, case.revision) == (None, before + 1)

    decision_objections.answer(session, round_, case, objection.id, " Besproken. ", viewer=region.bram, now=afternoon.now)
    assert (objection.answer, case.revision) == ("Besproken.", before + 2)


def test_who_left_before_the_end_reads_what_was_decided_since(afternoon: Afternoon, region: Region) -> None:
    with_mila, without = afternoon.case(), afternoon.case()
    afternoon.decides(with_mila, minutes=0)
    afternoon.now += 2 * MINUTE  # Mila's screen was last heard of at the start

    decision = afternoon.decides(without)

    assert afternoon.missed(region.mila) == [decision.document_number]
    assert afternoon.missed(region.bram) == []


def test_who_was_called_away_and_came_back_was_away_in_between(afternoon: Afternoon, region: Region) -> None:
    first, second, third = afternoon.case(), afternoon.case(), afternoon.case()
    while_away = afternoon.decides(first)
    afternoon.is_in(region.mila)
    afternoon.decides(second, minutes=0)
    afternoon.is_in(region.mila)
    back_again = afternoon.decides(third, minutes=0)

    assert afternoon.missed(region.mila) == [while_away.document_number]
    assert [one["name"] for one in back_again.content["participants"]] == ["Mila", "Bram"]
    (mila,) = (one for one in presence.attendees(afternoon.session, region.meeting) if one.name == "Mila")
    assert mila.away[0] == (START + presence.GONE_AFTER, START + 5 * MINUTE)


def test_who_was_out_for_the_whole_of_a_case_is_no_participant_of_it(afternoon: Afternoon, region: Region) -> None:
    first, second = afternoon.case(), afternoon.case()
    afternoon.decides(first, minutes=0)
    afternoon.now += 2 * MINUTE
    rooms.show(afternoon.session, afternoon.meeting, second.id, now=afternoon.now)
    afternoon.now += 3 * MINUTE
    make.discussed(afternoon.session, second, viewer=region.bram, now=afternoon.now)
    afternoon.now += MINUTE
    afternoon.is_in(region.bram, region.mila)  # both were away during the second case, and are back when it is signed

    signed = make.signed(afternoon.session, second, viewer=region.bram, now=afternoon.now)

    assert signed.content["participants"] == []


def test_who_never_was_there_or_came_later_is_not_asked(afternoon: Afternoon, region: Region) -> None:
    decision = afternoon.decides(afternoon.case())
    afternoon.is_in(region.bilal)

    assert afternoon.missed(region.bilal) == [] == afternoon.missed(region.aisha)
    for viewer in (region.bilal, region.aisha, region.bram):
        with pytest.raises(IllegalMove, match="weggeroepen"):
            afternoon.objects(decision, viewer)


def test_patients_of_the_own_hospital_come_first(afternoon: Afternoon, region: Region) -> None:
    theirs, own = afternoon.case(), afternoon.case(hospital="DELT")
    others = [afternoon.decides(theirs).document_number]
    ours = [afternoon.decides(own).document_number]

    assert afternoon.missed(region.mila) == ours + others


def test_an_objection_is_kept_with_its_answer_and_told(afternoon: Afternoon, session: Session, region: Region) -> None:
    decision = afternoon.decides(afternoon.case())
    round_ = session.get_one(Round, decision.round_id)
    case = session.get_one(Case, round_.case_id)

    made = afternoon.objects(decision, region.mila, " De MRI laat iets anders zien. ")

    assert afternoon.missed(region.mila) == []
    waiting = decision_objection_rows.unanswered(session, region.aisha, now=afternoon.now)
    assert [(one.person, one.reason) for one, _, _ in waiting] == [("Mila", "De MRI laat iets anders zien.")]
    decision_objections.answer(session, round_, case, made.id, "Wij herzien het.", viewer=region.bram, now=afternoon.now)
    (row,) = decision_objection_rows.rows(session, case_id=case.id)
    assert (row.answer, row.answered_by, row.document_number) == ("Wij herzien het.", "Bram", decision.document_number)
    assert decision_objection_rows.unanswered(session, region.aisha, now=afternoon.now) == []
    with pytest.raises(IllegalMove):
        decision_objections.answer(session, round_, case, made.id, "Toch niet.", viewer=region.aisha, now=afternoon.now)


def test_the_letter_does_not_wait_for_the_term(afternoon: Afternoon, session: Session) -> None:
    decision = afternoon.decides(afternoon.case())

    letter = make.delivery_of(session, decision)
    assert letter.next_attempt_at == letter.created_at < afternoon.now


@pytest.mark.parametrize("hours", [1, 24, 168])
def test_the_term_is_the_boards_and_counts_from_the_signature(
    afternoon: Afternoon, session: Session, region: Region, hours: int
) -> None:
    board_of(session, region).objection_hours = hours
    decision = afternoon.decides(afternoon.case())
    last = decision.signed_at + hours * HOUR

    assert afternoon.missed(region.mila, at=last) == [decision.document_number]
    assert afternoon.missed(region.mila, at=last + timedelta(seconds=1)) == []
    with pytest.raises(IllegalMove, match="termijn"):
        afternoon.objects(decision, region.mila, at=last + timedelta(seconds=1))
    assert afternoon.objects(decision, region.mila, at=last)


def test_a_board_may_do_without(afternoon: Afternoon, session: Session, region: Region) -> None:
    board_of(session, region).objection_hours = 0
    decision = afternoon.decides(afternoon.case())

    assert afternoon.missed(region.mila) == []
    with pytest.raises(IllegalMove, match="achteraf"):
        afternoon.objects(decision, region.mila)


def test_an_objection_is_about_the_text_that_was_read(afternoon: Afternoon, session: Session, region: Region) -> None:
    decision = afternoon.decides(afternoon.case())
    round_ = session.get_one(Round, decision.round_id)
    corrected = make.corrected(session, round_, viewer=region.bram, now=afternoon.now)

    with pytest.raises(Stale):
        afternoon.objects(decision, region.mila)
    assert afternoon.missed(region.mila) == [corrected.document_number], "another text, another term"
    afternoon.objects(corrected, region.mila)
    with pytest.raises(IllegalMove, match="staat er al"):
        afternoon.objects(corrected, region.mila)


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2001])
def test_an_objection_says_why_in_so_many_words(afternoon: Afternoon, region: Region, reason: str) -> None:
    decision = afternoon.decides(afternoon.case())

    with pytest.raises(IllegalMove):
        afternoon.objects(decision, region.mila, reason)


def test_an_objection_of_another_round_is_not_found(afternoon: Afternoon, session: Session, region: Region) -> None:
    one, other = afternoon.case(), afternoon.case()
    made = afternoon.objects(afternoon.decides(one), region.mila)
    afternoon.decides(other)

    with pytest.raises(NotFound):
        decision_objections.answer(
            session, other, session.get_one(Case, other.case_id), made.id, "x", viewer=region.bram, now=afternoon.now
        )


def test_to_who_objects_to_sharing_nothing_of_it_is_shown(afternoon: Afternoon, session: Session, region: Region) -> None:
    decision = afternoon.decides(afternoon.case())
    session.get_one(Case, decision.case_id).objected = True
    session.flush()

    assert afternoon.missed(region.mila) == []


def test_the_wall_itself_lets_nobody_object_for_another_or_answer_without_leading(
    walls: tuple[Database, Database], region: Region
) -> None:
    house, web = walls
    with house.transaction() as session:
        session.get_one(Meeting, region.meeting).starts_at = datetime.now(NOW.tzinfo)
        afternoon = Afternoon(session, region)
        decision = afternoon.decides(afternoon.case())

    def row(person: Viewer) -> DecisionObjection:
        return DecisionObjection(
            case_id=decision.case_id, round_id=decision.round_id, decision_id=decision.id, person_id=person.person_id,
            reason="x", made_at=NOW,
        )  # fmt: skip

    for name, person, allowed in (("Mila", region.mila, True), ("Mila", region.bilal, False), ("Carla", region.carla, False)):
        try:
            with web.transaction(entering=sessions.hash_key(signed_as(house, region, name))) as session:
                session.add(row(person))
            assert allowed, name
        except ProgrammingError:
            assert not allowed, name
    for name, seen, changed in (("Mila", 1, 0), ("Carla", 0, 0), ("Bram", 1, 1)):
        with web.transaction(entering=sessions.hash_key(signed_as(house, region, name))) as session:
            found = session.scalars(select(DecisionObjection)).all()
            answered = session.connection().exec_driver_sql("UPDATE decision_objections SET answer = 'x'").rowcount
        assert (len(found), answered) == (seen, changed), name
    with (
        pytest.raises(ProgrammingError),
        web.transaction(entering=sessions.hash_key(signed_as(house, region, "Bram"))) as session,
    ):
        session.connection().exec_driver_sql("UPDATE decision_objections SET reason = 'iets anders'")
