"""Asking servers what is new: find, fetch, keep; understood like any message. Never in a web request, never inside a transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from mdo_portal.database import Database
from mdo_portal.exchange import NotPulled, Offered, Poller
from mdo_portal.services import polls
from mdo_portal.services.polls import ClaimedPoll

log = structlog.get_logger(__name__)


def poll_next(database: Database, poller: Poller, *, clock: Callable[[], datetime]) -> bool:
    """Ask one server whose turn it is, if there is one. True when there was."""
    with database.transaction() as session:
        claimed = polls.claim(session, now=clock())
    if claimed is None:
        return False
    try:
        kept = _take(database, poller, claimed, clock)
    except NotPulled as error:
        trouble = error
    except Exception as error:
        # The edge: whatever the other side sent, this server is asked again later and the others go on.
        log.error("poll.broke", link_id=str(claimed.link_id), error=type(error).__name__)
        trouble = NotPulled("answer", again=True)
    else:
        with database.transaction() as session:
            polls.looked(session, claimed, now=clock())
        log.info("poll.looked", link_id=str(claimed.link_id), kept=kept)
        return True
    log.info("poll.not_looked", link_id=str(claimed.link_id), code=trouble.code, again=trouble.again)
    with database.transaction() as session:
        polls.not_looked(session, claimed, trouble, now=clock())
    return True


def _take(database: Database, poller: Poller, claimed: ClaimedPoll, clock: Callable[[], datetime]) -> int:
    """Keep what is new, oldest first, each in a transaction of its own. Raises NotPulled when the server must be asked later."""
    found = poller.look(claimed.query, claimed.address, since=claimed.since)
    with database.transaction() as session:
        new = polls.new_among(session, claimed, found)
    for offered in new:
        _fetch(database, poller, claimed, offered, clock)
    return len(new)


def _fetch(database: Database, poller: Poller, claimed: ClaimedPoll, offered: Offered, clock: Callable[[], datetime]) -> None:
    try:
        pulled = poller.fetch(offered, claimed.address)
    except NotPulled as trouble:
        if trouble.again:
            raise
        with database.transaction() as session:
            polls.keep_trouble(session, claimed, offered, trouble, now=clock())
        return
    with database.transaction() as session:
        polls.keep(session, claimed, offered, pulled, now=clock())
