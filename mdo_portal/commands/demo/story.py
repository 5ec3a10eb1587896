"""`mdo-portal demo`: start everything, say where to look and as whom, stop everything."""

from __future__ import annotations

import json
import logging
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import structlog

from mdo_portal import wiring_region
from mdo_portal.commands import migrate
from mdo_portal.commands.demo import watching, week
from mdo_portal.commands.demo.fill import BY_PULL, PASSWORD, fill, token_of
from mdo_portal.commands.demo.history import History, tell
from mdo_portal.commands.demo.mailbox import mailbox
from mdo_portal.commands.demo.places import Places, environment, free_places
from mdo_portal.commands.keys import make_keys
from mdo_portal.commands.orphans import die_with
from mdo_portal.commands.postgres import server
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.commands.process import open_database
from mdo_portal.settings import Settings, from_environment

READY_SECONDS = 180.0  # who ends is seen at once; on a machine that is full, seven processes that start took more than sixty
USUAL = Path("var")
"""Where a demo keeps its data when nobody says otherwise."""
ROLES = {"web": "mdo_app", "listen": "mdo_work", "work": "mdo_work"}
Play = Callable[[Places], int]


def run(*, exercise: bool, fresh: bool, folder: Path, port: int | None, play: Play) -> int:
    """Run the demo until it is stopped, or play the exercise once. Returns the exit code."""
    places = free_places() if exercise else Places.beside(port) if port else Places()
    taken = places.taken()
    if taken:  # asked first: nothing is thrown away for a demo that cannot begin
        click.echo(_taken(taken), err=True)
        return 1
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))  # it tells people, not logs
    home = (folder / "exercise").absolute() if exercise else home_of(folder, places)
    if (fresh or exercise) and home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    is_new = not (home / "postgres").exists()
    with running(places, home, with_history=not exercise) as processes:
        if exercise:
            return _played(places, home, play)
        if is_new:
            week.begin(places, wiring_region.invented_region())
            _answer_twice(places, "ZEED")
        _welcome(places, folder, home)
        return watching.until_stopped(processes[: len(ROLES)], dict(zip(places.pages, processes[len(ROLES) :], strict=True)))


def home_of(folder: Path, places: Places) -> Path:
    """Where this demo keeps its data. Each port has its own: where the hospitals are is in the data."""
    return (folder / ("demo" if places == Places() else f"demo-{places.web}")).absolute()


def fresh_again(places: Places, folder: Path = USUAL) -> str:
    """The command that begins this demo anew, with its port and folder when they are not the usual ones."""
    port = "" if places == Places() else f" --port {places.web}"
    where = "" if folder == USUAL else f" --folder {shlex.quote(str(folder))}"
    return f"mdo-portal demo{port}{where} --fresh"


def _taken(taken: list[tuple[int, str]]) -> str:
    ports = ", ".join(f"{port} ({what})" for port, what in taken)
    return (
        f"In use on this machine: {ports}. Nothing was started.\n"
        "Stop what runs there (another demo?), or let this one stand elsewhere with data of its own:\n"
        '  mdo-portal demo --port 9000      (in a checkout: make demo ARGS="--port 9000")'
    )


def _played(places: Places, home: Path, play: Play) -> int:
    """A story that went well is none when a process met what nobody expected: what it does beside the story did not go well."""
    code, failed = play(places), failures(home)
    for line in failed:
        click.echo(line, err=True)
    return code or int(bool(failed))


def failures(home: Path) -> list[str]:
    """What web, listener and worker said that went wrong and that nobody had expected: `process: line of its log`."""
    lines = ((name, line) for name in ROLES for line in (home / f"{name}.log").read_text().splitlines())
    return [f"{name}: {line}" for name, line in lines if '"at": ' in line]


