"""What makes a machine unfit to run the portal, each named with what to do. `doctor` says all; a start refuses the hard ones."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from mdo_portal import wiring_profiles
from mdo_portal.commands import wall
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.keys import DataKey
from mdo_portal.domain.link import Link
from mdo_portal.domain.sealing import Sealer
from mdo_portal.errors import Unsafe
from mdo_portal.exchange import WrongProfile
from mdo_portal.services.common import standbys
from mdo_portal.services.keeping import keys
from mdo_portal.settings import NOWHERE, Settings, is_loopback

#: the oldest release of each major version without the leaks known when this was written (CVE-2025-8713: rows leak by statistics)
PATCHED = {15: 14, 16: 10, 17: 6}
LARGEST_OFFSET_SECONDS = 2.0
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
#: setting of the server -> (the values that keep patients out of its log, what to write)
QUIET = {
    "log_error_verbosity": ({"terse"}, "terse"),
    "log_parameter_max_length": ({"0"}, "0"),
    "log_parameter_max_length_on_error": ({"0"}, "0"),
    "log_min_error_statement": ({"panic"}, "panic"),
    "log_statement": ({"none", "ddl"}, "none"),
    "log_min_duration_statement": ({"-1"}, "-1"),
    "log_duration": ({"off"}, "off"),
}
OWNER = "mdo"
"""Who does what an administrator does by command: a member of `mdo_owner`, whatever its name (docs/operating/initdb.sql)."""
Look = Callable[[Settings, Session], Iterator[str]]


@dataclass(frozen=True)
class Check:
    """One thing to look at. `hard`: the processes do not start with a finding (the demo excepted)."""

    name: str
    look: Look
    hard: bool = True
    in_demo: bool = False


def _role(settings: Settings, session: Session) -> Iterator[str]:
    query = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    if session.scalar(query):
        yield "the role of MDO_DATABASE_URL is superuser or bypasses row security: use the role of docs/operating/initdb.sql"


def _version(settings: Settings, session: Session) -> Iterator[str]:
    number = int(_shown(session, "server_version_num"))
    major, minor = number // 10_000, number % 10_000
    if major < min(PATCHED) or minor < PATCHED.get(major, 0):
        wanted = ", ".join(f"{one}.{least}" for one, least in PATCHED.items())
        yield f"PostgreSQL {major}.{minor} has known leaks: install the newest release of its major version (at least {wanted})"


def _durable(settings: Settings, session: Session) -> Iterator[str]:
    for name in DURABLE:
        if _shown(session, name) == "off":
            yield f"{name} is off: what was acknowledged can be lost; set {name} = on in postgresql.conf"


def _encrypted(settings: Settings, session: Session) -> Iterator[str]:
    """Asked of the server: what the address asks for is not what the line became."""
    parts = urlsplit(settings.database_url)
    host = parts.hostname or parse_qs(parts.query).get("host", [""])[0]
    if not host or host.startswith("/") or is_loopback(host):
        return
    if not session.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")):
        yield f"the line to the database on {host} is not encrypted: put sslmode=verify-full (and sslrootcert) in MDO_DATABASE_URL"


def _quiet(settings: Settings, session: Session) -> Iterator[str]:
    for name, (fine, wanted) in QUIET.items():
        if _shown(session, name) not in fine:
            yield f"{name} lets values of patients into the log of PostgreSQL: set {name} = {wanted} (ALTER ROLE … SET, or postgresql.conf)"


def _keyring(settings: Settings, session: Session) -> Iterator[str]:
    if not inspect(session.connection()).has_table(DataKey.__tablename__):
        return  # the schema is behind: that is another check's
    try:
        Sealer(settings.keyring, load=lambda: keys.load(session))
    except Unsafe as unsafe:
        yield from unsafe.findings


def _data_keys(settings: Settings, session: Session) -> Iterator[str]:
    if not inspect(session.connection()).has_table(DataKey.__tablename__) or not keys.load(session):
        yield "there are no data keys yet, so MDO_KEYRING itself seals: run `mdo-portal db upgrade`"


def _wall(settings: Settings, session: Session) -> Iterator[str]:
    for hole in wall.holes(session.connection()):
        yield f"row security has a hole ({hole}): run `mdo-portal db upgrade`, and undo by hand what was done by hand"


def _anchor(settings: Settings, session: Session) -> Iterator[str]:
    if settings.audit_anchor not in ("", NOWHERE):
        yield from open_to_others(Path(settings.audit_anchor))


def _clock(settings: Settings, session: Session) -> Iterator[str]:
    there = session.scalar(text("SELECT clock_timestamp()"))
    assert isinstance(there, datetime)
    offset = abs((datetime.now(UTC) - there).total_seconds())
    if offset > LARGEST_OFFSET_SECONDS:
        yield f"the clocks of this machine and of the database differ {offset:.0f} s: run a time service (chrony) on both"


def _standby(settings: Settings, session: Session) -> Iterator[str]:
    named = _shown(session, "synchronous_standby_names")
    then = "until then pages hang, and no message is acknowledged"
    if named and not standbys.is_any(session):
        yield f"every commit waits for a standby ({named}) and none is connected: start it, or empty synchronous_standby_names; {then}"
    elif named and standbys.is_awaited(session):
        yield f"commits wait for a standby ({named}) that does not answer: look at that machine, or take it out; {then}"


def _links(settings: Settings, session: Session) -> Iterator[str]:
    """What a link says otherwise was checked when it was kept: a release may have learnt since that it loses referrals."""
    if not inspect(session.connection()).has_table(Link.__tablename__):
        return  # the schema is behind: that is another check's
    query = select(Hospital.code, Link.profile_in, Link.otherwise).join(Hospital, Hospital.id == Link.hospital_id)
    for code, profile, otherwise in session.execute(query.where(Link.otherwise != "").order_by(Hospital.code)):
        try:
            wiring_profiles.check_otherwise(profile, otherwise)
        except WrongProfile as wrong:
            yield f"the link of {code} says what cannot be ({wrong}): mend it on its page, Wat elders staat"
        except KeyError as unknown:
            yield f"the link of {code} reads with a profile that is not there ({unknown.args[0]}): choose one in its settings"


def wrong_role(session: Session, *wanted: str) -> list[str]:
    """Whether this process is who it must be, one of these; none = whoever it is. OWNER is whoever may act as who owns the tables.

    Row security holds for web processes only as `mdo_app`; and a command that counts what that role may see says that there is nothing.
    """
    owns, name = session.execute(text(_WHO)).one()
    if not wanted or name in wanted or (owns and OWNER in wanted):
        return []
    what = "owns the tables" if owns else f"is {name}"
    return [
        f"the role of MDO_DATABASE_URL {what}: this process must sign in as {' or '.join(wanted)} (docs/operating/initdb.sql)"
    ]


_WHO = """
SELECT EXISTS (SELECT FROM pg_roles o WHERE o.rolname = 'mdo_owner' AND pg_has_role(current_user, o.oid, 'MEMBER')), current_user
"""


#: Add a check here; `doctor`, the start and its test follow.
CHECKS: list[Check] = [
    Check("role", _role),
    Check("version", _version),
    Check("durable", _durable),
    Check("encrypted", _encrypted),
    Check("keyring", _keyring, in_demo=True),
    Check("second wall", _wall, in_demo=True),
    Check("anchor of the access log", _anchor, hard=False),
    Check("log of the database", _quiet, hard=False),
    Check("data keys", _data_keys, hard=False),
    Check("clock", _clock, hard=False),
    Check("synchronous standby", _standby, hard=False),
    Check("own places of links", _links, hard=False),
]


def findings(settings: Settings, session: Session, *, only_hard: bool = False) -> list[str]:
    """What is unsafe here, in sentences that name it. At a start (`only_hard`) the demo is asked less: it is on loopback only."""
    asked = [one for one in CHECKS if not only_hard or (one.hard and (one.in_demo or not settings.demo))]
    return [finding for check in asked for finding in check.look(settings, session)]


def open_to_others(path: Path) -> list[str]:
    """A file that more than its owner and group can read, or more than its owner can write."""
    if not path.exists():
        return []
    mode = path.stat().st_mode
    if mode & (stat.S_IWGRP | stat.S_IRWXO):
        return [f"{path} can be changed by its group or read by others (mode {stat.S_IMODE(mode):o}): chmod 640 it"]
    return []


def _shown(session: Session, name: str) -> str:
    return str(session.scalar(text("SELECT setting FROM pg_settings WHERE name = :name"), {"name": name}))
