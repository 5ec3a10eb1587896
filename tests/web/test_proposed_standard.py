"""A referrer says on the form by which protocol a case need not be discussed; the agenda and the room tell it, and the chair decides."""

from __future__ import annotations

from flask import Flask

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Section, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.referrals import referrals
from mdo_portal.web import registration
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.web.coming_meeting import address, app
from tests.web.portal import signed_in

__all__ = ["address", "app"]
FORM = {
    "local_number": "123", "family": "Wit", "birth_on": "01-02-1950", "question_board": "Akkoord?", "board_id": "x",
    "protocol": " Laag risico, actieve surveillance ",
}  # fmt: skip


def test_the_form_tells_it_as_the_referrers_own_words_and_nothing_where_it_is_empty() -> None:
    told = registration.referral(FORM, (), number="1").facts
    silent = registration.referral(FORM | {"protocol": " "}, (), number="1").facts

    assert [(one.section, one.label, one.text) for one in told] == [
        (Section.FORM, "Hamerstuk voorgesteld", "Laag risico, actieve surveillance")
    ]
    assert silent == ()


def test_the_agenda_and_the_room_tell_it_and_the_case_is_planned_like_any_other(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    with database.transaction() as session:
        zeed, meeting = session.get_one(Hospital, region.hospitals["ZEED"]), session.get_one(Meeting, region.meeting)
        referral = registration.referral(FORM, (), number="WF-9")
        board = region.boards["URO-P"]
        case = referrals.register(session, referral, Source(zeed, NOW, Wire.FORM), board_id=board)
        round_id = make.planned(session, case, meeting, viewer=region.aisha).id
        assert case.state is CaseState.SCHEDULED
    bram = signed_in(app, database, region, "Bram")

    agenda, room = bram.get(address).text, bram.get(f"{address}/room?round={round_id}").text

    assert agenda.count("Hamerstuk voorgesteld") == 1 and "Laag risico, actieve surveillance" in agenda
    assert "de voorzitter beslist" in room and "Laag risico, actieve surveillance" in room
