"""Proof that a listener has its ports open, for the pages (services/links/listening.py)."""

from __future__ import annotations

import threading

import psycopg
import structlog

from mdo_portal.database import SOON_NOTICED, Database
from mdo_portal.errors import Trouble
from mdo_portal.services.links import listening
from mdo_portal.silence import WATCH

log = structlog.get_logger(__name__)
PROOF_SECONDS = 5.0
AGAIN_SECONDS = 1.0
#: of a machine that lost its power PostgreSQL must hear within half a minute, not after hours
_SOON_GONE = (
    "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c application_name=mdo-portal\\ listen"
)


class Listening:
    """Holds the lock over a connection of its own, and over another one when that breaks."""

    def __init__(self, database: Database) -> None:
        self._url = database.plain_url
        self._ended = threading.Event()

    def begin(self) -> None:
        threading.Thread(target=self._prove, name="listening", daemon=True).start()

    def end(self) -> None:
        self._ended.set()

    def _prove(self) -> None:
        trouble = Trouble()
        while not self._ended.is_set():
            try:
                self._hold(trouble)
            except psycopg.Error as error:
                if trouble.is_news(error):
                    log.warning("listen.lock_lost", error=type(error).__name__)
                self._ended.wait(AGAIN_SECONDS)

    def _hold(self, trouble: Trouble) -> None:
        with psycopg.connect(self._url, autocommit=True, options=_SOON_GONE, **SOON_NOTICED) as connection:
            line = WATCH.know(connection, self._url)
            with line.asking():
                connection.execute("SELECT pg_advisory_lock_shared(%s, %s)", listening.LOCK)
            trouble.over()
            while not self._ended.wait(PROOF_SECONDS):
                with line.asking():
                    connection.execute("SELECT 1")
