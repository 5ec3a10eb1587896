"""One run of the tests that try every mistake in one module, in one process: databases and regions are made once.

What a kill is worth. First the tests must be green, and once more with every function exchanged for itself: so to exchange costs nothing.
A mistake is tried by the tests that run its lines, the quickest first. Who notices it is asked again when the mistake is gone, and must be
green: else the kill was not the mistake's, and the run stops. How it was noticed is counted: by an assertion, by another error, or by hanging.
"""

from __future__ import annotations

import ast
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest
from _pytest.outcomes import Failed
from _pytest.runner import runtestprotocol

from .swapping import CannotSwap, swapped
from .variants import Mutant, mutants, statements

LONGEST = 30.0  #: seconds for one test: what takes longer hangs
BY_ASSERTION, BY_ERROR, BY_HANGING = "by an assertion", "by an error", "by hanging"


class Hung(BaseException):
    """A test took too long."""


class NotTrue(Exception):
    """What this run would say of the mistakes is worth nothing: why."""


class Trial:
    """The plug-in of pytest. `say`: hears each line of the report; `every`: only one mistake in so many is tried."""

    def __init__(self, module: str, *, say: Callable[[str], None], every: int = 1, only: str = "") -> None:
        self._name, self._say, self._every, self._only = module, say, every, only
        self._cause: type[BaseException] | None = None
        self._reached: dict[int, set[int]] = {}
        self.seconds: dict[int, float] = {}  #: of each test
        self.fates: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.survivors: list[Mutant] = []
        self.is_worth = False  #: until all were tried

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> Iterator[None]:
        if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
            self._cause = self._cause or call.excinfo.type
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._items = session.items
        module = sys.modules[self._name]
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        try:
            self._walk_as_it_is(module)
            self._walk_exchanged(module, tree)
            for number, mutant in enumerate(mutants(tree, vars(module).get)):
                if number % self._every == 0 and self._only in ".".join(mutant.path):
                    self._try(module, mutant)
            self.is_worth = bool(self.fates)
        except NotTrue as why:
            self._say(f"worth nothing: {why}")
        return True

    def _walk_as_it_is(self, module: ModuleType) -> None:
        for at in range(len(self._items)):
            self._reached[at], began = set(), time.monotonic()
            with _lines_run(str(module.__file__), self._reached[at]):
                green = self._is_green(at)
            self.seconds[at] = time.monotonic() - began
            if not green:
                raise NotTrue(f"{self._items[at].nodeid} is red on the module as it is: {self._cause}")

    def _walk_exchanged(self, module: ModuleType, tree: ast.Module) -> None:
        """Every statement for itself, all at once."""
        undo = []
        for path, statement in statements(tree):
            try:
                undo.append(one := swapped(module, path, statement))
                one.__enter__()
            except CannotSwap:
                undo.pop()
        try:
            for at in range(len(self._items)):
                if not self._is_green(at):
                    raise NotTrue(f"{self._items[at].nodeid} is red with every function exchanged for itself: {self._cause}")
        finally:
            for one in reversed(undo):
                one.__exit__(None, None, None)

    def _try(self, module: ModuleType, mutant: Mutant) -> None:
        fate, told = "survived", ""
        near = sorted((at for at in self._reached if self._comes_near(at, mutant)), key=lambda at: self.seconds[at])
        try:
            for at in near:
                with swapped(module, mutant.path, mutant.statement):
                    green = self._is_green(at)
                if not green:
                    fate, told = self._judged(at), self._items[at].name
                    break
        except Exception as error:
            if isinstance(error, NotTrue):
                raise
            fate, told = "not tried", type(error).__name__  # it cannot be built, or not while the process runs
        if fate == "survived":
            self.survivors.append(mutant)
            told = f"{len(near)} tests come here"
        self.fates[fate] += 1
        self._say(f"{fate:16} {mutant.line:4} {'.'.join(mutant.path)}: {mutant.what} ({told})")

    def _comes_near(self, at: int, mutant: Mutant) -> bool:
        """It runs one of the lines; of what is only run when the module is imported, nobody can tell: all that use the module."""
        if any(line in lines for lines in self._reached.values() for line in self._body(mutant)):
            return any(line in self._reached[at] for line in mutant.lines)
        return True

    def _body(self, mutant: Mutant) -> range:
        statement = mutant.statement
        if not isinstance(statement, ast.FunctionDef):
            return range(0)
        return range(statement.body[0].lineno, (statement.end_lineno or statement.lineno) + 1)

    def _judged(self, at: int) -> str:
        cause = self._cause
        assert cause is not None
        if not self._is_green(at):
            raise NotTrue(f"{self._items[at].nodeid} stays red when the mistake is gone: {self._cause}")
        if cause is Hung:
            return BY_HANGING
        if issubclass(cause, AssertionError | Failed):
            return BY_ASSERTION
        self.errors[cause.__name__] += 1
        return BY_ERROR

    def _is_green(self, at: int) -> bool:
        self._cause = None
        with _not_longer_than(LONGEST):
            reports = runtestprotocol(self._items[at], log=False, nextitem=self._other(at))
        return not any(report.failed for report in reports)

    def _other(self, at: int) -> pytest.Item:
        """Any other test: what is made once per run must stay."""
        return self._items[(at + 1) % len(self._items)]


@contextmanager
def _lines_run(file: str, into: set[int]) -> Iterator[None]:
    """The lines of this file that any thread runs meanwhile."""

    def line(frame: FrameType, event: str, _: object) -> Any:
        into.add(frame.f_lineno)
        return line

    def call(frame: FrameType, event: str, _: object) -> Any:
        return line if frame.f_code.co_filename == file else None

    threading.settrace(call)
    sys.settrace(call)
    try:
        yield
    finally:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]


@contextmanager
def _not_longer_than(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Hung

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
