"""Two who act on one patient at the same moment (tests/pairs): a few pairs at every change, all of them by `make pairs`; and the harness itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from mdo_portal.database import Database
from tests.pairs import acts
from tests.pairs.house import Doing, House
from tests.pairs.meeting import Pairs, pairs_on
from tests.pairs.world import World
from tests.people import Region


@pytest.fixture
def pairs(database: Database, region: Region) -> Iterator[Pairs]:
    with pairs_on(database, region) as made:
        yield made


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("signs", "is unmerged", ["303 / undone", "409 / undone"]),
        ("signs", "signs too", ["303 / 303"]),
        ("defers all", "holds", ["303 / 303"]),
        ("plans", "plans for later", ["302 / 302"]),
        ("plans", "is cancelled waiting", ["302 / understood", "409 / understood"]),
        ("destroys on request", "reopens", ["303 / 404", "409 / 302"]),
        ("comes in", "comes in", ["stored / stored"]),
    ],
)
def test_neither_is_ended_or_left_without_a_word_and_it_is_as_if_one_came_after_the_other(
    pairs: Pairs, one: str, other: str, told: list[str]
) -> None:
    """A signature under a number that is somebody else's by now is refused; of two chairs one signs, and the other reads that it is done. A case that is opened again goes to nobody's request."""
    came = pairs.pair(one, other)

    assert (came["odd"], came["told"]) == ([], told)


def locks(*tables: str) -> Doing:
    def act(house: House, world: World) -> str:
        with house.database.transaction() as session:
            for table in tables:
                session.execute(text(f"SELECT FROM {table} ORDER BY id LIMIT 1 FOR UPDATE"))
        return "done"

    return act


def test_two_who_lock_in_another_order_are_found(pairs: Pairs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(acts.ACTS, "one way", locks("patients", "cases"))
    monkeypatch.setitem(acts.ACTS, "other way", locks("cases", "patients"))

    came = pairs.pair("one way", "other way")

    assert came["meet"][2] == 2
    assert came["odd"][0].startswith("DEADLOCK")


def test_so_is_who_goes_by_what_was_read_before(pairs: Pairs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each counts one on what it had read, and together they count one."""

    def counts(house: House, world: World) -> str:
        with house.database.transaction() as session:
            of = {"id": world.cases["table"]}
            seen = session.scalar(text("SELECT revision FROM cases WHERE id = :id"), of)
            session.execute(text("UPDATE cases SET revision = :more WHERE id = :id"), of | {"more": seen + 1})
        return "done"

    monkeypatch.setitem(acts.ACTS, "counts", counts)

    came = pairs.pair("counts", "counts")

    assert [one.partition(" ")[0] for one in came["odd"]] == ["OTHERWISE"] * 4
