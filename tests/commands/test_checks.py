"""What makes a machine unfit (I2, H4): every unsafe setting named; of the hard ones, no process starts."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from mdo_portal.commands import checks, doctor, schema
from mdo_portal.commands import keys as work
from mdo_portal.commands import main as group
from mdo_portal.commands.postgres import server
from mdo_portal.database import Database
from mdo_portal.domain.link import Link
from mdo_portal.errors import Unsafe
from mdo_portal.services.common import standbys
from mdo_portal.settings import Settings, from_environment
from tests import make
from tests.conftest import opened
from tests.people import Region

KEY = base64.b64encode(make.KEYS[0][1]).decode()
OTHER = base64.b64encode(b"z" * 32).decode()
#: the throw-away server of the tests is fast, not durable: what it is told here is what a start would find
UNSAFE: dict[str, tuple[dict[str, str], str]] = {
    "no secret": ({"MDO_SECRET_KEY": ""}, "MDO_SECRET_KEY"),
    "a short secret": ({"MDO_SECRET_KEY": "geheim"}, "MDO_SECRET_KEY"),
    "no ring": ({"MDO_KEYRING": ""}, "MDO_KEYRING"),
    "the ring lost its key": ({"MDO_KEYRING": f"2027a:{OTHER}"}, "2026a, which is not in MDO_KEYRING"),
    "the ring has another key by that name": ({"MDO_KEYRING": f"2026a:{OTHER}"}, "another key by that name"),
    "http outside loopback": ({"MDO_PUBLIC_URL": "http://mdo.example.nl"}, "MDO_PUBLIC_URL must be https"),
    "the demo for everybody": ({"MDO_DEMO": "1", "MDO_BIND": "0.0.0.0:8000"}, "MDO_DEMO is for loopback only"),
    "plain MLLP for everybody": ({"MDO_MLLP_BIND": "0.0.0.0:2575"}, "MDO_MLLP_BIND"),
    "debugger": ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
    "superuser": ({"as": "postgres"}, "superuser or bypasses row security"),
    "fsync off": ({}, "fsync is off"),
    "full_page_writes off": ({}, "full_page_writes is off"),
    "synchronous_commit off": ({}, "synchronous_commit is off"),
}


def environment(database: Database, change: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MDO_")}
    url = database.url.replace("//mdo@", f"//{change['as']}@") if "as" in change else database.url
    ours = {
        "MDO_DATABASE_URL": url,
        "MDO_SECRET_KEY": "s" * 40,
        "MDO_KEYRING": f"2026a:{KEY}",
        "MDO_BIND": "127.0.0.1:0",
        "MDO_MLLP_BIND": "127.0.0.1:0",
    }
    return kept | ours | {name: value for name, value in change.items() if name != "as"}


def start(database: Database, process: str, change: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mdo_portal", process]
    return subprocess.run(command, env=environment(database, change), capture_output=True, text=True, timeout=60, check=False)


def said(database: Database, change: dict[str, str]) -> list[str]:
    """What a start would say."""
    try:
        settings = from_environment(environment(database, change))
    except Unsafe as unsafe:
        return unsafe.findings
    asked = Database(settings.database_url, pool_size=1)
    with asked.transaction() as session:
        found = checks.findings(settings, session, only_hard=True)
    asked.close()
    return found


@pytest.mark.parametrize(("change", "named"), UNSAFE.values(), ids=UNSAFE)
def test_an_unsafe_setting_is_named(database: Database, change: dict[str, str], named: str) -> None:
    work.make_keys(Settings(database_url=database.url, keyring=make.KEYS))

    assert any(named in finding for finding in said(database, change))


@pytest.mark.parametrize("process", ["web", "listen", "work"])
def test_no_process_starts_and_all_is_said_at_once(database: Database, process: str) -> None:
    work.make_keys(Settings(database_url=database.url, keyring=make.KEYS))

    ended = start(database, process, {"MDO_KEYRING": f"2027a:{OTHER}"})

    assert ended.returncode == 78
    for named in ("2026a, which is not in MDO_KEYRING", "fsync is off", "synchronous_commit is off"):
        assert f"{named}" in ended.stderr
    assert ended.stderr.count("refused to start: ") == 5
    assert "must sign in as mdo_" in ended.stderr


@pytest.mark.parametrize("words", ["doctor", "audit verify", "retention due", "db upgrade", "restored --status", "web", "work"])
def test_a_database_that_is_away_is_said_in_a_sentence_and_not_in_fifty_lines(database: Database, words: str) -> None:
    environ = environment(database, {"MDO_DATABASE_URL": "postgresql+psycopg://mdo@127.0.0.1:1/mdo", "MDO_DEMO": "1"})

    ended = CliRunner(env=environ).invoke(group, words.split())

    assert ended.exit_code == 75
    assert ended.output.startswith("the database cannot be used: connection failed: ")
    assert ended.output.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        "keys status", "keys rotate-data --go-on", "retention due", "restored --status", "audit verify",
        "person invite a@nova.example --hospital ZEED --role administrator", "hospital refuse-plain ZEED",
    ],
)  # fmt: skip
def test_who_sees_too_little_is_refused_and_not_told_that_there_is_nothing(database: Database, words: str) -> None:
    work.make_keys(Settings(database_url=database.url, keyring=make.KEYS))
    environ = environment(database, {"as": "mdo_app", "MDO_DEMO": "1"})

    ended = CliRunner(env=environ).invoke(group, words.split())

    assert ended.exit_code == 78 and "is mdo_app: this process must sign in as mdo" in ended.output


def test_a_moment_is_said_as_the_instructions_write_it(database: Database) -> None:
    work.make_keys(Settings(database_url=database.url, keyring=make.KEYS))
    here = CliRunner(env=environment(database, {"MDO_DEMO": "1"}))

    for moment in ("2026-03-02 14:30", "2026-03-02 14:30:05", "2026-03-02T14:30"):
        ended = here.invoke(group, ["restored", "--at", moment])
        assert ended.exit_code == 0 and "0 letters are held" in ended.output, ended.output


def test_doctor_names_everything_and_a_fit_machine_gets_nothing(tmp_path: Path) -> None:
    with server(tmp_path / "durable", durable=True) as url:
        database = opened(url)
        environ = environment(database, {})

        here = CliRunner(env=environ)
        assert here.invoke(schema.command, ["upgrade"]).exit_code == 0
        command = [sys.executable, "-m", "mdo_portal", "doctor"]
        fit = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
        admin = Database(url.replace("//mdo@", "//postgres@"))
        with admin.engine.connect() as connection:
            connection.execute(text("ALTER DATABASE mdo SET log_min_error_statement = 'error'"))
            connection.execute(text("ALTER DATABASE mdo SET synchronous_commit = off"))
            connection.commit()
        admin.close()
        unfit = here.invoke(doctor.command)
        database.close()

    assert fit.returncode == 0 and json.loads(fit.stdout) == {"settings": "ok", "schema": "ok", "unsafe": "nothing"}, fit.stdout
    found = json.loads(unfit.stdout)["unsafe"]
    assert unfit.exit_code == 1
    assert len(found) == 2 and all("set " in one for one in found)


def test_a_line_to_another_machine_must_be_encrypted(database: Database) -> None:
    """Asked of this server, which has no TLS, as if it were far away."""
    far = Settings(database_url="postgresql+psycopg://mdo@db.example.nl/mdo", keyring=make.KEYS)
    check = next(one for one in checks.CHECKS if one.name == "encrypted")
    with database.transaction() as session:
        assert "sslmode=verify-full" in "".join(check.look(far, session))
        assert list(check.look(replace(far, database_url=database.url), session)) == []


def test_what_a_link_says_and_cannot_be_is_named_with_its_hospital(database: Database, region: Region) -> None:
    """Kept by an older release, which did not know: about somebody without a case an ADT is counted, and the referral gone."""
    check = next(one for one in checks.CHECKS if one.name == "own places of links")
    settings = Settings(database_url=database.url)
    with database.transaction() as session:
        links = {one.hospital_id: one for one in session.scalars(select(Link))}
        said = {
            "KREE": ("generic-v2", '[kinds]\n"ADT^A08" = "referral"\n'),
            "ZEED": ("hix", '[referral]\nurgency = ["ZMD-3"]\n'),
            "DELT": ("gone", '[referral]\nurgency = ["ZMD-3"]\n'),
        }
        for code, (profile, otherwise) in said.items():
            link = links[region.hospitals[code]]
            link.profile_in, link.otherwise = profile, otherwise
        session.flush()
        found = list(check.look(settings, session))

    assert [one.partition(" says ")[0].partition(" reads ")[0] for one in found] == ["the link of DELT", "the link of KREE"]
    assert "'gone'" in found[0] and "ADT^A08" in found[1] and "Wat elders staat" in found[1]


def test_a_server_with_known_leaks_is_named(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    check = next(one for one in checks.CHECKS if one.name == "version")
    settings = Settings(database_url=database.url)
    with database.transaction() as session:
        for number, refused in (
            (150013, True),
            (150014, False),
            (160009, True),
            (170006, False),
            (140099, True),
            (180000, False),
        ):
            monkeypatch.setattr(checks, "_shown", lambda *_, shown=number: str(shown))
            assert bool(list(check.look(settings, session))) is refused, number


def test_a_file_that_others_can_change_is_named(tmp_path: Path) -> None:
    file = tmp_path / "anchor"
    file.touch()
    for mode, refused in ((0o600, False), (0o640, False), (0o644, True), (0o660, True), (0o666, True)):
        file.chmod(mode)
        assert bool(checks.open_to_others(file)) is refused, oct(mode)
    assert checks.open_to_others(tmp_path / "none") == []


def of_standbys(database: Database, monkeypatch: pytest.MonkeyPatch, *, connected: bool) -> list[str]:
    """What is said where every commit waits for a standby, and one has waited for long."""
    monkeypatch.setattr(checks, "_shown", lambda session, name: "tweede")
    monkeypatch.setattr(standbys, "is_any", lambda session: connected)
    monkeypatch.setattr(standbys, "is_awaited", lambda session: True)
    with database.transaction() as session:
        return list(checks._standby(Settings(), session))


@pytest.mark.parametrize(("connected", "said"), [(False, "none is connected"), (True, "does not answer")])
def test_a_standby_for_which_every_commit_waits_is_named(
    database: Database, monkeypatch: pytest.MonkeyPatch, connected: bool, said: str
) -> None:
    (finding,) = of_standbys(database, monkeypatch, connected=connected)

    assert said in finding and "(tweede)" in finding and "no message is acknowledged" in finding


def test_where_nobody_waits_for_a_standby_nothing_is_said(database: Database) -> None:
    with database.transaction() as session:
        assert list(checks._standby(Settings(), session)) == []
        assert not standbys.is_any(session) and not standbys.is_awaited(session)
