"""Who reads which test file first: three workers that all begin at the same one each compile every file.

pytest rewrites the assertions of a test file and keeps what came of it beside the file, for whoever reads it next. In a new clone that
is ten seconds of processor, and workers that go through the files in the same order do it at the same moment, all of them. So each
begins at a place of its own and goes round: when it comes to where another began, that part is written. What is read is in
`sys.modules`, where the collection finds it.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent


def begin_at_own_place(config: pytest.Config) -> None:
    """For a worker of pytest-xdist that is to collect whole folders; anybody else collects as ever."""
    worker = getattr(config, "workerinput", None)
    if not worker:
        return
    number, of = int(worker["workerid"].removeprefix("gw")), int(worker["workercount"])
    for name in in_turn(modules(config.args), number, of):
        with suppress(Exception, pytest.skip.Exception):  # the collection meets it again, and says so
            import_module(name)


def modules(args: list[str]) -> list[str]:
    """The test files in the folders that were asked for, as modules, in the order in which they are collected."""
    folders = [path.resolve() for path in map(Path, args) if path.is_dir()]
    files = [file for folder in folders if folder.is_relative_to(TESTS) for file in sorted(folder.rglob("test_*.py"))]
    return [".".join(file.relative_to(TESTS.parent).with_suffix("").parts) for file in files]


def in_turn(names: list[str], number: int, of: int) -> list[str]:
    """All of them, from this worker's own place on."""
    place = len(names) * number // of
    return [name for name in names[place:] + names[:place] if name not in sys.modules]