@contextmanager
def running(places: Places, home: Path, *, with_history: bool = False) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Everything up and ready: PostgreSQL, web, listener, worker, mail and the four hospitals; all gone afterwards.

    `with_history`: a region that was just filled has held meetings before, and knows how letters to practices go.
    """
    with ExitStack() as stack:
        url = os.environ.get("MDO_DATABASE_URL") or stack.enter_context(server(home / "postgres", durable=True))
        stack.enter_context(mailbox(places.mail, home / "mail"))
        settings, env = prepare(places, home, url, with_history=with_history)
        processes: list[subprocess.Popen[bytes]] = []
        try:
            for name, command in _commands(places, home):
                processes.append(_start(stack, home, name, command, as_process(env, name)))
            _until_ready(places, processes)
            yield processes
        finally:
            for process in processes:  # all are told at once, and each once: told again it would stop in the middle of stopping
                process.terminate()


def prepare(places: Places, home: Path, url: str, *, with_history: bool = False) -> tuple[Settings, dict[str, str]]:
    """Migrate and fill the database; the environment for the processes."""
    region = wiring_region.invented_region()
    env = environment(places, url, home, region.name)
    settings = from_environment(env)
    migrate.upgrade(url)
    make_keys(settings)
    database = open_database(settings)
    now = datetime.now(UTC)
    with database.transaction() as session:
        is_new = fill(session, region, ports=places.pages | places.hospital_mllp, now=now)
    if is_new and with_history:
        history = History(database, region, settings.network, now, home / "huisartsen")
        tell(history, hook_url=f"{places.page('DELT')}/huisartsen")
    database.close()
    return settings, env


def as_process(env: dict[str, str], name: str) -> dict[str, str]:
    """The environment of one process: in the database each is the role that it needs to be, and no more."""
    role = ROLES.get(name)
    return env | {"MDO_DATABASE_URL": as_role(env["MDO_DATABASE_URL"], role)} if role else env


def _commands(places: Places, home: Path) -> list[tuple[str, list[str]]]:
    portal = [sys.executable, "-m", "mdo_portal"]
    ours = [(name, [*portal, name]) for name in ("web", "listen", "work")]
    return ours + [(code.lower(), hospital_command(places, home, code)) for code in places.pages]


def hospital_command(places: Places, home: Path, code: str) -> list[str]:
    """How one invented hospital is started."""
    mllp = places.hospital_mllp.get(code)
    return [
        sys.executable,
        "-m",
        "integrations.simulator",
        "--hospital",
        code,
        "--page",
        f"127.0.0.1:{places.pages[code]}",
        *(["--mllp", f"127.0.0.1:{mllp}"] if mllp else []),
        "--portal-mllp",
        f"127.0.0.1:{places.mllp}",
        "--portal-fhir",
        f"{places.url}/fhir",
        "--token",
        token_of(code),
        *(["--notified-pull"] if code in BY_PULL else []),
        "--state-dir",
        str(home / "hospitals" / code.lower()),
    ]


def _start(stack: ExitStack, home: Path, name: str, command: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    log = stack.enter_context(open(home / f"{name}.log", "ab"))
    process = subprocess.Popen(
        command,
        env=env,
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
        preexec_fn=die_with(os.getpid(), signal.SIGTERM),
    )
    stack.callback(_wait_for, process)
    return process


def _wait_for(process: subprocess.Popen[bytes]) -> None:
    """Until it stopped, as it was told."""
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()


def _until_ready(places: Places, processes: list[subprocess.Popen[bytes]]) -> None:
    """Wait until every page answers. Raises RuntimeError when a process died or nothing came in time."""
    until = time.monotonic() + READY_SECONDS
    for url in (f"{places.url}/health/ready", *(f"{places.page(code)}/api/state" for code in places.pages)):
        while not _answers(url):
            if time.monotonic() > until or any(process.poll() is not None for process in processes):
                raise RuntimeError(f"{url} does not answer; the logs stand beside the demo's data")
            time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _answer_twice(places: Places, code: str) -> None:
    """One of the invented hospitals has the habit that real engines have: it confirms every letter twice."""
    body = json.dumps({"mode": "dubbel"}).encode()
    asked = urllib.request.Request(f"{places.page(code)}/api/behaviour", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(asked, timeout=10).close()


def _welcome(places: Places, folder: Path, home: Path) -> None:
    names = {"ZEED": "HL7 v2", "DELT": "FHIR R4", "MERW": "FHIR STU3, notified pull", "ODUL": "papier / webformulier"}
    click.echo(f"\nKlaar. Het portaal staat op  {places.url}  (alleen op deze machine)\n")
    click.echo("Gesimuleerde EPD's:")
    for code, port in places.pages.items():
        click.echo(f"  {code}  http://127.0.0.1:{port}  ({names[code]})")
    click.echo(f"\nKies op de aanmeldpagina een persona; iedereens wachtwoord is  {PASSWORD}")
    click.echo("Begin bij het EPD van Zeeduyn: verstuur een verwijzing, en meld u dan aan als MDO-coördinator.")
    click.echo("Er zijn al twee vergaderingen geweest: kijk als coördinator, voorzitter of casemanager bij Post en Opvolging.")
    click.echo("Voor de komende vergaderingen is al aangemeld en gepland; van elk EPD ligt nog wat klaar om te versturen.")
    click.echo(
        "Zeeduyn bevestigt elke brief twee keer, Kreekrijk zwijgt, Deltamond weigerde er een; elk EPD heeft een schakelaar."
    )
    click.echo(f"Brieven aan huisartsen en mails zonder gegevens staan als bestand in {home}.")
    click.echo(f"Stoppen: Ctrl+C. De gegevens blijven bewaard; opnieuw beginnen: {fresh_again(places, folder)}\n")
    click.echo("ready")
