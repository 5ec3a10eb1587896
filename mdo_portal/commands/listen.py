"""`mdo-portal listen`: hospitals' MLLP lines. Messages that arrive together are stored in one commit, then answered."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import structlog

from mdo_portal import wiring
from mdo_portal.commands.desk import Desk
from mdo_portal.commands.listening import Listening
from mdo_portal.commands.process import checked_settings, open_database, refuse, settled
from mdo_portal.database import Database
from mdo_portal.errors import Trouble
from mdo_portal.settings import NOWHERE, Settings, host_port

if TYPE_CHECKING:
    from mdo_portal.wiring import MllpListener, TlsFiles

log = structlog.get_logger(__name__)
FILES_FRESH_SECONDS = 30.0
"""How long after a certificate file was replaced the old one may still be shown."""


def run(settings: Settings, database: Database) -> None:
    """Listen until SIGTERM or SIGINT; what is with us is answered first."""
    asyncio.run(_run(settings, database))


async def _run(settings: Settings, database: Database) -> None:
    desk = Desk(database)
    listeners = _listeners(settings, desk)
    tasks = [asyncio.create_task(desk.know_links()), asyncio.create_task(_renew(settings, listeners))]
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # Who calls before we know who may send would be refused as a stranger, and might never send again.
    first = [asyncio.create_task(event.wait()) for event in (desk.knows_links, stop)]
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    open_now = Listening(database)
    if not stop.is_set():
        await _open(settings, listeners)
        open_now.begin()
        await stop.wait()
    open_now.end()
    await asyncio.gather(*(listener.stop() for listener in listeners))
    await desk.close()
    for task in (*tasks, *first):
        task.cancel()


async def _open(settings: Settings, listeners: list[MllpListener]) -> None:
    """All ports or none: whoever comes back by itself (systemd) tries again, and half a line is found by nobody."""
    for listener in listeners:
        name = "MDO_MLLP_BIND" if listener.tls is None else "MDO_MLLP_TLS_BIND"
        address = settings.mllp_bind if listener.tls is None else settings.mllp_tls_bind
        try:
            await listener.start()
        except OSError as trouble:
            refuse(
                [f"{name} {address} cannot be opened ({os.strerror(trouble.errno or 0)}): does another process have that port?"]
            )
        log.info("listen.started", port=listener.port, tls=listener.tls is not None)


def _listeners(settings: Settings, desk: Desk) -> list[MllpListener]:
    """One without TLS (loopback, or accepted in writing) and one with, as the settings say."""
    files = tls_files(settings)
    bound = [(settings.mllp_bind, None), *([(settings.mllp_tls_bind, wiring.mllp_tls(files))] if files else [])]
    return [
        wiring.mllp_listener(desk.receive, desk.refused, at=host_port(address), limit_bytes=settings.message_limit, tls=tls)
        for address, tls in bound
    ]


def tls_files(settings: Settings) -> TlsFiles | None:
    """The files of the TLS listener; None when there is none."""
    if settings.mllp_tls_bind == NOWHERE:
        return None
    return wiring.TlsFiles(*map(Path, (settings.mllp_tls_certificate, settings.mllp_tls_key, settings.mllp_tls_authorities)))


def _of_files(files: TlsFiles, trouble: OSError) -> str:
    """What is wrong with which of them; OpenSSL names no file, and of a file that is no certificate says little more than a number."""
    for path in (files.certificate, files.key, files.authorities):
        try:
            path.read_bytes()
        except OSError as unread:
            return f"{path}: {unread.strerror}"
    return str(getattr(trouble, "reason", None) or trouble.strerror or type(trouble).__name__)


async def _renew(settings: Settings, listeners: list[MllpListener]) -> None:
    """Show a renewed certificate, and ask for those of renewed authorities, without a restart; connections that are there stay, but for
    whose certificate was withdrawn, or whose authority went.
    """
    files = tls_files(settings)
    known, trust, news = (files.changed, files.trust, Trouble()) if files else ((), None, Trouble())
    while files is not None:
        await asyncio.sleep(FILES_FRESH_SECONDS)
        try:
            if (changed := files.changed) != known:  # asked before they are read: what is written meanwhile is read next time
                context, now = wiring.mllp_tls(files), files.trust
                for listener in listeners:
                    if listener.tls is not None:
                        listener.renew(context, partial(now.refuses, before=trust or now))
                known, trust = changed, now
                log.info("listen.renewed")
            news.over()
        except OSError as trouble:  # half written: next time; if it stays so, the next start fails on it
            if news.is_news(trouble):
                log.warning("listen.not_renewed", reason=_of_files(files, trouble))


@click.command("listen")
def command() -> None:
    """Listen for hospitals' HL7 v2 messages (MLLP)."""
    settings = checked_settings()
    files = tls_files(settings)
    if files is not None:
        try:
            wiring.mllp_tls(files)
        except (OSError, ssl.SSLError) as trouble:
            refuse([f"the files of MDO_MLLP_TLS_* cannot be used ({_of_files(files, trouble)})"])
    database = open_database(settings, "mdo_work")
    settled()
    run(settings, database)
