"""Jobs of worker and listener do in a test what they may do where the portal runs: as `mdo_work`, not as the owner of the tables.

A right that was not granted is otherwise found by a hospital: what fails there passes here.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from mdo_portal import acknowledgements, dispatch, polling, pulling, reception, reminding, understanding
from mdo_portal.commands import audit, export, retention, work
from mdo_portal.commands.desk import Desk
from mdo_portal.commands.living import Living
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from tests.copies import opened

WORK, WEB = "mdo_work", "mdo_app"
JOBS = (acknowledgements, dispatch, polling, pulling, reception, reminding, understanding, work)
KEPT_RUNNING: tuple[type, ...] = (Desk, Living)
OF_WORK = {audit: ("seal_waiting", "anchor", "check"), export: ("of_hospital", "write"), retention: ("nightly", "purge", "due")}


def install() -> None:
    """Before any test imports one of them."""
    for module in JOBS:
        for name, job in vars(module).copy().items():
            if inspect.isfunction(job) and job.__module__ == module.__name__ and _first(job) == "database":
                setattr(module, name, _as_run(job))
    for module, names in OF_WORK.items():
        for name in names:
            setattr(module, name, _as_run(getattr(module, name)))
    for kind in KEPT_RUNNING:
        kind.__init__ = _made_as_run(kind.__init__)  # type: ignore[misc]


def _first(job: Callable[..., Any]) -> str:
    return next(iter(inspect.signature(job).parameters), "")


def _as_run(job: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(job)
    def run(database: Database, *args: Any, **named: Any) -> Any:
        return job(_with_its_rights(database, named.get("link", "")), *args, **named)

    return run


def _made_as_run(init: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(init)
    def made(self: Any, database: Database, *args: Any, **named: Any) -> None:
        init(self, _with_its_rights(database, ""), *args, **named)

    return made


def _with_its_rights(database: Database, link: str) -> Database:
    """A database that a test opened as a role of its own stays that; `link`: what a hospital's system posts comes through the web."""
    if urlsplit(database.url).username in (WORK, WEB):
        return database
    made = opened(as_role(database.url, WEB if link else WORK))
    made.sealer = database.sealer
    return made
