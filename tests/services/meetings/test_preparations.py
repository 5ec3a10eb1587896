"""What a member found before the meeting stands with the case, is changed until the discussion ended, and is never lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.preparation import LONGEST, Preparation
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import IllegalMove, Stale
from mdo_portal.services.cases import cases
from mdo_portal.services.meetings import meetings, preparation_rows, preparations
from mdo_portal.services.referrals import case_acts
from mdo_portal.services.room import rooms
from tests import make
from tests.make import NOW
from tests.people import Region

HOUR = timedelta(hours=1)


@pytest.fixture
def case(session: Session, zeed: Hospital) -> Case:
    return make.case(session, zeed)


@pytest.fixture
def round_(session: Session, region: Region, case: Case, meeting: Meeting) -> Round:
    return make.planned(session, case, meeting, viewer=region.aisha)


def write(session: Session, case: Case, viewer: Viewer, text: str, *, hours: int = 0) -> None:
    """As from a page that shows what they wrote before."""
    mine = next((one for one in preparation_rows.of_case(session, case.id) if one.person_id == viewer.person_id), None)
    preparations.write(session, case, text, seen=str(mine.id) if mine else "", viewer=viewer, now=NOW + hours * HOUR)


def test_it_says_who_found_it_as_what_and_when(
    session: Session, region: Region, case: Case, round_: Round, meeting: Meeting
) -> None:
    write(session, case, region.mila, " PI-RADS 5 links, geen kapseldoorgroei. ")
    write(session, case, region.bram, "Blaas leeg.")

    found = preparation_rows.of_case(session, case.id)

    assert [(one.name, one.discipline, one.text, one.written_at, one.column) for one in found if one.name == "Mila"] == [
        ("Mila", "radioloog", "PI-RADS 5 links, geen kapseldoorgroei.", NOW, "imaging")
    ]
    assert [one.column for one in found if one.name == "Bram"] == [None]
    assert list(meetings.agenda(session, meeting.id)[0].prepared) == ["radioloog", "uroloog"]


def test_a_later_text_takes_its_place_an_empty_one_takes_it_away_and_all_of_them_are_kept(
    session: Session, region: Region, case: Case
) -> None:
    write(session, case, region.mila, "PI-RADS 4.")
    write(session, case, region.mila, "PI-RADS 5.", hours=1)
    write(session, case, region.mila, "", hours=2)

    kept = session.execute(select(Preparation.text, Preparation.replaced_at).order_by(Preparation.written_at)).all()
    assert [tuple(one) for one in kept] == [("PI-RADS 4.", NOW + HOUR), ("PI-RADS 5.", NOW + 2 * HOUR)]
    assert preparation_rows.of_case(session, case.id) == []


def test_the_same_text_again_changes_nothing(session: Session, region: Region, case: Case) -> None:
    write(session, case, region.mila, "PI-RADS 4.")
    before = case.revision

    write(session, case, region.mila, "PI-RADS 4.", hours=1)

    assert [one.written_at for one in preparation_rows.of_case(session, case.id)] == [NOW]
    assert case.revision == before


def test_what_was_written_in_another_window_is_not_overwritten(session: Session, region: Region, case: Case) -> None:
    write(session, case, region.mila, "PI-RADS 4.")

    with pytest.raises(Stale):
        preparations.write(session, case, "PI-RADS 2.", seen="", viewer=region.mila, now=NOW + HOUR)
    with pytest.raises(IllegalMove, match="te lang"):
        write(session, case, region.mila, "x" * (LONGEST + 1))

    assert [one.text for one in preparation_rows.of_case(session, case.id)] == ["PI-RADS 4."]


def test_once_it_was_discussed_it_does_not_change_and_for_the_next_discussion_it_stands_as_one_of_before(
    session: Session, region: Region, case: Case, round_: Round, meeting: Meeting
) -> None:
    write(session, case, region.mila, "PI-RADS 4.")
    rooms.open_meeting(session, meeting, now=NOW + HOUR)
    make.discussed(session, round_, viewer=region.bram, now=NOW + 2 * HOUR)
    with pytest.raises(IllegalMove, match="al besproken"):
        write(session, case, region.bram, "Toch anders.", hours=3)
    make.signed(session, round_, viewer=region.bram, now=NOW + 3 * HOUR)
    case_acts.reopen(session, case, "nieuwe PET", viewer=region.aisha, now=NOW + 4 * HOUR)

    write(session, case, region.bram, "PET zonder metastasen.", hours=5)

    view = cases.view(session, case)
    assert [[one.text for one in part] for part in view.prepared_for(1)] == [["PI-RADS 4.", "PET zonder metastasen."], []]
    assert [[one.text for one in part] for part in view.prepared_for(2)] == [["PET zonder metastasen."], ["PI-RADS 4."]]
