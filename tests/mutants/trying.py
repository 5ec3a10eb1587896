"""One run of the tests that try every mistake in one module, in one process: databases and regions are made once.

What a kill is worth. First the tests must be green, and a score of them once more with every function exchanged for itself.
A mistake is tried by the tests that run its lines, the quickest first. Who notices it is asked again when the mistake is gone, and must be
green: else the kill was not the mistake's, and the run stops. How it was noticed is counted: by an assertion, by another error, or by hanging.
"""

from __future__ import annotations

import ast
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from types import ModuleType

import pytest
from _pytest.outcomes import Failed
from _pytest.runner import runtestprotocol
from coverage import Coverage
from hypothesis import is_hypothesis_test

from .swapping import CannotSwap, parsed, swapped
from .variants import Mutant, mutants, statements

LONGEST = 120.0  #: seconds for one test, on a machine that others use: what takes longer hangs
MAKING = 10 * LONGEST  #: for one that first makes what is made once: a server, and every table
SCORE = 20
BY_ASSERTION, BY_ERROR, BY_HANGING = "by an assertion", "by an error", "by hanging"


class Hung(BaseException):
    """A test took too long."""


class NotTrue(Exception):
    """What this run would say of the mistakes is worth nothing: why."""


class AnyOther:
    """The test that comes next, of which nothing is known: all that is of a file goes, what is made once per run stays.

    Where a real one was named and another came, pytest itself failed that one (*previous item was not torn down properly*), and each such
    failure was a mistake that was noticed.
    """

    def __init__(self, session: pytest.Session) -> None:
        self._session = session

    def listchain(self) -> list[pytest.Session]:
        return [self._session]

    def get_closest_marker(self, name: str) -> None:
        return None


class Patient:
    """A module that is operated upon."""

    def __init__(self, module: ModuleType) -> None:
        self.module, self.file = module, str(module.__file__)
        self.tree = parsed(self.file)
        #: by the place of a test: the lines that it runs
        self.reached: dict[int, set[int]] = {}

    def comes_near(self, at: int, mutant: Mutant) -> bool:
        """It runs one of the lines. Of what only runs when the module is imported nobody can tell: all that use the module."""
        body = mutant.statement.body if isinstance(mutant.statement, ast.FunctionDef) else []
        if any(
            line in lines
            for lines in self.reached.values()
            for one in body
            for line in range(one.lineno, (one.end_lineno or 0) + 1)
        ):
            return any(line in self.reached[at] for line in mutant.lines)
        return bool(self.reached[at])


class Trial:
    """The plug-in of pytest. `say`: hears each line of the report; `every`: only one mistake in so many is tried, by at most `most` tests."""

    def __init__(self, modules: Sequence[str], *, say: Callable[[str], None], every: int, only: str, most: int) -> None:
        self._names, self._say, self._every, self._only, self._most = modules, say, every, only, most
        self._cause: type[BaseException] | None = None
        self._seconds: dict[int, float] = {}
        self._is_made = False

    def pytest_configure(self, config: pytest.Config) -> None:
        """A mark of xdist, which is away here: tests that carry it are read all the same."""
        config.addinivalue_line("markers", "xdist_group(name): which tests run in one process")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """What tests of chance find is not the same twice."""
        items[:] = [item for item in items if not is_hypothesis_test(getattr(item, "obj", None))]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> Iterator[None]:
        if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
            self._cause = self._cause or call.excinfo.type
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._items = session.items
        patients = [Patient(sys.modules[name]) for name in self._names]
        try:
            self._walk_as_it_is(patients)
            self._walk_exchanged(patients)
            for patient in patients:
                self._try_all(patient)
        except NotTrue as why:
            self._say(f"worth nothing: {why}")
            session.shouldfail = str(why)
        return True

    def _walk_as_it_is(self, patients: Sequence[Patient]) -> None:
        for at in range(len(self._items)):
            began = time.monotonic()
            with _lines_run({patient.file: patient.reached.setdefault(at, set()) for patient in patients}):
                green = self._is_green(at)
            self._seconds[at] = time.monotonic() - began
            if not green:
                raise NotTrue(f"{self._items[at].nodeid} is red as it is: {self._cause}")

    def _walk_exchanged(self, patients: Sequence[Patient]) -> None:
        """Every statement for itself, all at once: a score of the tests must not notice."""
        with ExitStack() as exchanged:
            for patient in patients:
                for path, statement in statements(patient.tree):
                    with suppress(CannotSwap):
                        exchanged.enter_context(swapped(patient.module, path, statement))
            for at in range(0, len(self._items), len(self._items) // SCORE + 1):
                if not self._is_green(at):
                    raise NotTrue(f"{self._items[at].nodeid} is red with every function exchanged for itself: {self._cause}")

    def _try_all(self, patient: Patient) -> None:
        fates, errors, began = Counter[str](), Counter[str](), time.monotonic()
        for number, mutant in enumerate(mutants(statements(patient.tree), vars(patient.module).get)):
            if number % self._every or self._only not in ".".join(mutant.path):
                continue
            fate, told = self._fate(patient, mutant)
            fates[fate] += 1
            if fate == BY_ERROR:
                errors[told.partition(" ")[0]] += 1
            self._say(f"{fate:16} {mutant.line:4} {'.'.join(mutant.path)}: {mutant.what} ({told})")
        told_of = {"module": patient.module.__name__, **fates, "errors": errors, "seconds": round(time.monotonic() - began)}
        self._say(json.dumps(told_of))

    def _fate(self, patient: Patient, mutant: Mutant) -> tuple[str, str]:
        """What became of it, and who says so."""
        near = sorted((at for at in patient.reached if patient.comes_near(at, mutant)), key=lambda at: self._seconds[at])
        for at in near[: self._most]:
            try:
                with swapped(patient.module, mutant.path, mutant.statement):
                    green = self._is_green(at)
            except Exception as error:
                return "not tried", type(error).__name__  # it cannot be built, or not while the process runs
            if not green:
                return self._judged(at)
        return "survived", f"{len(near)} tests come here"

    def _judged(self, at: int) -> tuple[str, str]:
        cause = self._cause
        assert cause is not None
        if not self._is_green(at):
            raise NotTrue(f"{self._items[at].nodeid} stays red when the mistake is gone: {self._cause}")
        if cause is Hung:
            return BY_HANGING, self._items[at].name
        how = BY_ASSERTION if issubclass(cause, AssertionError | Failed) else BY_ERROR
        return how, f"{cause.__name__} in {self._items[at].name}"

    def _is_green(self, at: int) -> bool:
        """After one that hung all is made anew, databases too: whatever it held then, nobody may wait for it now."""
        self._cause = None
        with _not_longer_than(LONGEST if self._is_made else MAKING):
            reports = runtestprotocol(self._items[at], log=False, nextitem=AnyOther(self._items[at].session))  # type: ignore[arg-type]
        self._is_made = self._cause is not Hung
        if not self._is_made:
            self._items[at].session._setupstate.teardown_exact(None)
        return not any(report.failed for report in reports)


@contextmanager
def _lines_run(into: dict[str, set[int]]) -> Iterator[None]:
    """The lines of these files that any thread runs meanwhile."""
    watch = Coverage(data_file=None, include=list(into), config_file=False, messages=False)
    watch.set_option("run:disable_warnings", ["no-data-collected"])
    watch.start()
    try:
        yield
    finally:
        watch.stop()
        for file, lines in into.items():
            lines.update(watch.get_data().lines(file) or ())


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
