"""Workers that each begin to read at a place of their own read all test files, and as pytest reads them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import reading


def test_every_worker_reads_everything_and_each_begins_elsewhere() -> None:
    names = [f"no.such.test_{at}" for at in range(10)]

    orders = [reading.in_turn(names, number, 3) for number in range(3)]

    assert [order[0] for order in orders] == [names[0], names[3], names[6]]
    assert all(sorted(order) == sorted(names) for order in orders)


def test_a_module_that_was_read_is_not_read_again() -> None:
    assert reading.in_turn([__name__, "no.such.test"], 0, 2) == ["no.such.test"]


def test_a_folder_is_read_ahead_and_a_file_that_was_asked_for_is_not() -> None:
    here = Path(__file__)

    assert __name__ in reading.modules([str(here.parent)])
    assert (
        reading.modules([str(here)])
        == reading.modules([f"{here}::{test_a_module_that_was_read_is_not_read_again.__name__}"])
        == []
    )


def test_assertions_of_what_was_read_ahead_still_say_what_was_compared() -> None:
    one = "one"

    with pytest.raises(AssertionError) as raised:
        assert one == "2"

    assert "'one' == '2'" in str(raised.value)


def test_a_file_that_cannot_be_read_is_left_to_the_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads ahead says nothing: pytest meets it again, and tells which file it is."""
    monkeypatch.setattr(reading, "modules", lambda _: ["no.such.test"])
    worker = type("Config", (), {"workerinput": {"workerid": "gw0", "workercount": 2}, "args": ["tests"]})

    reading.begin_at_own_place(worker())  # type: ignore[arg-type]


def test_who_comes_without_make_keeps_bytecode_too() -> None:
    told = "import os, sys; told = sys.dont_write_bytecode; import tests; print(told, sys.dont_write_bytecode, *os.environ)"
    environment = {"PYTHONDONTWRITEBYTECODE": "1", "PATH": ""}

    said = subprocess.run([sys.executable, "-c", told], env=environment, cwd=reading.TESTS.parent, capture_output=True, text=True)

    assert said.stdout.split()[:2] == ["True", "False"]
    assert "PYTHONDONTWRITEBYTECODE" not in said.stdout
