"""Who is who in the tests, and the small region they work in.

Aisha is the secretary and Bram the chair of Uro-prostaat, Bilal its second chair and Mila a member; they work in DELT. Dirk refers
from ZEED. Carla works elsewhere (specialist in KREE, secretary and chair of Lage GI): of ZEED's patients she must see nothing.
Her own case in her own meeting is the noise that every query must leave out.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Board
from mdo_portal.domain.hospital import Channel, Level
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.links import hospitals
from mdo_portal.services.links.hospitals import LinkRow
from mdo_portal.services.people import passwords, sessions
from tests import make

PASSWORD = "duin-en-delta"

#: name -> (discipline, hospital, roles there, roles on boards)
PEOPLE: Mapping[str, tuple[str, str, list[Role], dict[str, list[Role]]]] = {
    "Aisha": ("mdo-coördinator", "DELT", [Role.SECRETARY], {"URO-P": [Role.SECRETARY]}),
    "Bram": ("uroloog", "DELT", [Role.SPECIALIST], {"URO-P": [Role.CHAIR]}),
    "Bilal": ("uroloog", "DELT", [Role.SPECIALIST], {"URO-P": [Role.CHAIR]}),
    "Mila": ("radioloog", "DELT", [Role.SPECIALIST], {"URO-P": [Role.MEMBER]}),
    "Carla": ("chirurg", "KREE", [Role.SPECIALIST], {"GI": [Role.SECRETARY, Role.CHAIR]}),
    "Dirk": ("uroloog", "ZEED", [Role.SPECIALIST], {}),
    "Lars": ("", "ZEED", [Role.LINK_MANAGER], {}),
    "Petra": ("", "ZEED", [Role.PRIVACY_OFFICER], {}),
    "Ada": ("", "DELT", [Role.ADMINISTRATOR], {}),
}


@dataclass(frozen=True, repr=False)
class Region:
    """The ids and viewers of the template every test database is copied from."""

    hospitals: Mapping[str, uuid.UUID]
    boards: Mapping[str, uuid.UUID]
    links: Mapping[str, LinkRow]
    meeting: uuid.UUID  #: Uro-prostaat, in two days
    other_meeting: uuid.UUID  #: Lage GI, in three days
    other_case: uuid.UUID  #: Carla's own case, on the agenda of her own meeting
    viewers: Mapping[str, Viewer]

    def __getattr__(self, name: str) -> Viewer:
        """`region.aisha`."""
        try:
            return self.viewers[name.capitalize()]
        except KeyError:
            raise AttributeError(name) from None


def fill(database: Database) -> Region:
    """Put the small region in an empty database."""
    password_hash = passwords.hash_password(PASSWORD)
    with database.transaction() as session:
        zeed, delt, odul, kree = (make.hospital(session, code) for code in ("ZEED", "DELT", "ODUL", "KREE"))
        make.link(session, zeed)
        make.link(session, delt, level=Level.FHIR, channel_out=Channel.FHIR, profile_out="generic-r4", profile_in="generic-r4")
        make.link(session, kree)
        uro = make.board(session, "URO-P", [zeed, delt, odul], name="Uro-prostaat")
        gi = make.board(session, "GI", [kree, delt], name="Lage GI")
        meeting, other_meeting = make.meeting(session, uro), make.meeting(session, gi, starts_at=make.NOW + timedelta(days=3))
        houses = {one.code: one.id for one in (zeed, delt, odul, kree)}
        boards = {one.code: one.id for one in (uro, gi)}
        for name in PEOPLE:
            _person(session, name, houses, boards, password_hash)
        viewers = {name: viewer(session, name, houses) for name in PEOPLE}
        other = make.case(session, kree, board_hint="Lage GI")
        make.planned(session, other, other_meeting, viewer=viewers["Carla"])
        links = {row.hospital_code: row for row in hospitals.links(session)}
        return Region(houses, boards, links, meeting.id, other_meeting.id, other.id, viewers)


def _person(
    session: Session, name: str, houses: Mapping[str, uuid.UUID], boards: Mapping[str, uuid.UUID], password_hash: str
) -> None:
    discipline, house, roles, board_roles = PEOPLE[name]
    person = Person(
        id=person_id(name), name=name, email=f"{name.lower()}@example.nl", discipline=discipline, password_hash=password_hash
    )
    session.add(person)
    session.flush()
    session.add_all(Membership(person_id=person.id, hospital_id=houses[house], role=role) for role in roles)
    session.add_all(
        BoardMembership(person_id=person.id, board_id=boards[code], role=role)
        for code, given in board_roles.items()
        for role in given
    )
    session.flush()


def person_id(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.example.nl")


def viewer(session: Session, name: str, houses: Mapping[str, uuid.UUID]) -> Viewer:
    """Who this is to the portal: signed in through the front door, as the pages do."""
    key = sessions.start_session(session, person_id(name), houses[PEOPLE[name][1]], proof=make.PROOF, now=make.NOW)
    session.flush()
    found = sessions.signed_in(session, key, now=make.NOW, client_address="127.0.0.1")
    assert found is not None
    return found.viewer


def board_of(session: Session, region: Region, code: str = "URO-P") -> Board:
    return session.get_one(Board, region.boards[code])
