"""Acts that begin at the same moment, each in a transaction of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.errors import PortalError


def at_once(database: Database, *acts: Callable[[Session], object]) -> list[PortalError | None]:
    """How each ended: None = it was done. In the order in which they ended."""
    barrier, ends = threading.Barrier(len(acts), timeout=20), list[PortalError | None]()

    def one(act: Callable[[Session], object]) -> None:
        barrier.wait()
        try:
            with database.transaction() as session:
                act(session)
            ends.append(None)
        except PortalError as refused:
            ends.append(refused)

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends
