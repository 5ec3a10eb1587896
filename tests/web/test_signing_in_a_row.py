"""A chair who signs a whole meeting after it: from each advice to the next, and that all of it is done."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.domain.round import Round
from mdo_portal.services.decisions import decisions
from tests import make
from tests.people import person_id
from tests.web.decision_desk import MINUTE, Desk
from tests.web.test_decision_forms import WITHDRAWN, desk

__all__ = ["desk"]
NEXT = re.compile(r'class="btn btn-primary" href="/rounds/([^/]+)/sign" data-hotkey="n"')


def another(session: Session, desk: Desk, *, text: str = "Operatie.") -> uuid.UUID:
    """One more of this meeting that was discussed, in the order in which they are made."""
    region = desk.region
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=desk.now, board_id=region.boards["URO-P"])
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha, now=desk.now)
    return make.discussed(session, round_, viewer=region.bram, now=desk.now + 5 * MINUTE, text=text).id


def held(session: Session, desk: Desk, state: MeetingState = MeetingState.CLOSED) -> None:
    session.get_one(Meeting, desk.region.meeting).state = state


def test_after_signing_the_chair_goes_on_to_the_next_that_waits(desk: Desk) -> None:
    """They went back to the meeting after each, and looked for the next there: forty times in a long meeting."""
    with desk.database.transaction() as session:
        waiting = [another(session, desk) for _ in range(2)]
        held(session, desk)

    page = desk.page(desk.at("signed"))

    assert NEXT.findall(page) == [str(waiting[0])]
    assert "Volgende tekenen (nog 2)" in page


def test_what_was_passed_over_comes_after_the_last_of_the_agenda(desk: Desk) -> None:
    with desk.database.transaction() as session:
        passed_over, last = another(session, desk), another(session, desk)
        make.signed(session, session.get_one(Round, last), viewer=desk.region.bram, now=desk.now + 7 * MINUTE)
        held(session, desk)

    page = desk.page(f"/rounds/{last}/signed")

    assert NEXT.findall(page) == [str(passed_over)]
    assert "Volgende tekenen (nog 1)" in page


def test_when_nothing_waits_any_more_the_page_says_so(desk: Desk) -> None:
    with desk.database.transaction() as session:
        held(session, desk)

    page = desk.page(desk.at("signed"))

    assert "Alles van deze vergadering is getekend." in page
    assert not NEXT.findall(page)


def test_a_revision_that_waits_is_signed_in_the_row_too(desk: Desk) -> None:
    """*Alles van deze vergadering is getekend* stood there, and the text that a colleague was to get stayed unsigned."""
    with desk.database.transaction() as session:
        revised, first = another(session, desk), another(session, desk)
        again = session.get_one(Round, revised)
        make.signed(session, again, viewer=desk.region.bram, now=desk.now + 7 * MINUTE)
        decisions.start_correction(session, again, session.get_one(Case, again.case_id))
        held(session, desk)

    page = desk.page(desk.at("signed"))

    assert NEXT.findall(page) == [str(revised)]
    assert "Volgende tekenen (nog 2)" in page
    assert NEXT.findall(desk.page(f"/rounds/{revised}/signed")) == [str(first)], "from the revised one to what is left"
    assert re.search(r'name="reason"[^>]*data-hotkey="s"', desk.page(f"/rounds/{revised}/sign")), (
        "its key leads to the reason first"
    )


def test_a_revision_of_what_was_withdrawn_waits_for_no_signature(desk: Desk) -> None:
    with desk.database.transaction() as session:
        other = another(session, desk)
        make.signed(session, session.get_one(Round, other), viewer=desk.region.bram, now=desk.now + 7 * MINUTE)
        decisions.start_correction(session, session.get_one(Round, desk.round_id), session.get_one(Case, desk.case_id))
        held(session, desk)
    assert NEXT.findall(desk.page(f"/rounds/{other}/signed")) == [str(desk.round_id)]

    assert desk.sign("withdrawal", **WITHDRAWN).status_code == 303

    assert "Alles van deze vergadering is getekend." in desk.page(f"/rounds/{other}/signed")


def test_what_cannot_be_signed_yet_is_passed_over(desk: Desk) -> None:
    """A conclusion that was left empty held up the row: back to the list, and look for the next there."""
    with desk.database.transaction() as session:
        empty, filled = another(session, desk, text=""), another(session, desk)
        held(session, desk)

    page = desk.page(f"/rounds/{empty}/sign")

    assert "Dit moet eerst" in page
    assert re.findall(r'href="/rounds/([^/]+)/sign" data-hotkey="n"', page) == [str(filled)]
    assert "Overslaan: volgende tekenen (nog 1)" in page
    assert "Overslaan" not in desk.page(f"/rounds/{filled}/sign"), "what can be signed is not passed over"


def test_while_the_meeting_goes_on_one_goes_back_to_it(desk: Desk) -> None:
    with desk.database.transaction() as session:
        another(session, desk)
        held(session, desk, MeetingState.OPEN)

    page = desk.page(desk.at("signed"))

    assert not NEXT.findall(page)
    assert "Alles van deze vergadering is getekend." not in page


def test_whose_patient_objects_by_now_is_no_next(desk: Desk) -> None:
    with desk.database.transaction() as session:
        case_id = session.get_one(Round, another(session, desk)).case_id
        session.get_one(Case, case_id).objected = True
        held(session, desk)

    assert not NEXT.findall(desk.page(desk.at("signed")))


def test_who_leads_both_boards_is_led_on_from_a_case_that_went_to_the_other(desk: Desk) -> None:
    """The page said that all of the meeting was signed, of a meeting of which one waited."""
    with desk.database.transaction() as session:
        waits = another(session, desk)
        session.get_one(Case, desk.case_id).board_id = desk.region.boards["GI"]
        session.add(BoardMembership(person_id=person_id("Bram"), board_id=desk.region.boards["GI"], role=Role.CHAIR))
        held(session, desk)

    assert NEXT.findall(desk.page(desk.at("signed"))) == [str(waits)]


@pytest.mark.parametrize("by", ["Aisha", "Mila"])
def test_who_may_not_sign_is_led_to_no_signature(desk: Desk, by: str) -> None:
    with desk.database.transaction() as session:
        another(session, desk)
        held(session, desk)

    page = desk.page(desk.at("signed"), by=by)

    assert "Volgende tekenen" not in page and "is getekend." not in page


def test_in_the_meeting_that_is_over_the_key_of_signing_leads_to_the_first_that_waits(desk: Desk) -> None:
    """Toetsen named it, and nothing bore it there."""
    with desk.database.transaction() as session:
        first, _ = another(session, desk), another(session, desk)
        held(session, desk)

    page = desk.page(f"/meetings/{desk.region.meeting}/room")

    assert re.findall(r'href="/rounds/([^/]+)/sign" data-hotkey="s"', page) == [str(first)]
