"""What comes of two who act at the same moment, beside what comes of it when they do it one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import psycopg

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.web import limits
from tests.copies import plain
from tests.pairs import halting, world
from tests.pairs.acts import ACTS, first, needed
from tests.pairs.halting import Actor, Watch
from tests.pairs.house import House
from tests.people import Region
from tests.web.portal import app_on

#: how it begins when somebody is told nothing that they can use: our fault (5xx), or an error
NO_SENTENCE = ("5", "!")


@contextmanager
def pairs_on(database: Database, region: Region) -> Iterator[Pairs]:
    """On this database, with everybody signed in, and nobody held up for being too fast."""
    name = urlsplit(database.url).path.strip("/")
    with psycopg.connect(plain(as_role(database.url, "postgres")), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET deadlock_timeout = '100ms'")
    with halting.installed(), patch.object(limits, "ask", lambda *_: None), app_on(database) as app:
        houses = [House(app, database, region) for _ in range(2)]
        for house in houses:
            house.ready()
        yield Pairs(database, region, *houses)


class Pairs:
    """Two houses in one database, for the two who act."""

    def __init__(self, database: Database, region: Region, first: House, second: House) -> None:
        self.database, self.region, self.first, self.second = database, region, first, second
        self.watch = Watch(database)
        self.failed = False
        self._steps: dict[tuple[str, ...], int] = {}

    def steps(self, name: str, *beside: str) -> int:
        """Before which of its statements an act holds the most, with that patient's cases as they are in this pair."""
        pair = (name, *sorted({name, *beside}))
        if pair not in self._steps:
            self._steps[pair] = last_of_longest(alone(self.first, name, self.world(*pair)).statements)
        return self._steps[pair]

    def world(self, *names: str) -> world.World:
        made = world.made(self.database, self.region, needed(*names))
        for act in first(*names):
            act(self.first, made)
        return made

    def seen(self, made: world.World) -> dict[str, Any]:
        with self.database.transaction() as session:
            return world.picture(session, made)

    def one_after_another(self, one: str, other: str) -> list[tuple[str, dict[str, Any]]]:
        found = []
        for turned in (False, True):
            made = self.world(one, other)
            said = {}
            for name, house, slot in ((one, self.first, 0), (other, self.second, 1))[:: -1 if turned else 1]:
                said[slot] = alone(house, name, made).said
            found.append((f"{said[0]} / {said[1]}", self.seen(made)))
        return found

    def halted(self, one: str, other: str, *, halt: int, turned: bool = False) -> Meeting:
        """The first until `halt`, the second until they wait; `turned`: the other way."""
        made = self.world(one, other)
        doing = [Actor(partial(ACTS[one], self.first, made)), Actor(partial(ACTS[other], self.second, made))]
        stops, comes_by = doing[::-1] if turned else doing
        stops.halt = halt
        waits_at = halting.both(stops, comes_by, self.watch)
        return Meeting(*doing, stops, waits_at, self.seen(made))

    def pair(self, one: str, other: str) -> dict[str, Any]:
        """Six runs at most. The second stands before all that the first ever holds, and the other way: where does each meet the other?

        Where both do, the first is stopped right after what it holds first of that (two who wait for each other are found there,
        whatever more they hold), and right before it, where the second goes by and what the first had read is old.
        """
        met = [self.halted(one, other, halt=self.steps(one, other))]
        met.append(self.halted(one, other, halt=self.steps(other, one), turned=True))  # one may pass over what the other holds
        if met[0].waits_at and (at := met[1].waits_at):
            met += [self.halted(one, other, halt=at + 1), self.halted(one, other, halt=at)]
        odd = [f"{'DEADLOCK' if run.ended else 'NO SENTENCE'} {run}" for run in met if run.ended or run.is_rude]
        self.failed = self.failed or any(run.is_rude for run in met)
        serial = self.one_after_another(one, other) if any(run.waits_at for run in met) or odd else []
        odd += [f"OTHERWISE {run}: {run.differs(serial)}" for run in met if serial and run.as_told not in serial]
        told = sorted({run.said for run in met})
        return {"pair": f"{one} & {other}", "runs": len(met), "meet": [run.waits_at for run in met], "told": told, "odd": odd}


def alone(house: House, name: str, made: world.World) -> Actor:
    """Who acts while nobody else does."""
    actor = Actor(partial(ACTS[name], house, made))
    actor.begin()
    actor.end()
    return actor


def last_of_longest(statements: list[str]) -> int:
    """Before which statement the most is held: the commit of the transaction that did most."""
    ends = [0, *(at for at, statement in enumerate(statements, start=1) if statement == "COMMIT")]
    return max(pairwise(ends), key=lambda each: each[1] - each[0], default=(0, len(statements)))[1]


@dataclass
class Meeting:
    """What came of one run."""

    first: Actor
    second: Actor
    stopped: Actor
    #: at which of their statements who came by had to wait; 0 = nowhere
    waits_at: int
    seen: dict[str, Any]

    @property
    def ended(self) -> int:
        return self.first.ended + self.second.ended

    @property
    def said(self) -> str:
        return f"{self.first.said} / {self.second.said}"

    @property
    def is_rude(self) -> bool:
        """One of them was told nothing that a person can use."""
        return any(str(one.said).startswith(NO_SENTENCE) for one in (self.first, self.second))

    @property
    def as_told(self) -> tuple[str, dict[str, Any]]:
        return self.said, self.seen

    def differs(self, serial: list[tuple[str, dict[str, Any]]]) -> str:
        found = [{key: (self.seen[key], one[key]) for key in self.seen if self.seen[key] != one[key]} for _, one in serial]
        return f"{[said for said, _ in serial]} {json.dumps(min(found, key=len))[:700]}"

    def __str__(self) -> str:
        done, halt = self.stopped.statements, self.stopped.halt
        at = done[halt - 1][:100] if len(done) >= halt else "never there"
        who = "first" if self.stopped is self.first else "second"
        return f"{self.said}, {who} stopped at {halt} ({at})"
