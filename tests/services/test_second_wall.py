"""PostgreSQL alone keeps the hospitals apart: random acts of random people with the application's own filter switched off.

A model in Python says which cases each person may read. Every statement below is a bare `SELECT … FROM cases` (or a child of it), as an
application without any filter would send it; what comes back must be what the model says, and never one row more.
"""

from __future__ import annotations

import json
import threading
import uuid
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from mdo_portal.database import Database
from mdo_portal.domain.case import InformationRequest
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Link, LinkCertificate
from mdo_portal.domain.people import Proof
from mdo_portal.domain.pull import OutgoingQuestion
from mdo_portal.errors import NotSignedIn
from mdo_portal.services.links import line_binding
from mdo_portal.services.people import sessions
from tests import make
from tests.people import Region, person_id
from tests.services.wall_house import signed_as, walls

__all__ = ["walls"]

HOUSES, BOARDS = ("ZEED", "DELT", "KREE"), ("URO-P", "GI")


def test_a_viewer_that_the_application_invents_is_nobody(walls: tuple[Database, Database], region: Region) -> None:
    house, web = walls
    who = {"person": person_id("Aisha"), "treats": region.hospitals["KREE"], "leads": [region.boards["GI"]]}
    real = json.dumps(who, default=str)
    for forged in (real, "0" * 64 + real, "", "x", "\u00e9" * 70, "0" * 64 + "{"):
        with web.transaction() as session:
            session.execute(text("SELECT set_config('mdo.viewer', :forged, true)"), {"forged": forged})
            assert session.scalar(text("SELECT count(*) FROM cases")) == 0


def test_a_true_viewer_carried_into_another_transaction_is_nobody(walls: tuple[Database, Database], region: Region) -> None:
    house, web = walls
    key = signed_as(house, region, "Carla")
    with web.transaction(entering=sessions.hash_key(key)) as session:
        true = session.scalar(text("SELECT current_setting('mdo.viewer')"))
        assert session.scalar(text("SELECT count(*) FROM cases")) == 1
    for local in ("true", "false"):
        with web.transaction() as session:
            session.execute(text(f"SELECT set_config('mdo.viewer', :true, {local})"), {"true": true})
            assert session.scalar(text("SELECT count(*) FROM cases")) == 0
        with web.transaction() as session:
            assert session.scalar(text("SELECT count(*) FROM cases")) == 0


def test_nothing_is_proved_again_at_each_row_but_who_observes(walls: tuple[Database, Database]) -> None:
    """A function of the wall proves who asks: a third of a millisecond, which a list over twenty thousand cases pays once or is not read."""
    house, _ = walls
    with house.transaction() as session:
        asked = session.execute(
            text(
                r"""
                SELECT DISTINCT found[1] FROM pg_policies,
                    regexp_matches(concat_ws(' ', qual, with_check), 'access\.(\w+)\([a-z_]+[.)]', 'g') AS found
                WHERE 'mdo_app' = ANY (roles)
                """
            )
        )
        assert set(asked.scalars()) == {"beyond_observing"}  # asked of who only observes, and of nobody else


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO sessions (key_hash, person_id, hospital_id, started_at, seen_at, confirmed_at, method, strong, issuer, provider_session) "
        "SELECT 'x', id, (SELECT id FROM hospitals LIMIT 1), now(), now(), now(), '', true, '', '' FROM people LIMIT 1",
        "SELECT access.start_session('x', (SELECT id FROM people LIMIT 1), (SELECT id FROM hospitals LIMIT 1), now(), "
        '\'{"method": "test", "strong": true}\', \'guessed\')',
        "SELECT access.confirm('x', now(), 'guessed')",
        "SELECT access.let_in('{\"administers\": true}')",
        "SELECT access.here('{}')",
        "SELECT access.mac('viewer', 'x')",
        "SELECT access.set_gate('x')",
        "SELECT * FROM access.secrets",
        "UPDATE sessions SET person_id = (SELECT id FROM people LIMIT 1)",
        "UPDATE sessions SET strong = true",
        "UPDATE audit_entries SET act = 'x'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "DELETE FROM cases",
        "ALTER TABLE cases DISABLE ROW LEVEL SECURITY",
        "DROP POLICY reads ON cases",
        "SET ROLE mdo_work",
        "SET ROLE mdo_owner",
        "SET SESSION AUTHORIZATION mdo",
        "CREATE FUNCTION access.viewer() RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'",
        "CREATE TABLE cases_copied AS SELECT * FROM cases",
    ],
)
def test_what_a_web_process_may_not_do_is_refused(walls: tuple[Database, Database], region: Region, statement: str) -> None:
    house, web = walls
    key = signed_as(house, region, "Carla")
    with pytest.raises(ProgrammingError), web.transaction(entering=sessions.hash_key(key)) as session:
        session.execute(text(statement.replace(":", "\\:")))


