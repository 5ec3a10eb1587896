"""Reading in a child: what a message does to its reader costs seconds and a reason, and nothing else."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from integrations.bounded import turns
from integrations.bounded.pool import WANTED, BoundedExplainer, Pool, ReaderBroke, _heard, bounded
from integrations.readers import explainers, readers
from mdo_portal.exchange import IncomingReferral, Unreadable, Wire
from tests import make

SECONDS = 1.0
GOOD = make.hl7_referral("M1", patient="12345")


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with closing(Pool(1, readers="tests.integrations.bounded.evil:readers", memory_bytes=256 * 1024 * 1024)) as made:
        yield made


def _nested(depth: int) -> object:
    return [_nested(depth - 1)] if depth else []


def read(pool: Pool, raw: bytes, *, seconds: float = SECONDS) -> object:
    return pool.read(Wire.HL7V2, raw, "generic-v2", "", seconds=seconds)


def poison(word: str) -> bytes:
    return make.hl7_referral("M2", patient="666", question=word)


def test_the_child_understands_the_same_as_we_do(pool: Pool) -> None:
    ours = readers()[Wire.HL7V2]

    assert read(pool, GOOD) == ours.read(GOOD, "generic-v2")
    assert bounded(pool, readers(), seconds=SECONDS)[Wire.HL7V2].header(GOOD) == ours.header(GOOD)


def test_the_child_explains_as_we_do_and_what_takes_too_long_is_said(pool: Pool) -> None:
    found = BoundedExplainer(pool, Wire.HL7V2, seconds=SECONDS * 20).explain(GOOD, "generic-v2")
    late = BoundedExplainer(pool, Wire.HL7V2, seconds=SECONDS / 5).explain(poison("gif:slaap"), "generic-v2")

    assert found == explainers()[Wire.HL7V2].explain(GOOD, "generic-v2") and found.fields
    assert (late.reason, late.fields) == ("reader_slow", ())


def test_what_the_reader_says_of_a_message_is_what_we_hear(pool: Pool) -> None:
    with pytest.raises(Unreadable) as found:
        read(pool, GOOD.replace(b"REF^I12", b"ZZZ^Z99"))

    assert (found.value.reason, found.value.where) == ("unknown_kind", "MSH-9")


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("gif:lus", "reader_slow"),
        ("gif:slaap", "reader_slow"),
        ("gif:geheugen", "reader_died"),
        ("gif:dood", "reader_died"),
        ("gif:segfault", "reader_died"),
        ("gif:diep", "reader_died"),
    ],
)
def test_a_poison_message_costs_its_time_and_a_reason_and_the_next_is_read_at_once(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, word: str, reason: str
) -> None:
    monkeypatch.setattr(turns, "MOST_STARVED", 1)  # however busy this machine is
    read(pool, GOOD)
    began = time.monotonic()

    with pytest.raises(Unreadable) as found:
        read(
            pool, poison(word), seconds=20 if reason == "reader_died" else SECONDS
        )  # a child that dies needs a new one to be sure
    cost = time.monotonic() - began

    assert found.value.reason == reason
    assert reason == "reader_died" or cost < SECONDS + 1
    assert read(pool, GOOD)


def test_a_child_that_answers_something_else_is_heard_no_more(pool: Pool) -> None:
    with pytest.raises(Unreadable) as found:
        read(pool, poison("gif:kop"), seconds=20)

    assert found.value.reason == "reader_died"
    assert read(pool, GOOD)


@pytest.mark.parametrize("said", [7, [], ["unreadable"], ["read"], ["read", {"Popen": []}], ["read", _nested(400)]], ids=range(6))
def test_what_no_child_of_ours_says_is_told_apart_from_an_error_of_our_own(said: object) -> None:
    with pytest.raises((ValueError, TypeError, LookupError, RecursionError)):
        _heard(said, [], WANTED["read"])


def goes_on_too_late(child: int) -> None:
    """It stopped, and its time passes."""
    while turns._state(child) not in "TX":
        time.sleep(0.01)
    time.sleep(SECONDS)
    os.kill(child, signal.SIGCONT)


def test_a_message_is_not_held_against_it_that_its_reader_got_no_processor(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is overloaded, or stood still for a while: what was simply a referral stood among the unreadable ones."""
    monkeypatch.setattr(turns, "MOST_STARVED", 100)
    read(pool, GOOD, seconds=20)
    threading.Thread(target=goes_on_too_late, args=(pool._idle[0].process.pid,), daemon=True).start()

    found = read(pool, poison("gif:stil"))

    assert isinstance(found, IncomingReferral) and found.patient.local_number == "666"


def test_an_error_of_our_own_says_its_name_and_nothing_of_the_message(pool: Pool) -> None:
    with pytest.raises(ReaderBroke) as found:
        read(pool, poison("gif:stuk"))

    assert str(found.value) == "IndexError"


def test_the_child_can_write_no_file(pool: Pool) -> None:
    with pytest.raises(ReaderBroke) as found:
        read(pool, poison("gif:schrijven"), seconds=20)

    assert str(found.value) == "FileNotFoundError"  # no directory in which it could write one byte


def test_the_child_knows_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MDO_KEYRING", "geheim")
    with closing(Pool(0)) as fresh:
        read(fresh, GOOD, seconds=20)
        environment = Path(f"/proc/{fresh._idle[0].process.pid}/environ").read_bytes()

    assert environment.strip(b"\0") == b"LANG=C.UTF-8"


def test_a_child_that_somebody_kills_is_replaced_and_its_message_is_read(pool: Pool) -> None:
    for _ in range(5):
        os.kill(pool._idle[0].process.pid, signal.SIGKILL)

        assert read(pool, GOOD, seconds=20)


def test_a_child_does_not_outlive_a_parent_that_was_killed_over_a_poison_message() -> None:
    """The parent is no more: the child's own clock ends it."""
    parent = os.fork()
    if parent == 0:
        pool = Pool(0, readers="tests.integrations.bounded.evil:readers")
        read(pool, GOOD, seconds=20)
        Path(f"/tmp/mdo-child-{os.getpid()}").write_text(str(pool._idle[0].process.pid))
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
        read(pool, poison("gif:lus"), seconds=0.7)
        os._exit(0)
    os.waitpid(parent, 0)
    told = Path(f"/tmp/mdo-child-{parent}")
    child = int(told.read_text())
    told.unlink()

    until = time.monotonic() + 15
    while Path(f"/proc/{child}").exists() and time.monotonic() < until:
        time.sleep(0.1)

    assert not Path(f"/proc/{child}").exists()
