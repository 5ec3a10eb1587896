"""A patient who is in two hospitals: who leads the board reads of both on each, and the hospitals read nothing of each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.referrals import case_acts
from tests import make
from tests.make import BSN
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in


def test_who_leads_the_board_is_told_of_both_and_a_hospital_of_its_own_only(database: Database, region: Region) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        zeed, delt = (session.get_one(Hospital, region.hospitals[code]) for code in ("ZEED", "DELT"))
        ours, theirs = (make.case(session, one, patient=make.identity(bsn=BSN), now=now) for one in (zeed, delt))
        for one in (ours, theirs):
            make.planned(session, one, meeting, viewer=region.aisha, now=now)
        here, there = f"/cases/{ours.id}", f"/cases/{theirs.id}"

    with app_on(database) as app:
        aisha, dirk, bram = (signed_in(app, database, region, name) for name in ("Aisha", "Dirk", "Bram"))
        bram.post(f"/meetings/{region.meeting}/room/open", data={"csrf_token": CSRF})
        beside = f"/worklist/brief?case={ours.id}"
        room = f"/meetings/{region.meeting}/room"

        assert [there in aisha.get(page).text for page in (here, beside)] == [True, True]
        assert "Andere casussen van deze patiënt" in bram.get(room).text
        assert aisha.get(f"/meetings/{region.meeting}").text.count("staat vaker op deze agenda") == 2
        assert [there in dirk.get(page).text for page in (here, beside)] == [False, False]
        marks = {who: client.get("/worklist").text.count("ook open: ") for who, client in (("Aisha", aisha), ("Dirk", dirk))}
        assert marks == {"Aisha": 4, "Dirk": 0}, "at both lines, to point at and to hear; the hospital knows of no other"


def test_of_a_patient_with_many_cases_the_case_itself_stays_on_the_first_screen(database: Database, region: Region) -> None:
    """Fourteen others, each with a warning, stood above the columns. What is open comes before what is over, and all are there."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        whose, board = make.identity("4711"), region.boards["URO-P"]
        made = [make.case(session, zeed, patient=whose, now=now - timedelta(days=n), board_id=board) for n in range(15)]
        for over in made[1:12]:
            case_acts.withdraw(session, over, "dubbel", viewer=region.aisha, now=now)
        ids = [str(one.id) for one in made]

    with app_on(database) as app:
        page = signed_in(app, database, region, "Aisha").get(f"/cases/{ids[0]}").text

    before, folded = page.split('id="more-others"')
    assert [one for one in ids[1:] if f'/cases/{one}"' in before] == ids[12:], (
        "the three that are open, though they are the oldest"
    )
    assert all(f'/cases/{one}"' in folded for one in ids[1:12])
    assert "Nog 11 casussen" in folded and "0 nog open" in folded
