"""A listener as the pages know it: somebody who holds its lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from mdo_portal.database import Database
from mdo_portal.services.links import listening


@contextmanager
def somebody_listens(database: Database) -> Iterator[None]:
    with psycopg.connect(database.plain_url, autocommit=True) as line:
        line.execute("SELECT pg_advisory_lock_shared(%s, %s)", listening.LOCK)
        yield
