"""Two that wait for each other: PostgreSQL ends one of them, of which nothing is stored; that one is done once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import structlog
from flask import g, request

from mdo_portal import database

log = structlog.get_logger(__name__)
Made = TypeVar("Made")


@contextmanager
def noted(transaction: AbstractContextManager[Made]) -> Iterator[Made]:
    """This transaction, and that it was stored: what this request did until then is not done twice."""
    with transaction as made:
        yield made
    g.has_stored = True


def done(route: Callable[[], Any]) -> Any:
    """What the route answers; a route that had stored something is never run again."""
    return database.once_more(route, if_=_nothing_stored)


def by_itself(act: Callable[[], Made]) -> Made:
    """One transaction of a request that stored something before it (a proof of who signs): done once more without the rest."""
    return database.once_more(act, if_=_said)


def _nothing_stored() -> bool:
    if g.get("has_stored", False):
        return False
    for file in request.files.values():
        file.stream.seek(0)
    return _said()


def _said() -> bool:
    log.info("request.once_more", endpoint=request.endpoint)
    return True
