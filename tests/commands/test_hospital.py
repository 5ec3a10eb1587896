"""`mdo-portal hospital bind | unbind | accept-plain | refuse-plain`: the rules of the page, in a shell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from mdo_portal.commands import hospital, hospital_line
from mdo_portal.database import Database
from mdo_portal.domain.certificate_refusals import CHAIN, HOLDS_KEY
from mdo_portal.domain.link import LinkCertificate
from mdo_portal.services.links import link_history
from mdo_portal.settings import Settings
from tests.client_certificates import made
from tests.people import Region


@pytest.fixture(autouse=True)
def shell(database: Database, region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hospital_line, "checked_settings", Settings)
    monkeypatch.setattr(hospital_line, "open_database", lambda settings, *roles: database)


def said(*words: str) -> Result:
    return CliRunner().invoke(hospital_line.command, words)


def test_a_certificate_is_bound_and_withdrawn_and_the_history_says_from_where(
    database: Database, region: Region, tmp_path: Path
) -> None:
    one, path = made(), tmp_path / "zeed.cer"
    path.write_bytes(one.der)
    assert said("bind", "ZEED", str(path), "--by", "A. Beheerder").exit_code == 0
    assert [row["bound_to"] for row in hospital.line(database, "ZEED")["certificates"]] == [one.fingerprint]
    assert (said("unbind", "ZEED", one.fingerprint).exit_code, said("unbind", "ZEED", one.fingerprint).exit_code) == (0, 1)

    with database.transaction() as session:
        history = link_history.history(session, region.hospitals["ZEED"])
        told = [(row.what.value, row.by_name, "A. Beheerder" in row.before + row.after) for row in history]
    assert told == [("unbound", "", True), ("bound", "", True)]


def test_the_line_says_of_a_certificate_that_it_ended_and_not_only_that_it_soon_will(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "zeed.pem"
    path.write_bytes(made().pem)
    said("bind", "ZEED", str(path), "--by", "A. Beheerder")
    assert [row["ended"] for row in hospital.line(database, "ZEED")["certificates"]] == [False]

    with database.transaction() as session:
        session.execute(update(LinkCertificate).values(expires_at=datetime.now(UTC) - timedelta(minutes=1)))

    assert [row["ended"] for row in hospital.line(database, "ZEED")["certificates"]] == [True]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [(made().pem + made("Uitgever", ca=True).pem, CHAIN), (made().key_bytes(), HOLDS_KEY)],
    ids=["chain", "key"],
)
def test_what_the_page_refuses_the_command_refuses_in_the_same_words(tmp_path: Path, raw: bytes, sentence: str) -> None:
    path = tmp_path / "zeed.pem"
    path.write_bytes(raw)
    refused = said("bind", "ZEED", str(path), "--by", "A. Beheerder")
    assert (refused.exit_code, sentence in refused.output) == (1, True)


def test_a_line_without_tls_is_accepted_to_the_end_of_a_day_within_a_year(database: Database) -> None:
    day = (datetime.now(UTC) + timedelta(days=30)).date()
    accept = ("accept-plain", "ZEED", "--by", "J. de Wit, CISO", "--why", "geen TLS", "--until")
    assert (said(*accept, "2099-01-01").exit_code, said(*accept, day.isoformat()).exit_code) == (1, 0)
    plain = hospital.line(database, "ZEED")["plain"]
    assert (plain["by"], datetime.fromisoformat(plain["until"]).hour) in [("J. de Wit, CISO", 22), ("J. de Wit, CISO", 23)]
    assert (said("refuse-plain", "ZEED").exit_code, said("refuse-plain", "ZEED").exit_code) == (0, 1)


def test_a_hospital_that_is_not_there_is_said_to_be_not_there() -> None:
    refused = said("refuse-plain", "NONE")
    assert (refused.exit_code, "no hospital NONE" in refused.output) == (1, True)
