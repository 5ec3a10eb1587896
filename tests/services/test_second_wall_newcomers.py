"""Whom a statement adds to the house, and what it gives them: nobody makes more of somebody than the pages let them."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from mdo_portal.database import Database
from tests.people import Region, person_id
from tests.services.wall_house import REFUSED, Says, says, walls

__all__ = ["says", "walls"]

NEWCOMER = """INSERT INTO people SELECT (jsonb_populate_record(p, jsonb_build_object('id', CAST(:new AS uuid), 'email', 'new@example.nl',
    'password_hash', CAST(:password AS text)))).* FROM people p WHERE p.id = :like"""
ROLE = "INSERT INTO memberships (id, person_id, hospital_id, role, given_by) VALUES (gen_random_uuid(), :person, :hospital, :role, access.person())"
SEAT = "INSERT INTO board_memberships (id, person_id, board_id, role, given_by) VALUES (gen_random_uuid(), :person, :board, 'secretary', access.person())"


def test_nobody_is_added_with_a_password_or_by_nobody(says: Says) -> None:
    """Of somebody new the password comes by the invitation."""
    named = {"new": uuid.uuid4(), "like": person_id("Ada")}

    for who, password in (("Carla", "x"), ("", "")):
        with pytest.raises(ProgrammingError, match=REFUSED):
            says(who, NEWCOMER, **named, password=password)
    assert says("Carla", NEWCOMER, **named, password="") == 1


@pytest.mark.parametrize(
    ("who", "person", "hospital", "role"),
    [
        ("Lars", "Dirk", "ZEED", "administrator"),
        ("Petra", "Dirk", "ZEED", "case_manager"),
        ("Carla", "Mila", "ZEED", "member"),
        ("Carla", "Aisha", "KREE", "specialist"),
        ("Bram", "Aisha", "ZEED", "member"),
    ],
)
def test_a_statement_gives_no_role_that_the_page_does_not(
    says: Says, region: Region, who: str, person: str, hospital: str, role: str
) -> None:
    """The last two opened all patients of a hospital: who coordinates a board sees them at each hospital in whose name they take part."""
    named = {"person": person_id(person), "hospital": region.hospitals[hospital], "role": role}

    with pytest.raises(ProgrammingError, match=REFUSED):
        says(who, ROLE, **named)


@pytest.mark.parametrize(
    ("who", "hospital", "role"),
    [("Lars", "ZEED", "case_manager"), ("Ada", "KREE", "administrator"), ("Bram", "ODUL", "member")],
)
def test_a_role_is_given_by_who_may(says: Says, region: Region, who: str, hospital: str, role: str) -> None:
    assert says(who, ROLE, person=person_id("Mila"), hospital=region.hospitals[hospital], role=role) == 1


def test_a_coordinator_is_made_for_the_own_hospital_only(says: Says, region: Region, database: Database) -> None:
    """Mila works for DELT, as Bram does; Petra for ZEED, where she treats nobody."""
    named = {"board": region.boards["URO-P"]}

    with pytest.raises(ProgrammingError, match=REFUSED):
        says("Bram", SEAT, person=person_id("Petra"), **named)
    assert says("Bram", SEAT, person=person_id("Mila"), **named) == 1


@pytest.mark.parametrize(
    "change", ["role = 'secretary'", "hospital_id = hospital_id", "person_id = person_id", "given_by = given_by"]
)
def test_of_a_role_only_its_term_changes(says: Says, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        says("Lars", f"UPDATE memberships SET {change}")


def test_a_role_that_is_over_does_not_come_back(says: Says, database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE memberships SET ended_at = now() WHERE person_id = :p"), {"p": person_id("Dirk")})

    with pytest.raises(ProgrammingError, match=REFUSED):
        says("Lars", "UPDATE memberships SET ended_at = NULL WHERE person_id = :p", p=person_id("Dirk"))


@pytest.mark.parametrize("change", ["email = 'x@example.nl'", "name = 'x'", "discipline = 'x'", "disabled_at = now()"])
@pytest.mark.parametrize(("who", "person"), [("Dirk", "Ada"), ("Mila", "Bram"), ("Lars", "Bram"), ("Bram", "Mila")])
def test_a_statement_renames_and_shuts_out_nobody(says: Says, who: str, person: str, change: str) -> None:
    """Anybody who was signed in could: an administrator under another address signs in no more, and who was shut out was in again."""
    with pytest.raises(ProgrammingError, match=REFUSED):
        says(who, f"UPDATE people SET {change} WHERE id = :p", p=person_id(person))


def test_a_link_manager_corrects_a_colleague(says: Says) -> None:
    assert says("Lars", "UPDATE people SET email = 'dirk2@example.nl' WHERE id = :p", p=person_id("Dirk")) == 1
    assert says("Dirk", "UPDATE people SET failures = 1, name = name WHERE id = :p", p=person_id("Ada")) == 1


TIE = """INSERT INTO identities (id, person_id, hospital_id, issuer, subject, linked_at, linked_by_id)
    VALUES (gen_random_uuid(), :person, :hospital, 'https://idp.example', 'x', now(), access.person())"""


@pytest.mark.parametrize(("code", "role"), [("ZEED", "administrator"), ("ODUL", "member")])
def test_a_link_manager_ties_no_account_to_who_is_more_than_the_hospitals(
    says: Says, region: Region, database: Database, code: str, role: str
) -> None:
    with database.transaction() as session:
        session.execute(text(ROLE), {"person": person_id("Dirk"), "hospital": region.hospitals[code], "role": role})

    with pytest.raises(ProgrammingError, match=REFUSED):
        says("Lars", TIE, person=person_id("Dirk"), hospital=region.hospitals["ZEED"])
    assert says("Lars", TIE, person=person_id("Petra"), hospital=region.hospitals["ZEED"]) == 1
