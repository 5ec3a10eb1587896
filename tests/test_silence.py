"""A PostgreSQL that says nothing and hangs up on nobody: who waits on it hears so, and who waits for a long answer is left alone."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from mdo_portal.commands.listening import Listening
from mdo_portal.database import Database
from mdo_portal.services.inbox.inbound_line import DirectLine, question
from mdo_portal.services.links import listening
from mdo_portal.silence import WATCH
from tests.relays import Relay
from tests.silent_house import Waiting, between, far, look, until, waited_on

__all__ = ["between", "far"]


def test_who_waits_on_a_database_that_fell_silent_hears_so_and_is_answered_when_it_speaks_again(
    between: Relay, far: Database
) -> None:
    waiting = Waiting(far)
    between.is_silent = True
    waiting.begin()

    assert WATCH.look(now=time.monotonic()) == 0 and not waiting.heard
    assert look() == 1 and isinstance(waiting.answer(), OperationalError)

    between.is_silent = False
    with far.transaction() as session:
        assert session.scalar(text("SELECT 2")) == 2


def test_who_waits_for_a_long_answer_is_left_alone(between: Relay, far: Database) -> None:
    waiting = Waiting(far, "SELECT 3 FROM pg_sleep(2)")
    waiting.begin()

    assert look() == 0

    assert waiting.answer() == 3


def test_who_waits_on_a_line_of_which_the_database_knows_no_more_hears_so(between: Relay, far: Database) -> None:
    """Another machine took its place, or a proxy kept the line to one that is gone."""
    waiting = Waiting(far)
    between.leave()
    waiting.begin()
    between.is_silent = False  # for who comes new

    until(look)

    assert isinstance(waiting.answer(), OperationalError)


def test_a_line_of_the_same_number_on_another_machine_is_another_one(between: Relay, far: Database) -> None:
    waiting = Waiting(far, "SELECT 3 FROM pg_sleep(20)")
    waiting.begin()
    (line,) = waited_on()
    line.begun = b"1764500000.000001"  # PostgreSQL knows that number, of a line that began at another moment

    assert look() == 1 and isinstance(waiting.answer(), OperationalError)


def test_the_number_of_a_process_of_somebody_elses_is_of_no_line_of_ours(between: Relay, far: Database) -> None:
    """On the machine that took its place: of such a process no age is told, at which nobody was cut any more."""
    waiting = Waiting(far, "SELECT 3 FROM pg_sleep(20)")
    waiting.begin()
    (line,) = waited_on()
    with far.transaction() as session:
        line.pid = session.scalar(text("SELECT pid FROM pg_stat_activity WHERE backend_start IS NULL LIMIT 1"))

    assert look() == 1 and isinstance(waiting.answer(), OperationalError)


FORKED = """
import os, sys
from mdo_portal.silence import WATCH
with WATCH._lock:
    child = os.fork()
    if not child:
        os._exit(WATCH._lock.locked())
    sys.exit(os.waitpid(child, 0)[1] >> 8)
"""


def test_a_process_that_is_forked_while_the_lines_are_looked_at_can_know_its_own() -> None:
    """A web process is forked from one that has asked the database something."""
    assert subprocess.run([sys.executable, "-c", FORKED], timeout=60).returncode == 0


def test_the_listener_answers_nobody_over_a_line_that_fell_silent(between: Relay) -> None:
    async def stored() -> str:
        line = DirectLine(between.url.replace("postgresql+psycopg", "postgresql"))
        asked = question("SELECT %b::int4", [1], ["int4"])
        assert len(await line.ask(asked)) == 1
        between.is_silent = True
        asking = asyncio.ensure_future(line._ask(asked))
        await asyncio.sleep(0.1)
        cut = await asyncio.get_running_loop().run_in_executor(None, look)
        said = (await asyncio.gather(asking, return_exceptions=True))[0]
        line.close()
        return f"{cut} {type(said).__mro__[1].__name__ if isinstance(said, psycopg.Error) else said}"

    assert asyncio.run(stored()).startswith("1 ")


def test_a_listener_whose_proof_fell_silent_proves_itself_over_another_line(
    database: Database, between: Relay, far: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages said that nobody listens, until the operating system missed that line: a quarter of an hour later, or never."""
    monkeypatch.setattr("mdo_portal.commands.listening.PROOF_SECONDS", 0.05)
    proof = Listening(far)

    def is_proved() -> bool:
        with database.transaction() as session:
            return listening.is_anybody(session)

    proof.begin()
    until(is_proved)
    between.leave()
    until(lambda: not is_proved())
    between.is_silent = False
    until(lambda: is_proved() or (look() and is_proved()))
    proof.end()
