"""The long run of what is left to chance (`make properties`) asks more than every run does (tests/chance.py)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.chance import examples

MAKEFILE = (Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8")


def test_every_run_asks_as_it_says_and_the_long_one_so_many_times_as_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MDO_CHANCE", raising=False)
    assert examples(30) == 30
    monkeypatch.setenv("MDO_CHANCE", "20")
    assert examples(30) == 600


def test_the_long_run_takes_every_file_that_asks_and_many_times_as_many() -> None:
    target = re.search(r"^properties:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert target
    times = re.search(r"MDO_CHANCE=\$\(or \$\(TIMES\),(\d+)\)", target[1])

    assert times and int(times[1]) >= 20
    assert "grep -rl --include='test_*.py' '^from tests.chance import' tests" in target[1]