@pytest.mark.parametrize(
    "setting",
    [
        "inside_networks = '{127.0.0.0/8}'",
        "certificate_out_sealed = 'x'",
        "timeout_seconds = 9",
        "hospital_id = (SELECT id FROM hospitals LIMIT 1)",
    ],
)
def test_a_web_process_writes_of_a_link_what_its_screens_write_and_nothing_else(
    walls: tuple[Database, Database], region: Region, setting: str
) -> None:
    """Where else we may go, and as whom: the administrator's command line, in a role of its own."""
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, "Lars"))
    own = f"WHERE hospital_id = '{region.hospitals['ZEED']}'"
    with web.transaction(entering=key) as session:
        assert session.execute(text(f"UPDATE links SET profile_in = 'hix' {own}")).rowcount == 1
    with pytest.raises(ProgrammingError, match="permission denied"), web.transaction(entering=key) as session:
        session.execute(text(f"UPDATE links SET {setting.replace(':', chr(92) + ':')} {own}"))


def test_a_web_process_makes_no_link_that_goes_further(walls: tuple[Database, Database], region: Region) -> None:
    house, web = walls
    with house.transaction() as session:
        bare = make.hospital(session, "BARE").id
    key = sessions.hash_key(signed_as(house, region, "Ada"))
    with pytest.raises(ProgrammingError, match="row-level security"), web.transaction(entering=key) as session:
        session.add(Link(hospital_id=bare, inside_networks=["127.0.0.0/8"]))
    with web.transaction(entering=key) as session:
        session.add(Link(hospital_id=bare))


def test_a_certificate_is_bound_to_the_own_hospital_by_who_was_there_a_moment_ago_and_withdrawn_at_once(
    walls: tuple[Database, Database], region: Region
) -> None:
    house, web = walls
    key, now = sessions.hash_key(signed_as(house, region, "Lars")), datetime.now(UTC)
    own, other = region.links["ZEED"].link_id, region.links["KREE"].link_id

    def bind(link_id: uuid.UUID, name: str = "epd.example") -> None:
        with web.transaction(entering=key) as session:
            session.add(LinkCertificate(link_id=link_id, name=name, subject="", bound_at=now, bound_by="Lars"))

    bind(own)
    with pytest.raises(ProgrammingError, match="row-level security"):
        bind(other)
    with house.transaction() as session:
        session.execute(text("UPDATE sessions SET confirmed_strongly_at = now() - interval '6 minutes'"))
    with pytest.raises(ProgrammingError, match="row-level security"):
        bind(own, "another.example")
    with web.transaction(entering=key) as session:
        assert line_binding.withdraw(session, own, "epd.example", now=now, viewer=region.lars)
    with pytest.raises(ProgrammingError, match="row-level security"), web.transaction(entering=key) as session:
        session.execute(text("UPDATE link_certificates SET withdrawn_at = NULL"))


def test_that_a_certificate_called_is_the_listeners_word(walls: tuple[Database, Database], region: Region) -> None:
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, "Lars"))
    with house.transaction() as session:
        line_binding.bind(session, region.links["ZEED"].link_id, now=datetime.now(UTC), by="x", name="epd.example")
    for statement in (
        "UPDATE link_certificates SET seen_at = now()",
        "UPDATE link_certificates SET name = 'another.example'",
        "INSERT INTO called_certificates (fingerprint, names, seen_at) VALUES ('x', '{}', now())",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), web.transaction(entering=key) as session:
            session.execute(text(statement))


