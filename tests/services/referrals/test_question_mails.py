"""A question that waits, or the answer to one, is told by mail to who should know and has not looked: once, bundled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseLook, InformationRequest
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.domain.question_mail import QuestionMailed
from mdo_portal.services.referrals import question_mails, questions
from tests import make
from tests.people import Region, person_id

MORNING = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)  # a Monday
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
DIRK, AISHA = "dirk@example.nl", "aisha@example.nl"


@pytest.fixture
def case(session: Session, region: Region) -> Case:
    """A referral of ZEED, of which the referrer is Dirk as the portal knows him."""
    made = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=MORNING, board_id=region.boards["URO-P"])
    made.referrer_name = "dirk "
    return made


def ask(session: Session, case: Case, region: Region, *, at: datetime = MORNING) -> InformationRequest:
    questions.ask(session, case, "Is er een recente PSA?", viewer=region.aisha, now=at)
    return session.scalars(select(InformationRequest).order_by(InformationRequest.id.desc())).first()  # type: ignore[return-value]


def answer(session: Session, case: Case, request: InformationRequest, region: Region, *, at: datetime) -> None:
    questions.answer(session, case, request.id, "Ja, van gisteren.", viewer=region.dirk, now=at)


def told(session: Session, at: datetime) -> list[tuple[str, int]]:
    """Who is mailed when a worker looks once, and of how much."""
    found = []
    while (one := question_mails.claim(session, now=at)) is not None:
        found.append((one.email, len(one.things)))
    return found


def looked(session: Session, who: str, case: Case, at: datetime) -> None:
    session.merge(CaseLook(person_id=person_id(who), case_id=case.id, looked_at=at))
    session.flush()


def test_the_referrer_is_told_after_a_quarter_and_once_and_who_asked_of_the_answer(
    session: Session, region: Region, case: Case
) -> None:
    request = ask(session, case, region)
    at_once, later = told(session, MORNING + QUARTER - timedelta(seconds=1)), told(session, MORNING + QUARTER)
    answer(session, case, request, region, at=MORNING + HOUR)

    assert (at_once, later) == ([], [(DIRK, 1)])
    assert told(session, MORNING + HOUR) == []
    assert told(session, MORNING + 5 * HOUR) == [(AISHA, 1)]
    assert told(session, MORNING + DAY) == []


def test_what_is_asked_within_three_hours_is_one_mail_more(session: Session, region: Region, case: Case) -> None:
    ask(session, case, region)
    ask(session, case, region, at=MORNING + timedelta(minutes=5))
    first = told(session, MORNING + HOUR)
    ask(session, case, region, at=MORNING + HOUR)

    assert first == [(DIRK, 2)] and told(session, MORNING + 2 * HOUR) == [] and told(session, MORNING + 4 * HOUR) == [(DIRK, 1)]


def test_who_read_the_case_since_is_not_told(session: Session, region: Region, case: Case) -> None:
    request = ask(session, case, region)
    looked(session, "Dirk", case, MORNING + timedelta(minutes=1))
    answer(session, case, request, region, at=MORNING + HOUR)
    looked(session, "Aisha", case, MORNING + HOUR)  # as it was given: what she saw, it was not

    assert told(session, MORNING + 2 * HOUR) == [(AISHA, 1)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("off", []),
        ("disabled", []),
        ("left", []),
        ("unknown", []),
        ("read", ["dirk@example.nl"]),
        ("manager", ["dirk@example.nl"]),
        ("objected", []),
        ("old", []),
        ("closed", []),
        ("night", []),
    ],
)
def test_a_question_is_told_to_whom_it_may_concern_there_and_to_nobody_else(
    session: Session, region: Region, case: Case, change: str, expected: list[str]
) -> None:
    ask(session, case, region, at=MORNING - 8 * DAY if change == "old" else MORNING)
    dirk, at = session.get_one(Person, person_id("Dirk")), MORNING + HOUR
    if change in ("unknown", "read", "manager"):
        case.referrer_name = "Iemand die het portaal niet kent"
    if change == "read":
        looked(session, "Dirk", case, MORNING - DAY)
        looked(session, "Carla", case, MORNING - DAY)  # of another hospital
    if change == "manager":
        session.execute(update(Membership).where(Membership.person_id == dirk.id).values(role=Role.CASE_MANAGER))
    if change == "left":
        session.execute(update(Membership).where(Membership.person_id == dirk.id).values(ended_at=MORNING))
    dirk.mailed_of_questions = change != "off"
    dirk.disabled_at = MORNING if change == "disabled" else None
    case.objected, case.is_open = change == "objected", change != "closed"
    session.flush()

    assert [email for email, _ in told(session, at + 12 * HOUR if change == "night" else at)] == expected


def test_an_answer_is_told_to_the_coordinator_once_who_asked_leads_the_board_no_more(
    session: Session, region: Region, case: Case
) -> None:
    questions.ask(session, case, "Is er een recente PSA?", viewer=region.bram, now=MORNING)
    request = session.scalars(select(InformationRequest)).one()
    session.execute(update(BoardMembership).where(BoardMembership.person_id == person_id("Bram")).values(role=Role.MEMBER))
    answer(session, case, request, region, at=MORNING + QUARTER)

    assert told(session, MORNING + HOUR) == [(AISHA, 1)]


def test_what_the_mail_server_did_not_take_is_not_told_and_goes_with_its_question(
    session: Session, region: Region, case: Case
) -> None:
    request = ask(session, case, region)
    one = question_mails.claim(session, now=MORNING + HOUR)
    assert one is not None
    question_mails.put_back(session, one)
    assert told(session, MORNING + HOUR) == [(DIRK, 1)]

    session.delete(request)
    session.flush()
    assert session.scalar(select(func.count()).select_from(QuestionMailed)) == 0
