"""What PostgreSQL lets a web process write of cases, patients and colleagues: whose they are stays, and nobody signs in as another by it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from mdo_portal.database import Database
from mdo_portal.domain.people import BoardMembership, Person, Role
from mdo_portal.services.people import sessions
from mdo_portal.services.rights import credentials
from tests.people import Region, person_id
from tests.services.wall_house import signed_as, walls

__all__ = ["walls"]

#: whose row it is, what its sender said, and by what a colleague is known
STAYS = (
    "cases SET hospital_id = hospital_id", "cases SET patient_id = patient_id", "cases SET home_patient_id = NULL",
    "cases SET referral_number = 'x'", "cases SET received_at = now()", "cases SET wire = wire", "cases SET request_task = ''",
    "cases SET known_as = ''", "cases SET task_number = ''",
    "cases SET question_board = 'x'", "cases SET referrer_name = 'x'", "cases SET urgency = ''", "cases SET basis = basis",
    "patients SET hospital_id = hospital_id", "patients SET merged_into = NULL",
    "people SET id = id", "people SET persona = 'x'", "passkeys SET public_key = ''", "passkeys SET person_id = person_id",
    "identities SET person_id = person_id", "identities SET subject = 'x'", "invitations SET token_hash = 'x'",
    "invitations SET person_id = person_id", "invitations SET expires_at = now()", "recovery_codes SET code_hash = 'x'",
)  # fmt: skip


def test_whose_it_is_is_changed_by_no_statement(walls: tuple[Database, Database], region: Region) -> None:
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, "Dirk"))

    for setting in STAYS:
        with pytest.raises(ProgrammingError, match="permission denied"), web.transaction(entering=key) as session:
            session.execute(text(f"UPDATE {setting}"))


#: statement -> who might gain by it: the account of a chair
TAKES_OVER = {
    "password": "UPDATE people SET password_hash = 'x' WHERE id = :whom",
    "app": "UPDATE people SET totp_sealed = 'x' WHERE id = :whom",
    "another app": "INSERT INTO authenticators (person_id, pending_sealed, last_step) VALUES (:whom, 'x', 0)",
    "passkey": "INSERT INTO passkeys (id, person_id, credential_id, public_key, sign_count, label, transports, may_be_backed_up, backed_up, created_at)"
    " VALUES (gen_random_uuid(), :whom, 'x', 'x', 0, 'x', '{}', false, false, now())",
    "recovery code": "INSERT INTO recovery_codes (id, person_id, code_hash, made_at) VALUES (gen_random_uuid(), :whom, 'x', now())",
    "invitation": "INSERT INTO invitations (id, person_id, token_hash, made_by, made_at, expires_at)"
    " VALUES (gen_random_uuid(), :whom, 'x', NULL, now(), now() + interval '1 day')",
    "invitation by another": "INSERT INTO invitations (id, person_id, token_hash, made_by, made_at, expires_at)"
    " SELECT gen_random_uuid(), :whom, 'x', id, now(), now() + interval '1 day' FROM people WHERE name = 'Ada'",
    "provider": "INSERT INTO identities (id, hospital_id, person_id, issuer, subject, linked_at)"
    " SELECT gen_random_uuid(), id, :whom, 'https://evil.example', 'x', now() FROM hospitals LIMIT 1",
}  # fmt: skip


@pytest.mark.parametrize("who", ["", "Dirk"])
def test_nobody_signs_in_as_a_colleague_by_a_statement(walls: tuple[Database, Database], region: Region, who: str) -> None:
    """One smuggled statement, from the page for signing in, gave whoever sent it the account of an administrator."""
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, who)) if who else ""

    for statement in TAKES_OVER.values():
        with pytest.raises(ProgrammingError, match="belongs to somebody else"), web.transaction(entering=key) as session:
            session.execute(text(statement), {"whom": person_id("Bram")})


def test_a_password_is_set_by_whoever_was_invited_and_by_nobody_after(walls: tuple[Database, Database], region: Region) -> None:
    house, web = walls
    with house.transaction() as session:
        token = credentials.invite(session, person_id("Bram"), made_by=None, now=datetime.now(UTC))
    with web.transaction() as session:
        assert credentials.accept(session, token, "vier losse woorden", now=datetime.now(UTC)).id == person_id("Bram")

    again = "UPDATE invitations SET used_at = NULL WHERE person_id = :whom"
    for statement in (TAKES_OVER["password"], again):
        with pytest.raises(ProgrammingError, match="belongs to somebody else"), web.transaction() as session:
            session.execute(text(statement), {"whom": person_id("Bram")})


#: as who is signed in, in the own name: an invitation that the page would refuse, and the own account at a provider as a colleague's
IN_THE_OWN_NAME = {
    "invitation": "INSERT INTO invitations (id, person_id, token_hash, made_by, made_at, expires_at)"
    " VALUES (gen_random_uuid(), :whom, encode(sha256('known'), 'hex'), access.person(), now(), now() + interval '1 day')",
    "provider": "INSERT INTO identities (id, hospital_id, person_id, issuer, subject, linked_at, linked_by_id)"
    " SELECT gen_random_uuid(), hospital_id, :whom, 'https://idp.example', 'mine', now(), access.person() FROM memberships"
    " WHERE person_id = :whom LIMIT 1",
}


@pytest.mark.parametrize("what", IN_THE_OWN_NAME)
@pytest.mark.parametrize("who", ["Aisha", "Carla"])
def test_nobody_invites_or_links_by_a_statement_whom_they_may_not_manage(
    walls: tuple[Database, Database], region: Region, who: str, what: str
) -> None:
    """A link of one's own making would have opened the account: its token was known."""
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, who))

    with pytest.raises(ProgrammingError, match="belongs to somebody else"), web.transaction(entering=key) as session:
        session.execute(text(IN_THE_OWN_NAME[what]), {"whom": person_id("Bram")})


