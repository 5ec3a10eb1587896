"""Whether the database stands where it stood is asked for each new connection, and of nothing else."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from mdo_portal.commands.place import PlaceWatch
from mdo_portal.database import Database
from mdo_portal.domain.whereabouts import Whereabouts
from tests.make import NOW
from tests.outbox_house import Outbox
from tests.people import Region


@pytest.fixture
def watch(database: Database) -> PlaceWatch:
    return PlaceWatch(database, clock=lambda: NOW)


def test_a_new_connection_is_a_reason_to_look_and_looking_holds_what_was_under_way(
    watch: PlaceWatch, database: Database, region: Region
) -> None:
    house = Outbox(database, region)
    round_ = house.signed()
    watch.first(threading.Event())
    assert watch.is_sure
    with database.transaction() as session:
        session.execute(update(Whereabouts).values(timeline="before the failover"))
    database.close()
    assert watch.is_sure, "nothing was reached yet"

    with database.transaction():
        assert watch.is_sure, "a session without a statement has no connection"
    house.letter(round_)
    assert not watch.is_sure
    with capture_logs() as lines:
        watch.make_sure()

    told = [line["event"] for line in lines if line["event"].startswith("database.")]  # other threads of the run may log too
    assert told == ["database.elsewhere"] and watch.is_sure
    assert house.letter(round_).held_at is not None


def test_a_first_machine_that_comes_back_after_another_took_its_place_holds_its_letters(
    watch: PlaceWatch, database: Database, region: Region
) -> None:
    """It says of itself that it stands where it stood; what it has to send the other one may have sent."""
    house = Outbox(database, region)
    round_ = house.signed()
    watch.first(threading.Event())
    assert watch._stood is not None and house.letter(round_).held_at is None
    watch._stood, watch._is_new = watch._stood._replace(timeline="FFFFFFFF"), True  # it was on the one that took its place

    with capture_logs() as lines:
        watch.make_sure()

    assert [line["event"] for line in lines if line["event"].startswith("database.")] == ["database.replaced"]
    assert house.letter(round_).held_at is not None


def test_looking_that_fails_leaves_the_reason_to_look(watch: PlaceWatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_look", lambda: (_ for _ in ()).throw(RuntimeError("no database")))

    with pytest.raises(RuntimeError):
        watch.make_sure()

    assert not watch.is_sure