@pytest.mark.parametrize(
    ("by", "why", "until", "refused"),
    [
        ("J. de Wit, CISO", "geen TLS", "3 months", ""),
        ("", "geen TLS", "3 months", "by somebody, for a reason"),
        ("J. de Wit, CISO", " ", "3 months", "by somebody, for a reason"),
        ("J. de Wit, CISO", "geen TLS", "9 years", "by somebody, for a reason"),
    ],
)
def test_postgresql_itself_takes_no_line_without_tls_that_nobody_accepted_until_a_day(
    walls: tuple[Database, Database], region: Region, by: str, why: str, until: str, refused: str
) -> None:
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, "Lars"))
    accept = text(
        "UPDATE links SET plain_accepted_at = now(), plain_accepted_by = :by, plain_accepted_why = :why,"
        " plain_accepted_until = now() + CAST(:until AS interval) WHERE hospital_id = :hospital"
    )
    said = {"by": by, "why": why, "until": until, "hospital": region.hospitals["ZEED"]}
    with pytest.raises(DBAPIError, match=refused) if refused else nullcontext(), web.transaction(entering=key) as session:
        session.execute(accept, said)
    with house.transaction() as session:
        session.execute(text("UPDATE sessions SET confirmed_strongly_at = now() - interval '6 minutes'"))
    with pytest.raises(ProgrammingError if not refused else DBAPIError), web.transaction(entering=key) as session:
        session.execute(accept, said)
    with web.transaction(entering=key) as session:
        assert session.execute(accept, said | {"hospital": region.hospitals["KREE"]}).rowcount == 0


def test_a_question_is_queued_for_the_hospital_of_its_case_alone(walls: tuple[Database, Database], region: Region) -> None:
    house, web = walls
    now = datetime.now(UTC)
    with house.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, zeed, board_id=region.boards["URO-P"])
        other = make.case(session, zeed, board_id=region.boards["URO-P"])
        made = InformationRequest(case_id=case.id, asked_at=now, asked_by=region.aisha.person_id, text="?")
        session.add(made)
        session.flush()
        asked = made.id
    key = sessions.hash_key(signed_as(house, region, "Aisha"))

    def queue(case_id: uuid.UUID, code: str) -> None:
        with web.transaction(entering=key) as session:
            session.add(OutgoingQuestion(id=asked, case_id=case_id, hospital_id=region.hospitals[code], next_attempt_at=now))

    for case_id, code in ((case.id, "DELT"), (other.id, "ZEED")):
        with pytest.raises(ProgrammingError, match="row-level security"):
            queue(case_id, code)
    queue(case.id, "ZEED")


def test_a_line_of_the_log_cannot_be_written_in_somebody_elses_name(walls: tuple[Database, Database], region: Region) -> None:
    house, web = walls
    key = signed_as(house, region, "Carla")
    with web.transaction(entering=sessions.hash_key(key)) as session:
        found = sessions.signed_in(session, key, now=datetime.now(UTC))
        assert found is not None
    with pytest.raises(ProgrammingError), web.transaction(entering=sessions.hash_key(key)) as session:
        make.audit_line(session, region.bram, now=datetime.now(UTC))
    with web.transaction(entering=sessions.hash_key(key)) as session:
        make.audit_line(session, found.viewer, now=datetime.now(UTC))


def test_a_password_alone_opens_no_row(walls: tuple[Database, Database], region: Region) -> None:
    house, web = walls
    key = signed_as(house, region, "Carla", Proof("password"))
    with web.transaction(entering=sessions.hash_key(key)) as session:
        assert session.scalar(text("SELECT count(*) FROM cases")) == 0
        assert session.scalar(text("SELECT count(*) FROM patients")) == 0


def test_a_session_that_ended_or_went_stale_opens_nothing(walls: tuple[Database, Database], region: Region) -> None:
    house, web = walls
    for statement in ("ended_at = now()", "seen_at = now() - interval '46 minutes'", "started_at = now() - interval '13 hours'"):
        key = signed_as(house, region, "Carla")
        with house.transaction() as session:
            session.execute(text(f"UPDATE sessions SET {statement} WHERE key_hash = :hash"), {"hash": sessions.hash_key(key)})
        with pytest.raises(NotSignedIn), web.transaction(entering=sessions.hash_key(key)):
            pass


def test_two_people_on_one_connection_never_get_each_others_rows(walls: tuple[Database, Database], region: Region) -> None:
    house, web = walls
    with house.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        own = {"Dirk": {make.case(session, zeed, board_id=region.boards["URO-P"]).id}, "Carla": {region.other_case}}
    wrong: list[str] = []

    def look(name: str) -> None:
        key = sessions.hash_key(signed_as(house, region, name))
        for turn in range(60):
            with web.transaction(entering=key) as session:
                if {one for (one,) in session.execute(text("SELECT id FROM cases"))} != own[name]:
                    wrong.append(name)
                if turn % 5 == 0:
                    session.rollback()

    threads = [threading.Thread(target=look, args=(name,)) for name in own]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
