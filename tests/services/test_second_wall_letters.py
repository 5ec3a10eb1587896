"""PostgreSQL alone keeps letters to patients with their hospital, templates with the administrator, and every version as it was."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from mdo_portal.database import Database
from mdo_portal.domain.audience import Audience
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.letters import letter_template_choice, letter_templates, patient_letters
from mdo_portal.services.people import sessions
from tests import make
from tests.make import NOW
from tests.people import Region, person_id
from tests.services.wall_house import signed_as, walls

__all__ = ["walls"]
Walls = tuple[Database, Database]
WRITES = (
    "INSERT INTO letter_templates (id, audience) VALUES (gen_random_uuid(), 'gp')",
    "INSERT INTO letter_template_versions (id, template_id, version, words, made_by, made_at)"
    " SELECT gen_random_uuid(), id, 9, '{{}}', '{person}', now() FROM letter_templates",
    "INSERT INTO letter_logos (sha256, png, added_by, added_at) VALUES ('x', '', '{person}', now())",
)


@pytest.fixture
def written(walls: Walls, region: Region) -> Walls:
    """A letter to a patient of ZEED, and a template."""
    house, _ = walls
    with house.transaction() as session:
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
        round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
        make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
        patient_letters.begin(session, case, seen=0, viewer=region.dirk, now=NOW)
        letter_templates.begin(session, region.ada, letter_template_choice.Place(Audience.REFERRER), now=NOW)
    return walls


def counted(walls: Walls, region: Region, name: str, table: str) -> int:
    house, web = walls
    with web.transaction(entering=sessions.hash_key(signed_as(house, region, name))) as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def tried(walls: Walls, region: Region, name: str, statement: str) -> None:
    house, web = walls
    with web.transaction(entering=sessions.hash_key(signed_as(house, region, name))) as session:
        session.execute(text(statement.replace("{person}", str(person_id(name))).replace("{{}}", "{}")))


@pytest.mark.parametrize(("name", "seen"), [("Dirk", 1), ("Bram", 0), ("Aisha", 0), ("Carla", 0), ("Petra", 0), ("Ada", 0)])
def test_a_letter_to_a_patient_is_seen_by_who_treats_there(written: Walls, region: Region, name: str, seen: int) -> None:
    assert counted(written, region, name, "patient_letters") == seen


def test_nobody_writes_a_letter_for_another_hospitals_case(written: Walls, region: Region) -> None:
    house, _ = written
    with house.transaction() as session:
        case_id, decision_id = session.execute(text("SELECT case_id, decision_id FROM patient_letters")).one()
    row = (
        "INSERT INTO patient_letters (id, case_id, decision_id, hospital_id, version, state, content_sealed, made_by, made_at)"
        f" VALUES ('{uuid.uuid4()}', '{case_id}', '{decision_id}', '{{hospital}}', 2, 'released', '', '{{person}}', now())"
    )
    for name, hospital in (("Carla", "KREE"), ("Carla", "ZEED"), ("Bram", "DELT"), ("Bram", "ZEED")):
        with pytest.raises(ProgrammingError, match="row-level security"):
            tried(written, region, name, row.replace("{hospital}", str(region.hospitals[hospital])))
    tried(written, region, "Dirk", row.replace("{hospital}", str(region.hospitals["ZEED"])))


@pytest.mark.parametrize("statement", WRITES)
def test_only_the_administrator_writes_templates(written: Walls, region: Region, statement: str) -> None:
    for name in ("Bram", "Dirk", "Lars", "Petra"):
        with pytest.raises(ProgrammingError, match="row-level security"):
            tried(written, region, name, statement)
    tried(written, region, "Ada", statement)


@pytest.mark.parametrize("table", ["letter_templates", "letter_template_versions", "letter_logos", "patient_letters"])
def test_no_row_is_changed_or_removed(written: Walls, region: Region, table: str) -> None:
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            tried(written, region, "Ada", statement)
    column = {"letter_logos": "png = ''", "letter_templates": "audience = 'gp'"}.get(table, "version = 7")
    with pytest.raises(ProgrammingError, match="permission denied"):
        tried(written, region, "Ada", f"UPDATE {table} SET {column}")
