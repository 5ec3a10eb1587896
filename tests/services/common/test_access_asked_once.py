"""A page with twenty buttons asks once whether its case is on an agenda of the reader's board."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.services.common import access
from mdo_portal.web.case_page import BUTTONS
from tests import make
from tests.make import NOW
from tests.people import Region


@pytest.fixture
def on_agenda(session: Session, region: Region, zeed: Hospital, meeting: Meeting) -> Case:
    made = make.case(session, zeed, board_id=meeting.board_id)
    make.planned(session, made, meeting, viewer=region.aisha)
    session.flush()
    return made


@pytest.mark.parametrize("later", [timedelta(), timedelta(days=900)])
@pytest.mark.parametrize("who", ["aisha", "bram", "dirk", "carla", "mila", "petra"])
def test_what_is_said_of_all_buttons_is_what_is_said_of_each(
    session: Session, region: Region, on_agenda: Case, who: str, later: timedelta
) -> None:
    viewer, now = getattr(region, who), NOW + later

    together = access.may_each(session, viewer, BUTTONS, on_agenda, now=now)

    assert together == {act: access.may(session, viewer, act, on_agenda, now=now) for act in BUTTONS}


def test_the_agenda_is_asked_for_once(session: Session, region: Region, on_agenda: Case) -> None:
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *call: asked.append(call[2]))

    may = access.may_each(session, region.mila, BUTTONS, on_agenda, now=NOW)
    one_page, asked[:] = len(asked), []
    access.case_for(session, region.mila, Act.DOCUMENT_READ, on_agenda.id, now=NOW)

    assert any(may.values()) and one_page == 1
    assert len([one for one in asked if "rounds" in one]) == 1
