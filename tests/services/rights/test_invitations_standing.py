"""A link that invites somebody is good for as long as who made it could make it: they hold it too."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.credentials import Passkey
from mdo_portal.domain.people import TAKES_PART, BoardMembership, Membership, Person, Role
from mdo_portal.errors import NotAllowed
from mdo_portal.services.people import identities, sessions
from mdo_portal.services.rights import colleagues, credentials
from tests import make
from tests.people import Region, person_id

NOW = datetime.now(UTC)


@pytest.fixture
def link(session: Session, region: Region) -> str:
    """Of Aisha, who leads Uro-prostaat, for a newcomer who only takes part there in the name of ZEED."""
    newcomer = Person(name="N. Nieuw", email="nieuw@example.nl")
    session.add(newcomer)
    session.flush()
    session.add(Membership(person_id=newcomer.id, hospital_id=region.hospitals["ZEED"], role=TAKES_PART))
    session.add(BoardMembership(person_id=newcomer.id, board_id=region.boards["URO-P"], role=Role.MEMBER))
    token = credentials.invite(session, newcomer.id, made_by=person_id("Aisha"), now=NOW)
    session.flush()
    return token


def invited(session: Session, token: str) -> uuid.UUID:
    return credentials.invited(session, token, now=NOW).id


def test_what_a_hospital_gave_since_is_not_opened_by_a_secretarys_link(session: Session, region: Region, link: str) -> None:
    """For a week the secretary could take the account, and read that hospital's patients as a specialist."""
    newcomer = invited(session, link)

    session.add(Membership(person_id=newcomer, hospital_id=region.hospitals["ZEED"], role=Role.SPECIALIST))
    session.flush()

    with pytest.raises(credentials.NotInvited):
        credentials.accept(session, link, "vier losse woorden", now=NOW)


@pytest.mark.parametrize("how", ["shut out", "no role there", "left"])
def test_a_link_of_who_left_is_good_no_more(session: Session, link: str, how: str) -> None:
    newcomer = invited(session, link)
    if how == "shut out":
        session.get_one(Person, person_id("Aisha")).disabled_at = NOW
    else:
        kind = BoardMembership if how == "no role there" else Membership
        for row in session.scalars(select(kind).where(kind.person_id == person_id("Aisha"))):
            row.ended_at = NOW
    session.flush()

    newest = credentials.newest_invitation(session, newcomer)
    assert newest is not None and not credentials.stands(session, newest, now=NOW)
    with pytest.raises(credentials.NotInvited):
        invited(session, link)


@pytest.mark.parametrize("how", ["a password", "a passkey", "a name at the hospital's provider", "has signed in"])
def test_who_can_sign_in_already_is_not_a_secretarys_to_invite(session: Session, region: Region, link: str, how: str) -> None:
    """The chair of her own board, say, who works there in the name of a hospital only: with the link she could sign as the chair."""
    newcomer, aisha = invited(session, link), region.aisha
    colleagues.check_invitation(session, aisha, newcomer, now=NOW)
    if how == "a password":
        session.get_one(Person, newcomer).password_hash = "kept"
    elif how == "a passkey":
        session.add(Passkey(person_id=newcomer, credential_id=b"k", public_key=b"k", label="", transports=[], created_at=NOW))
    elif how == "has signed in":
        sessions.start_session(session, newcomer, region.hospitals["ZEED"], proof=make.PROOF, now=NOW)
    else:
        identities.link(session, newcomer, region.hospitals["ZEED"], "https://aanmelden.example", "n-1", now=NOW)
    session.flush()

    assert not colleagues.may_invite(session, aisha, newcomer, now=NOW)
    assert colleagues.may_invite(session, region.lars, newcomer, now=NOW)
    with pytest.raises(credentials.NotInvited):
        credentials.invited(session, link, now=NOW)


def test_nobody_invites_themselves(session: Session, region: Region) -> None:
    for viewer in (region.ada, region.lars, region.aisha):
        with pytest.raises(NotAllowed):
            colleagues.check_invitation(session, viewer, viewer.person_id, now=NOW)
