"""What people do with that patient, on their pages and in the room. What each is told: the status of the answer."""

from __future__ import annotations

import io
import re
import uuid
from datetime import UTC, datetime
from typing import Any

from pycrdt import Doc, Text
from sqlalchemy import select

from mdo_portal.database import once_more
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.people import BoardMembership
from mdo_portal.domain.policy import Act
from mdo_portal.services.common import access
from mdo_portal.services.room import conclusions, rooms
from tests.pairs.halting import beforehand
from tests.pairs.house import House
from tests.pairs.world import World
from tests.people import PASSWORD, person_id

NOTE: Doc[Any] = Doc()
NOTE[conclusions.TEXT] = Text()
_EMPTY = NOTE.get_state()
NOTE[conclusions.TEXT] += "Een zin erbij. "
UPDATE = NOTE.get_update(_EMPTY)


def signs(house: House, world: World, who: str = "Bram") -> object:
    fields = {"seen": world.seen[who], "password": PASSWORD}
    return house.post(who, f"/rounds/{world.rounds['table']}/sign", **fields)


def withdraws_advice(house: House, world: World) -> object:
    fields = {"seen": world.seen_withdrawal, "password": PASSWORD, "reason": "verkeerde patiënt", "then": "closed"}
    return house.post("Bram", f"/rounds/{world.rounds['signed']}/withdrawal", **fields)


def corrects(house: House, world: World) -> object:
    return house.post("Bram", f"/rounds/{world.rounds['signed']}/correct")


def ends(house: House, world: World, name: str, outcome: str) -> object:
    path = f"/meetings/{world.meeting_id}/room/outcome/{world.rounds[name]}"
    return house.post("Bilal", path, outcome=outcome, reason="tijd")


def leads(house: House, world: World, what: str) -> object:
    return house.post("Bram", f"/meetings/{world.meeting_id}/room/{what}", on="")


def shows(house: House, world: World) -> object:
    return house.post("Bram", f"/meetings/{world.meeting_id}/room/show/{world.rounds['agenda']}")


def plans(house: House, world: World, name: str, meeting_id: uuid.UUID) -> object:
    return house.post("Aisha", f"/cases/{world.cases[name]}/plan", meeting_id=str(meeting_id), late_reason="spoed")


def takes_off(house: House, world: World) -> object:
    return house.post("Aisha", f"/cases/{world.cases['agenda']}/unplan", meeting_id=str(world.meeting_id))


def moves_on(house: House, world: World) -> object:
    """All that the meeting did not come to goes to the next."""
    with beforehand(), house.database.transaction() as session:
        rooms.close_meeting(
            session, session.get_one(Meeting, world.meeting_id, with_for_update=True), now=datetime.now(UTC), said=None
        )
    fields = {"round": str(world.rounds["agenda"]), "into": str(world.later_id), "reason": "tijd"}
    return house.post("Bilal", f"/meetings/{world.meeting_id}/undecided", **fields)


def withdraws(house: House, world: World, name: str) -> object:
    return house.post("Dirk", f"/cases/{world.cases[name]}/withdraw", reason="overleden")


def reopens(house: House, world: World) -> object:
    return house.post("Dirk", f"/cases/{world.cases['old']}/reopen", reason="toch nog een vraag")


def ends_a_role(house: House, world: World, who: str) -> object:
    """Whose turn it is may be acting on a page that they opened before."""
    with beforehand(), house.database.transaction() as session:
        held = BoardMembership.person_id == person_id(who), BoardMembership.board_id == world.region.boards["URO-P"]
        role = session.scalars(select(BoardMembership.id).where(*held).limit(1)).one()
    return house.post("Ada", f"/people/roles/board/{role}/end")


def changes_the_link(house: House, world: World) -> object:
    """Where letters go from now on."""
    with beforehand():
        page = f"/links/{world.region.hospitals['ZEED']}/settings"
        seen = re.search(r'name="seen" value="([^"]+)"', house.clients["Ada"].get(page).text)
    fields = {
        "seen": seen[1] if seen else "",
        "profile_in": "hix",
        "sending_applications": "ZEED-EPD",
        "name": f"Zeeduyn {uuid.uuid4().hex[:8]}",
    }
    return house.post("Ada", page, **fields)


def answers(house: House, world: World) -> object:
    return house.post("Dirk", f"/cases/{world.cases['waits']}/answer/{world.question_id}", text="Ja.")


def asks(house: House, world: World) -> object:
    return house.post("Aisha", f"/cases/{world.cases['waits']}/ask", text="En de PSA?")


def adds_a_document(house: House, world: World) -> object:
    return house.post("Dirk", f"/cases/{world.cases['table']}/documents", file=(io.BytesIO(b"%PDF-1.7 invented"), "brief.pdf"))


def objects(house: House, world: World) -> object:
    return house.post("Dirk", f"/cases/{world.cases['table']}/objection/record")


def breaks_the_glass(house: House, world: World) -> object:
    fields = {"hospital_id": str(world.region.hospitals["ZEED"]), "number": world.number, "birth_on": "01-01-1960"}
    return house.post("Carla", "/glass", reason="De patiënt ligt op de spoedeisende hulp.", **fields)


def holds(house: House, world: World) -> object:
    return house.post("Petra", f"/retention/cases/{world.cases['table']}/hold", reason="klacht", whole_patient="1")


def destroys_on_request(house: House, world: World) -> object:
    """A second person judges what a patient asked of a case that is over."""
    return house.post("Petra", f"/destruction/{world.request_id}/approve")


def confirms(house: House, world: World) -> object:
    return house.post("Dirk", f"/deliveries/{world.delivery_id}/confirm")


def puts_on_paper(house: House, world: World) -> object:
    return house.post("Aisha", f"/deliveries/{world.delivery_id}/paper")


def recommends(house: House, world: World) -> object:
    return house.post("Bilal", f"/meetings/{world.meeting_id}/room/advice/{world.rounds['table']}")


def types(house: House, world: World) -> object:
    """As the live line stores it."""

    def stored() -> int:
        with house.database.transaction() as session:
            _, round_ = conclusions.round_of(session, world.note_id)
            now = datetime.now(UTC)
            access.case_for(session, world.region.bram, Act.NOTE_WRITE, round_.case_id, now=now)
            return conclusions.add_update(session, world.note_id, UPDATE, person_id=world.region.bram.person_id, now=now)

    once_more(stored)
    return "saved"
