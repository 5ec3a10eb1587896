"""One PostgreSQL for the whole run, and in it a template with the small region of tests/people.py.

`session` is one transaction on a shared copy, rolled back afterwards: for whatever happens inside one transaction (services never
commit, so that is most). `database` is a copy of the test's own (tests/copies.py): for commits, NOTIFY, threads and processes.
With `-n 3` the workers share the server and the tables; each has its own template and copies.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from tempfile import TemporaryDirectory

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from mdo_portal.commands import migrate
from mdo_portal.commands.postgres import server
from mdo_portal.commands.postgres_databases import as_role, clone_database, template_database
from mdo_portal.database import Database, HoldingSession
from tests import as_run, canaries, clusters, dealing, in_memory, make, once, people, reading, statements, taken_anew, telling
from tests import browser as browsers
from tests.copies import Copies, as_web, opened, plain
from tests.people import Region

hypothesis_settings.register_profile(
    "suite",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("suite")
_names = count(1)
initdb_itself = clusters.initdb_itself
__all__ = ["as_web", "copy_name", "opened"]
_server = pytest.StashKey[ExitStack]()
_compiled = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """What all workers share is made by the process that hands out the work."""
    as_run.install()
    taken_anew.install()
    statements.install()
    telling.install(config)
    shared = getattr(config, "workerinput", {}).get("compiled")
    if not shared:
        in_memory.install()
        folder = TemporaryDirectory(prefix="mdo-compiled-")
        config.add_cleanup(folder.cleanup)
    config.stash[_compiled] = shared or folder.name
    once.install(config.stash[_compiled])
    clusters.install(config.stash[_compiled])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """pytest-xdist: the process that hands out the work owns the server."""
    config = node.config  # type: ignore[attr-defined]
    if _server not in config.stash:
        config.stash[_server] = stack = ExitStack()
        config.stash[_server_url] = stack.enter_context(_throw_away())
    node.workerinput["postgres"] = config.stash[_server_url]  # type: ignore[attr-defined]
    node.workerinput["compiled"] = config.stash[_compiled]  # type: ignore[attr-defined]


_server_url = pytest.StashKey[str]()


@pytest.hookimpl(trylast=True)  # what the test itself opened is closed before
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    if item.get_closest_marker("browser") and not (nextitem and nextitem.get_closest_marker("browser")):
        browsers.close_shared()


@pytest.fixture
def browser() -> Browser:
    """The browser that tests share: who needs a desk of their own has a context of their own."""
    return browsers.shared()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.sections:
        canaries.search_report(report)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    """pytest-xdist: a worker is done, and says what it found."""
    found = getattr(node, "workeroutput", {}).get("canaries")
    if found:
        canaries.take(*found)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A canary in a log, an address or a notice fails the run, whatever the tests said."""
    config = session.config
    if config.stash.get(_server_url, None):
        canaries.search_server(config.stash[_server_url])
    if factory := getattr(config, "_tmp_path_factory", None):
        canaries.search_files(factory.getbasetemp())
    hits, searched = canaries.results()
    if hasattr(config, "workeroutput"):
        config.workeroutput["canaries"] = (hits, searched)
    elif hits and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in canaries.told():
        terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server in config.stash:
        config.stash[_server].close()


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a throw-away server."""
    shared = getattr(request.config, "workerinput", {}).get("postgres")
    if shared:
        yield shared
    else:
        with _throw_away() as url:
            yield url
            canaries.search_server(url)


@contextmanager
def _throw_away() -> Iterator[str]:
    """A server whose own housekeeping rests: it would begin a process in each of the many small databases all the time."""
    with server(None, durable=False) as url:
        with psycopg.connect(plain(as_role(url, "postgres")), autocommit=True) as admin:
            for setting in (
                "autovacuum = off",
                "bgwriter_delay = '10s'",
                "wal_writer_delay = '10s'",
                "checkpoint_timeout = '1h'",
            ):
                admin.execute(f"ALTER SYSTEM SET {setting}")
            admin.execute("SELECT pg_reload_conf()")
        yield url


def copy_name(kind: str) -> str:
    return f"{kind}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{next(_names)}"


@pytest.fixture(scope="session")
def migrated(postgres: str) -> str:
    """The name of a database with every table and no row: of all workers together, made by the first who needs it."""
    name = "migrated"
    with psycopg.connect(plain(postgres), autocommit=True) as alone:
        alone.execute("SELECT pg_advisory_lock(1)")
        if not alone.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            migrate.upgrade(template_database(postgres, f"{name}_new"), sealer=make.sealer())
            alone.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")
    return name


@pytest.fixture(scope="session")
def template(postgres: str, migrated: str) -> tuple[str, Region]:
    """The name of a database with the small region in it, and the region."""
    name = copy_name("region")
    filled = opened(clone_database(postgres, name, template=migrated))
    region = people.fill(filled)
    filled.close()
    return name, region


@pytest.fixture(scope="session")
def region(template: tuple[str, Region]) -> Region:
    return template[1]


@pytest.fixture(scope="session")
def copies(postgres: str, template: tuple[str, Region]) -> Iterator[Copies]:
    """Of the small region."""
    made = Copies(postgres, template[0], copy_name("copy"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def empty_copies(postgres: str, migrated: str) -> Iterator[Copies]:
    made = Copies(postgres, migrated, copy_name("copy"))
    yield made
    made.close()


@pytest.fixture
def database(copies: Copies) -> Iterator[Database]:
    """A copy of the region of the test's own."""
    with copies.one() as made:
        yield made


@pytest.fixture
def empty_database(empty_copies: Copies) -> Iterator[Database]:
    """Every table, no row."""
    with empty_copies.one() as made:
        yield made


@pytest.fixture(scope="session")
def shared_database(copies: Copies) -> Iterator[Database]:
    """The copy that rolled-back transactions share. Commit nothing in it."""
    with copies.one() as made:
        yield made


@pytest.fixture
def session(shared_database: Database) -> Iterator[Session]:
    """One transaction, as a route or a job has it; rolled back after the test."""
    with HoldingSession(shared_database.engine, expire_on_commit=False) as made:
        made.info["sealer"] = shared_database.sealer
        yield made
        made.rollback()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of one group run on one worker: pytest-xdist 3.8 tells by a name that pytest 9 no longer reads (tests/test_groups.py)."""
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        mark = item.get_closest_marker("xdist_group")
        if mark and not item.nodeid.endswith(named := f"@{mark.args[0]}"):
            item._id = type(item._id).parse(item.nodeid + named)
    dealing.in_order(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    if config.option.dist != "loadgroup":
        return None
    config.option.loadscopereorder = False  # in the order in which they were collected
    return dealing.ByFile(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """In modules that are just read there is nothing to collect."""
    gc.disable()
    try:
        reading.begin_at_own_place(session.config)
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """What stands now stands to the end: the collector need not go through thousands of tests again and again, nor look every moment."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
