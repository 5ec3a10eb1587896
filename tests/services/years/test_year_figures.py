"""A year of a board in counts: an invented year of which every number can be counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.room import presence
from mdo_portal.services.years import year_figures
from mdo_portal.services.years.year_figures import OTHER, Year
from mdo_portal.services.years.year_rounds import Tally
from tests import make
from tests.make import NOW
from tests.people import Region, person_id

WORDS = {"Geen tijd meer": ["Geen tijd meer", "No time left"], "Pathologie ontbreekt": ["Pathologie ontbreekt"]}
HELD = NOW - timedelta(days=7)
"""A Monday afternoon."""
LATER = NOW + timedelta(days=60)


def figures(session: Session, board: Board, year: int = 2026, *, now: datetime = LATER) -> Year:
    return year_figures.of_board(session, board, year, words=WORDS, now=now)


@pytest.fixture
def held(session: Session, uro: Board) -> Meeting:
    """Opened a week ago."""
    return make.meeting(session, uro, starts_at=HELD, opened_at=HELD)


def discussed(session: Session, region: Region, meeting: Meeting, house: str = "ZEED", *, waited: int = 5) -> Round:
    """A case that was referred so many days before its meeting."""
    case = make.case(
        session, session.get_one(Hospital, region.hospitals[house]), now=meeting.starts_at - timedelta(days=waited),
        board_id=meeting.board_id,
    )  # fmt: skip
    round_ = make.planned(session, case, meeting, viewer=region.aisha, now=meeting.starts_at)
    return make.discussed(session, round_, viewer=region.bram, now=meeting.starts_at)


def ended(session: Session, region: Region, meeting: Meeting, outcome: RoundOutcome, why: str = "") -> Round:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=HELD, board_id=meeting.board_id)
    round_ = make.planned(session, case, meeting, viewer=region.aisha, now=HELD)
    board = session.get_one(Board, meeting.board_id)
    outcomes.set_outcome(session, round_, case, outcome, reason=why, board=board, viewer=region.bram, now=HELD)
    return round_


def letter(session: Session, region: Region, round_: Round, *, signed_at: datetime, **given: object) -> Delivery:
    delivery = make.delivery_of(session, make.signed(session, round_, viewer=region.bram, now=signed_at))
    for name, value in given.items():
        setattr(delivery, name, value)
    session.flush()
    return delivery


def test_every_way_of_ending_is_counted_by_meeting_by_hospital_and_whole(
    session: Session, region: Region, uro: Board, held: Meeting
) -> None:
    discussed(session, region, held)
    discussed(session, region, held, "DELT")
    ended(session, region, held, RoundOutcome.LISTED)
    for why in ("No time left", "Geen tijd meer", "Mevrouw Proefpersoon is op vakantie"):
        ended(session, region, held, RoundOutcome.DEFERRED, why)
    ended(session, region, held, RoundOutcome.REDIRECTED, "Lage GI")
    ended(session, region, held, RoundOutcome.WITHDRAWN, "Dubbel aangemeld")

    found = figures(session, uro)

    assert found.whole[:8] == (8, 2, 1, 3, 1, 1, 0, 0)
    assert [one.tally for one in found.meetings if one.id == held.id] == [found.whole]
    assert [tally.on_agenda for _, tally in found.hospitals] == [1, 7]
    assert found.reasons == {"Geen tijd meer": 2, "Pathologie ontbreekt": 0, OTHER: 1}, "what was typed stays where it is"


def test_days_are_dutch_days_and_a_second_discussion_is_counted_as_one_and_not_as_a_wait(
    session: Session, region: Region, uro: Board, held: Meeting
) -> None:
    first, other = discussed(session, region, held, waited=5), discussed(session, region, held, waited=10)
    letter(session, region, first, signed_at=HELD.replace(hour=23, minute=30))  # half past midnight, the next day in Amsterdam
    make.corrected(session, first, viewer=region.bram, now=HELD + timedelta(days=3))  # signed anew, not later
    other_case = session.get_one(Case, other.case_id)
    other_case.state = CaseState.READY
    again = make.meeting(session, uro, starts_at=NOW, opened_at=NOW)
    make.discussed(session, make.planned(session, other_case, again, viewer=region.aisha), viewer=region.bram)

    whole = figures(session, uro).whole

    assert (whole.discussed, whole.again) == (3, 1)
    assert (whole.referral_days, whole.referral_counted) == (7.5, 2)
    assert (whole.signing_days, whole.signing_counted) == (1.0, 1)


def test_a_letter_is_in_time_by_the_term_of_its_board_and_counts_once_it_came_or_is_late(
    session: Session, region: Region, uro: Board, held: Meeting
) -> None:
    friday = datetime(2026, 2, 27, 12, tzinfo=UTC)
    received = DeliveryState.RECEIVED
    for given in (
        {"state": received, "received_at": friday + timedelta(hours=2)},
        {"state": received, "received_at": friday + timedelta(hours=3)},
        {"state": received, "received_at": friday + timedelta(hours=6)},  # four hours is the term
        {"state": received, "received_at": friday + timedelta(days=5, hours=-1), "channel": Channel.PAPER},  # three working days
        {"state": received, "received_at": friday + timedelta(days=5, hours=1), "channel": Channel.PAPER},
        {"state": DeliveryState.SENT},  # late from four o'clock
        {"state": DeliveryState.CANCELLED},
    ):
        letter(session, region, discussed(session, region, held), signed_at=friday, **given)

    whole = figures(session, uro).whole
    early = figures(session, uro, now=friday + timedelta(hours=3)).whole

    assert (whole.in_time, whole.in_time_counted, whole.in_time_percent) == (3, 6, 50)
    assert (whole.receipt_hours, whole.receipt_counted) == (6.0, 5)
    assert early.in_time_counted == 5, "what is on its way within the term says nothing yet"


def test_a_meeting_is_quorate_by_who_came_and_an_observer_fills_no_place(
    session: Session, region: Region, uro: Board, held: Meeting
) -> None:
    uro.quorum = [{"one_of": ["uroloog"]}, {"one_of": ["radioloog"]}]
    session.get_one(Meeting, region.meeting).state = MeetingState.CALLED_OFF
    full = make.meeting(session, uro, starts_at=NOW, opened_at=NOW)
    make.meeting(session, uro, starts_at=NOW + timedelta(days=7))
    session.add(BoardMembership(person_id=person_id("Dirk"), board_id=uro.id, role=Role.OBSERVER))
    for meeting, people in ((held, (region.bram, region.bilal, region.dirk)), (full, (region.bram, region.mila))):
        for one in people:
            presence.enter(session, meeting.id, one, now=meeting.starts_at)
    presence.enter(session, held.id, region.mila, now=held.starts_at - timedelta(days=1))  # read up, and did not come

    found = figures(session, uro)

    assert (found.held, found.quorate, found.called_off, found.not_opened) == (2, 1, 1, 1)
    assert [(one.people, one.missing) for one in found.meetings if one.is_held] == [(2, ("radioloog",)), (2, ())]
    assert found.places == {"uroloog": 2, "radioloog": 1}
    assert found.disciplines == {"radioloog": 1, "uroloog": 2}


def test_hours_are_of_who_was_there_between_opening_and_closing_without_the_time_somebody_was_away(
    session: Session, region: Region, uro: Board, held: Meeting
) -> None:
    """Bram an hour and a half, away for twenty minutes of it; Mila since before it was opened; Dirk watches, and Bilal came too late."""
    session.add(BoardMembership(person_id=person_id("Dirk"), board_id=uro.id, role=Role.OBSERVER))
    minute = timedelta(minutes=1)
    for one, since, until in ((region.mila, -10, 60), (region.dirk, 0, 60), (region.bram, 0, 30), (region.bilal, 300, 310)):
        presence.enter(session, held.id, one, now=HELD + since * minute)
        presence.still_here(session, [(held.id, one.person_id)], now=HELD + until * minute)
    back = 50 * minute + presence.GONE_AFTER
    presence.enter(session, held.id, region.bram, now=HELD + back)
    presence.still_here(session, [(held.id, region.bram.person_id)], now=HELD + 200 * minute)
    held.state, held.closed_at = MeetingState.CLOSED, HELD + 90 * minute

    found = figures(session, uro)

    assert [(one.hospital, one.attendances, one.minutes) for one in found.hours] == [
        (session.get_one(Hospital, region.hospitals["DELT"]).name, 2, 60 + 70)
    ]


def test_a_year_begins_at_midnight_in_amsterdam_and_a_meeting_to_come_does_not_count(session: Session, uro: Board) -> None:
    eve = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # half past midnight of New Year's Day in Amsterdam
    make.meeting(session, uro, starts_at=eve)

    assert [one.on for one in figures(session, uro, 2027, now=eve).meetings] == [date(2027, 1, 1)]
    assert date(2027, 1, 1) not in [one.on for one in figures(session, uro, now=eve).meetings]
    assert figures(session, uro, 2027, now=eve - timedelta(minutes=1)).meetings == []
    assert year_figures.years(session, uro.id, now=eve) == [2027, 2026]


def test_patients_who_object_and_cases_of_another_board_do_not_count(
    session: Session, region: Region, uro: Board, held: Meeting
) -> None:
    session.get_one(Case, discussed(session, region, held).case_id).objected = True
    session.get_one(Case, discussed(session, region, held).case_id).board_id = region.boards["GI"]

    deferred = ended(session, region, held, RoundOutcome.DEFERRED, "Geen tijd meer")
    session.get_one(Case, deferred.case_id).board_id = region.boards["GI"]

    found = figures(session, uro)

    assert (found.whole, list(found.hospitals), sum(found.reasons.values())) == (Tally(), [], 0)
