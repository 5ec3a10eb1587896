"""Whether the database of this worker stands where it stood: asked before a letter is taken over a connection that is new."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError

from mdo_portal.commands.process import Stop
from mdo_portal.database import Database
from mdo_portal.dispatch import Clock
from mdo_portal.domain.whereabouts import Place
from mdo_portal.services.keeping import restoring

log = structlog.get_logger(__name__)
LOOK_SECONDS = 60.0
"""How often is looked besides: a database may be moved under a connection that stays."""
AGAIN_SECONDS = 2.0


class PlaceWatch:
    """A standby that took over, or a backup that was put back, is reached over new connections only: each of them is a reason to look."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._is_new = True
        self._stood: Place | None = None
        event.listen(database.engine, "connect", self._connected)

    @property
    def is_sure(self) -> bool:
        """No connection was made since it was last looked."""
        return not self._is_new

    def make_sure(self) -> None:
        """Look, if there is a reason to. What was under way is held when the database stands elsewhere."""
        while self._is_new:
            self._is_new = False  # first: looking may itself need a new connection
            try:
                self._look()
            except BaseException:
                self._is_new = True
                raise

    def first(self, stop: Stop) -> None:
        """Before anything else; without a database that waits."""
        while not stop.is_set() and not self.is_sure:
            try:
                self.make_sure()
            except DatabaseError as error:
                log.error("database.not_found", error=type(error).__name__)
                stop.wait(AGAIN_SECONDS)

    def keep_looking(self, stop: Stop) -> None:
        while not stop.wait(LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        """A first machine that comes back after another took its place says of itself that nothing happened: we saw that other one."""
        with self._database.transaction() as session:
            here = restoring.place(session)
            is_replaced = self._stood is not None and here.is_before(self._stood)
            held = restoring.notice(session, now=self._clock(), is_replaced=is_replaced)
        self._stood = here
        if held is not None:
            log.error("database.replaced" if is_replaced else "database.elsewhere", letters_held=held)

    def _connected(self, *_: Any) -> None:
        self._is_new = True