@pytest.mark.parametrize(
    "can_sign_in",
    [
        "INSERT INTO passkeys SELECT (jsonb_populate_record(NULL::passkeys, jsonb_build_object('id', gen_random_uuid(), 'person_id', :whom,"
        " 'credential_id', '\\x01', 'public_key', '\\x01', 'sign_count', 0, 'label', '', 'transports', '[]'::jsonb, 'may_be_backed_up', false,"
        " 'backed_up', false, 'created_at', now()))).*",
        "INSERT INTO identities (id, hospital_id, person_id, issuer, subject, linked_at)"
        " SELECT gen_random_uuid(), id, :whom, 'https://idp.example', 'n-1', now() FROM hospitals WHERE code = 'ZEED'",
    ],
    ids=["passkey", "provider"],
)
def test_nor_whom_they_lead_and_who_can_sign_in_without_a_password(
    walls: tuple[Database, Database], region: Region, can_sign_in: str
) -> None:
    """The chair of her own board, whose hospital vouches for them: with the link a secretary could sign as the chair."""
    house, web = walls
    newcomer = uuid.uuid4()
    with house.transaction() as session:
        session.add(Person(id=newcomer, name="N. Nieuw", email="nieuw@example.nl"))
        session.flush()
        session.add(BoardMembership(person_id=newcomer, board_id=region.boards["URO-P"], role=Role.CHAIR))
    key = sessions.hash_key(signed_as(house, region, "Aisha"))
    invites = text(IN_THE_OWN_NAME["invitation"])

    with web.transaction(entering=key) as session:
        session.execute(invites, {"whom": newcomer})
        session.rollback()
    with house.transaction() as session:
        session.execute(text(can_sign_in), {"whom": newcomer})
    with pytest.raises(ProgrammingError, match="belongs to somebody else"), web.transaction(entering=key) as session:
        session.execute(invites, {"whom": newcomer})


def test_an_invitation_that_waits_opens_the_account_to_who_holds_it_alone(walls: tuple[Database, Database]) -> None:
    house, web = walls
    with house.transaction() as session:
        credentials.invite(session, person_id("Bram"), made_by=None, now=datetime.now(UTC))

    for shown in ("", "guessed"):
        for way in ("password", "app", "provider"):
            with pytest.raises(ProgrammingError, match="belongs to somebody else"):
                _take_over(web, way, shown)


def _take_over(web: Database, way: str, shown: str) -> None:
    with web.transaction() as session:
        session.execute(text("SELECT set_config('mdo.invitation', :shown, true)"), {"shown": shown})
        session.execute(text(TAKES_OVER[way]), {"whom": person_id("Bram")})


def test_a_colleague_is_called_otherwise_and_shut_out_by_somebody_who_is_signed_in(
    walls: tuple[Database, Database],
) -> None:
    _, web = walls

    for setting in ("email = 'x@evil.example'", "name = 'x'", "disabled_at = now()"):
        with pytest.raises(ProgrammingError, match="belongs to somebody else"), web.transaction() as session:
            session.execute(text(f"UPDATE people SET {setting} WHERE id = :whom"), {"whom": person_id("Bram")})
