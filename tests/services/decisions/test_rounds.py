"""The conclusion that stands on the page of a case: what is being typed in its newest round, until that is signed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.services.decisions import decisions, rounds
from mdo_portal.services.referrals import case_acts
from mdo_portal.services.room import rooms
from tests import make
from tests.make import NOW
from tests.people import Region, board_of


@pytest.fixture
def case(session: Session, zeed: Hospital) -> Case:
    return make.case(session, zeed)


@pytest.fixture
def round_(session: Session, region: Region, case: Case) -> Round:
    """On in a meeting that is open."""
    meeting = session.get_one(Meeting, region.meeting)
    made = make.planned(session, case, meeting, viewer=region.aisha)
    rooms.open_meeting(session, meeting, now=NOW)
    return made


def advice_of(session: Session, case: Case) -> str:
    return rounds.open_conclusion(session, case).get(NoteSection.ADVICE, "")


def test_it_stands_there_from_the_first_word_until_it_is_signed(
    session: Session, region: Region, case: Case, round_: Round
) -> None:
    assert rounds.open_conclusion(session, case) == {}

    make.typed(session, round_, "Actief volgen.")
    assert advice_of(session, case) == "Actief volgen."

    make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
    assert rounds.open_conclusion(session, case) == {}


def test_of_a_case_that_is_discussed_again_it_is_what_is_typed_now(
    session: Session, region: Region, case: Case, round_: Round
) -> None:
    make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
    later = make.meeting(session, board_of(session, region), starts_at=NOW + timedelta(days=9))
    case_acts.reopen(session, case, "nieuwe vraag", viewer=region.aisha, now=NOW)
    again = make.planned(session, case, later, viewer=region.aisha)
    rooms.open_meeting(session, later, now=NOW)

    make.typed(session, again, "Bestraling.")

    assert advice_of(session, case) == "Bestraling."


def test_whether_a_correction_is_being_written_is_asked_of_what_was_signed(
    session: Session, region: Region, case: Case, round_: Round
) -> None:
    assert not rounds.is_signed(session, case, round_.id)
    make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
    assert rounds.is_signed(session, case, round_.id) and not rounds.is_being_revised(session, round_.id)

    decisions.start_correction(session, round_, case)

    assert rounds.is_signed(session, case, round_.id) and rounds.is_being_revised(session, round_.id)
