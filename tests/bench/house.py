"""A portal to measure: durable PostgreSQL on disk, a migrated database per bench, and our real processes, pinned."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from mdo_portal.commands import migrate
from mdo_portal.commands.demo import story
from mdo_portal.commands.orphans import die_with
from mdo_portal.commands.postgres import server
from mdo_portal.commands.postgres_databases import as_role, clone_database, drop_database, template_database
from mdo_portal.commands.postgres_folders import held
from mdo_portal.commands.process import open_database
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel, Hospital, Level
from mdo_portal.domain.link import Link
from mdo_portal.domain.sealing import Sealer
from mdo_portal.services.links.hospitals import hash_token
from mdo_portal.settings import DEMO_SECRET, Settings, from_environment

from .figures import SERVER_CORE
from .texts import APPLICATION, FACILITY

ROOT = Path(__file__).resolve().parents[2]
KEYS = (("bench", bytes(range(32))),)
TEMPLATE = "bench_template"
TOKEN = "bench-token"


@dataclass
class House:
    """One database and the processes that were started on it; `stack` ends them."""

    url: str
    stack: ExitStack
    folder: Path
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        for name in ("web", "mllp"):
            self.ports.setdefault(name, free_port())
        return os.environ | {
            "MDO_DEMO": "1",
            "MDO_DATABASE_URL": self.url,
            "MDO_SECRET_KEY": DEMO_SECRET,
            "MDO_KEYRING": ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in KEYS),
            "MDO_BIND": f"127.0.0.1:{self.ports['web']}",
            "MDO_MLLP_BIND": f"127.0.0.1:{self.ports['mllp']}",
            "MDO_PUBLIC_URL": f"http://127.0.0.1:{self.ports['web']}",
        }

    @property
    def settings(self) -> Settings:
        return from_environment(self.env)

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.ports['web']}"

    def database(self) -> Database:
        database = open_database(self.settings)
        self.stack.callback(database.close)
        return database

    def start(self, command: Sequence[str], *, core: int | None = SERVER_CORE) -> subprocess.Popen[bytes]:
        """Start `python …` with our environment on `core`; it dies with us."""
        log = self.stack.enter_context(open(self.folder / "processes.log", "ab"))
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=story.as_process(self.env, command[-1]), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            preexec_fn=_on_core(core),
        )  # fmt: skip
        self.stack.callback(stop, process)
        return process

    def portal(self, name: str, *, core: int | None = SERVER_CORE) -> subprocess.Popen[bytes]:
        """`mdo-portal web|listen|work`, ready when this returns (the worker: started)."""
        process = self.start(["-m", "mdo_portal", name], core=core)
        if name != "work":
            until_open(self.ports["web" if name == "web" else "mllp"], process)
        return process

    def count(self, statement: str) -> int:
        with self.database().transaction() as session:
            return int(session.execute(text(statement)).scalar_one() or 0)


@contextmanager
def postgres() -> Iterator[str]:
    """A durable server with a migrated template; its data stands on the disk of this checkout, and is thrown away."""
    home = ROOT / "var" / "bench"
    with alone(home), server(home / "postgres", durable=True) as url:
        migrate.upgrade(template_database(url, TEMPLATE), sealer=Sealer(KEYS))
        _used_log(url)
        yield url


def _used_log(url: str) -> None:
    """Files of the write-ahead log that are there to be written over, as on a server that has run for a while.

    A new one makes each of them when it is needed (16 MB of zeros, flushed), while whoever commits waits: three times a second on a full
    line (docs/decisions/0112).
    """
    with psycopg.connect(as_role(url, "postgres").replace("+psycopg", ""), autocommit=True) as connection:
        for _ in range(60):
            connection.execute("SELECT pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()")
        connection.execute("CHECKPOINT")


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """An empty folder that is ours until we end. A second run of this checkout would throw the data of the first away: it ends at once."""
    home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            stack.enter_context(held(home))
        except BlockingIOError:
            sys.exit(f"Another run of this checkout holds {home.relative_to(home.parents[1])}: wait until it is over.")
        _clear(home)
        yield
        _clear(home)


def _clear(home: Path) -> None:
    for each in home.iterdir():
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        elif each.name != "lock":
            each.unlink()


@contextmanager
def house(url: str) -> Iterator[House]:
    """A fresh database with one hospital that sends."""
    name = f"bench_{uuid.uuid4().hex[:8]}"
    with ExitStack() as stack:
        stack.callback(_drop, url, name)
        found = House(clone_database(url, name, template=TEMPLATE), stack, ROOT / "var" / "bench")
        yield found


def _drop(url: str, name: str) -> None:
    """Autovacuum may be at work there, and is not ours to stop; the whole server is thrown away in the end."""
    with suppress(psycopg.errors.InsufficientPrivilege):
        drop_database(url, name)


def hospital(
    session: Session,
    *,
    profile: str = "zorgdomein",
    applications: Sequence[str] = (APPLICATION,),
    code: str = FACILITY,
    **link: object,
) -> uuid.UUID:
    """A hospital with a link; letters to it stay here unless `link` says where they go."""
    row = Hospital(code=code, name="Zeeduyn Ziekenhuis", city="Zeeduyn")
    session.add(row)
    session.flush()
    fixed: dict[str, object] = {
        "hospital_id": row.id,
        "level": Level.HL7V2,
        "profile_in": profile,
        "sending_applications": list(applications),
        "sending_facilities": [],
        "token_in_hash": hash_token(f"{TOKEN}-{code}"),
        "channel_out": Channel.PAPER,
        "inside_networks": ["127.0.0.0/8"],
    }
    session.add(Link(**(fixed | link)))
    session.flush()
    return row.id


def patients(session: Session, hospital_id: uuid.UUID, count: int) -> None:
    """Patients P0 … with a local number each: those the feed is about."""
    session.execute(
        text(
            "INSERT INTO patients (id, hospital_id, local_number, local_authority, bsn_sealed, bsn_index, bsn_tail, bsn_doubtful, family,"
            " own_prefix, own_family, partner_prefix, partner_family, initials, given, sex, deceased, objects, told_at)"
            " SELECT gen_random_uuid(), :hospital, 'P' || n, '', '', '', '', false, 'Putten', '', '', '', '', 'J', '', 'F', false, false, now()"
            " FROM generate_series(0, :last) n"
        ),
        {"hospital": hospital_id, "last": count - 1},
    )


def used_inbox(session: Session, hospital_id: uuid.UUID, count: int = 20_000) -> None:
    """What a portal that has run for a while has: an inbox full of understood messages, and statistics about it."""
    session.execute(
        text(
            "INSERT INTO inbound_messages (id, link_id, hospital_id, wire, kind, control_id, digest, raw_sealed, size, patient_keys, state,"
            " reason, place, leftovers, received_at, settled_at, doubles, attempts)"
            " SELECT gen_random_uuid(), l.id, l.hospital_id, 'hl7v2', 'ADT^A08', 'OLD' || n, sha256(n::text::bytea), sha256(n::text::bytea),"
            " 32, ARRAY[sha256(('k' || n)::bytea)], 'understood', '', '', '{}', now(), now(), 0, 1"
            " FROM links l, generate_series(1, :count) n WHERE l.hospital_id = :hospital"
        ),
        {"hospital": hospital_id, "count": count},
    )
    session.execute(text("ANALYZE inbound_messages, patients"))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until_open(port: int, process: subprocess.Popen[bytes], *, seconds: float = 30.0) -> None:
    """Wait until somebody listens there. Raises RuntimeError when the process ended or nothing came."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("a process did not become ready; see var/bench/processes.log")


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _on_core(core: int | None) -> Callable[[], None]:
    with_us = die_with(os.getpid(), signal.SIGTERM)

    def arm() -> None:
        with_us()
        if core is not None:
            os.sched_setaffinity(0, {core})

    return arm
