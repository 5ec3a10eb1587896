"""The access log's own work: sealing in the worker, anchoring outside the database, checking."""

from __future__ import annotations

import json
import os
import socket
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from logging.handlers import SysLogHandler
from pathlib import Path
from typing import Any

import structlog

from mdo_portal.commands import destroyed
from mdo_portal.commands.process import Stop
from mdo_portal.database import Database
from mdo_portal.errors import whereabouts
from mdo_portal.services.access_log import audit_seals
from mdo_portal.services.access_log.audit_seals import Head
from mdo_portal.services.access_log.audit_verify import Anchor, Verified, verify
from mdo_portal.settings import NOWHERE, Settings, host_port

log = structlog.get_logger(__name__)
SEAL_SECONDS = 1.0
ANCHOR_SECONDS = 60.0
PRIORITY = SysLogHandler.LOG_AUTHPRIV << 3 | SysLogHandler.LOG_NOTICE


def seal_waiting(database: Database) -> int:
    """Seal everything that waits, batch by batch, each in a transaction of its own."""
    sealed = 0
    while True:
        with database.transaction() as session:
            made = audit_seals.seal(session, now=datetime.now(UTC))
        sealed += made
        if made < audit_seals.BATCH:
            return sealed


def keep_sealing(database: Database, stop: Stop) -> None:
    """Once a second."""
    while not stop.is_set():
        seal_waiting(database)
        stop.wait(SEAL_SECONDS)


def keep_anchoring(database: Database, settings: Settings, stop: Stop) -> None:
    """Once a minute, to the places outside: the ends of the chains that grew, and what was destroyed on a patient's request.

    One place that takes nothing keeps nothing from the other.
    """
    places = [(tell, dict[uuid.UUID, int](), set[uuid.UUID]()) for tell in places_of(settings)]
    while not stop.is_set():
        for tell, told, gone in places:
            try:
                told.update(anchor(database, [tell], told=told))
                destroyed.tell(database, tell, told=gone)
            except OSError as error:
                # The edge of a place: a disk that is full or may not be written, a network that is away. Told the next minute.
                log.error("anchor.failed", **whereabouts(error))
        stop.wait(ANCHOR_SECONDS)


def anchor(database: Database, places: list[Callable[[str], None]], *, told: dict[uuid.UUID, int]) -> dict[uuid.UUID, int]:
    """Tell every place the end of each chain that grew since `told`; how long the chains are now."""
    at = datetime.now(UTC)  # before looking: what comes later is younger than this
    with database.transaction() as session:
        heads = audit_seals.heads(session)
    for head in heads:
        if told.get(head.hospital_id) != head.number:
            for tell in places:
                tell(line_of(head, at=at))
    return {head.hospital_id: head.number for head in heads}


def line_of(head: Head, *, at: datetime) -> str:
    """One JSON line: numbers and hashes, nothing of a person."""
    said = {"at": at.isoformat(timespec="seconds"), "hospital": str(head.hospital_id), "count": head.number}
    return json.dumps(said | {"hash": head.hash.hex()})


def places_of(settings: Settings) -> list[Callable[[str], None]]:
    """Where anchors go, as the settings say."""
    places: list[Callable[[str], None]] = []
    if settings.audit_anchor != NOWHERE:
        places.append(lambda line: append(Path(settings.audit_anchor), line))
    if settings.audit_syslog != NOWHERE:
        places.append(syslog(settings.audit_syslog))
    return places


def append(path: Path, line: str) -> None:
    """Add a line and see it on the disk before going on."""
    with path.open("a", encoding="ascii") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def syslog(address: str) -> Callable[[str], None]:
    """A sender of RFC 5424 messages: `host:port` over UDP, or the path of a local socket (/dev/log)."""
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        where: Any = address
    else:
        family, _, _, _, where = socket.getaddrinfo(*host_port(address), type=socket.SOCK_DGRAM)[0]
        line = socket.socket(family, socket.SOCK_DGRAM)

    def send(said: str) -> None:
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
        message = f"<{PRIORITY}>1 {stamp} {socket.gethostname()} mdo-portal {os.getpid()} audit-anchor - {said}"
        line.sendto(message.encode("ascii"), where)

    return send


def anchors_in(path: Path) -> Iterator[Anchor]:
    """The anchors in an anchor file, or in a syslog file: what stands from the first brace on. Raises ValueError on a bad line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if '"count"' in line:
                said = json.loads(line[line.index("{") :])
                head = Head(uuid.UUID(said["hospital"]), int(said["count"]), bytes.fromhex(said["hash"]))
                yield Anchor(head, datetime.fromisoformat(said["at"]))


def check(database: Database, anchor_file: Path | None) -> Verified:
    """Verify every chain, against the anchors of a file when there is one. Seals nothing."""
    with database.transaction() as session:
        return verify(session, anchors_in(anchor_file) if anchor_file else (), now=datetime.now(UTC))
