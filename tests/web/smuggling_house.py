"""Acts of pages, each carried out and taken back; and what they wrote, smuggled in by somebody whose it is not.

Everybody meets the same house: one case of ZEED in every state, before Uro-prostaat. Each page runs as the web role does; the statements by
which it wrote are kept, and said once more in the session of a stranger, each by itself. What the wall does not refuse, and is about a row,
went through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import event, func, update
from sqlalchemy.exc import DBAPIError
from werkzeug.test import TestResponse

from mdo_portal.app import create_app
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database, is_held_back
from mdo_portal.domain.people import SignedInSession
from mdo_portal.live import server
from mdo_portal.services.people import sessions
from mdo_portal.settings import Settings
from mdo_portal.web.limits import Limits
from tests.copies import Copies
from tests.people import PEOPLE, Region
from tests.services.wall_house import signed_as
from tests.web.matrix_house import Trying
from tests.web.portal import CSRF
from tests.web.smuggling_things import filled, rare_keys

#: what writes; and the functions of the owner that write for whoever calls them, and ask by themselves who that is
WRITES = re.compile(
    r"\s*(INSERT INTO|UPDATE|DELETE FROM|SELECT(?= access\.(?:end_sessions|give_to_board)\())\s+([\w.]+)", re.IGNORECASE
)
Write = tuple[str, Any]


@dataclass
class House:
    app: Flask
    region: Region
    owner: Database
    trying: Trying
    #: what addresses and forms name
    ids: dict[str, object]
    keys: dict[str, str]
    written: list[Write] = field(default_factory=list)

    def act(
        self, who: str, path: str, form: dict[str, Any], *, read: str = "", takes: str = "seen"
    ) -> tuple[TestResponse, list[Write]]:
        """What the page answered, and by which statements it wrote; all of it taken back. `read`: the page that was read before, in
        which the form's field `takes` stood.
        """
        with self.owner.transaction() as session:  # everybody has just proven who they are, however long this house stands
            session.execute(update(SignedInSession).values(confirmed_at=func.now(), confirmed_strongly_at=func.now()))
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie.update({"_user_id": self.keys[who], "_fresh": True, "csrf": CSRF})
        named = {self._filled(name): self._filled(value) for name, value in form.items()} | {"csrf_token": CSRF}
        if read:
            page = self._filled(read)
            shown = client.post(page, data=named) if page.endswith("/read") else client.get(page)
            named[takes] = re.findall(rf'name="{takes}" value="([^"]+)"', shown.text)[0]
        self.written.clear()
        self.trying.undo = True
        try:
            answer = client.post(self._filled(path), data=named, content_type="multipart/form-data")
        finally:
            self.trying.undo = False
        return answer, list(self.written)

    def smuggle(self, who: str, writes: list[Write]) -> list[str]:
        """What these statements, in the session of this person, of the system of a hospital by its code, or of nobody, did to a row: `DELETE rounds`, `UPDATE cases revision`."""
        return [what for statement, params in writes if (what := self._smuggled(who, statement, params))]

    def _smuggled(self, who: str, statement: str, params: Any) -> str:
        door = {"link": f"token-{who}"} if who.isupper() else {"entering": sessions.hash_key(self.keys[who]) if who else ""}
        with self.trying.transaction(**door) as session:
            try:
                rows = session.connection().exec_driver_sql(statement, params or None).rowcount
            except DBAPIError as error:
                rows = 0 if is_held_back(error) else 1  # whatever else is wrong with it, the wall let it
            finally:
                session.rollback()
        return said((statement, params)) if rows else ""

    def _filled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        if not isinstance(value, str):
            return value
        return re.sub(r"\{(\w+)\}", lambda one: str(self.ids[one[1]]), value)


def said(write: Write) -> str:
    """What a statement does, to which table; of a row that is there, to which columns; of the log, which act."""
    statement, params = write
    found = WRITES.match(statement)
    assert found is not None
    changed = (
        re.findall(r"(\w+)=", statement.partition(" SET ")[2].partition(" WHERE ")[0]) if found[1].upper() == "UPDATE" else []
    )
    act = [params["act"]] if found[2] == "audit_entries" else []
    return " ".join([found[1].split()[0].upper(), found[2], *changed, *act])


@contextmanager
def house_on(database: Database, region: Region) -> Iterator[House]:
    with database.transaction() as session:
        ids = filled(session, region)
    url = as_role(database.url, "mdo_app")
    trying = Trying(url, sealer=database.sealer, pool_size=2)
    with patch.object(server, "_listen", lambda *_: None):  # nobody's screen is open here
        app = create_app(Settings(database_url=url, secret_key="s" * 40, demo=True), database=trying)
    clock = iter(range(0, 10**12, 10**4))
    app.extensions["mdo_limits"] = Limits(clock=lambda: float(next(clock)))
    keys = {name: signed_as(database, region, name) for name in PEOPLE} | rare_keys(database, region)
    house = House(app, region, database, trying, ids, keys)

    @event.listens_for(trying.engine, "before_cursor_execute")
    def keep(_connection: Any, _cursor: Any, statement: str, params: Any, _context: Any, _many: bool) -> None:
        if trying.undo and WRITES.match(statement):
            house.written += [(statement, one) for one in (params if isinstance(params, list) else [params])]

    try:
        yield house
    finally:
        app.extensions["mdo_live_stop"].set()
        trying.close()


@pytest.fixture(scope="module")
def house(copies: Copies, region: Region) -> Iterator[House]:
    """One for all acts of a file: each is taken back."""
    with copies.one() as database, house_on(database, region) as made:
        yield made
