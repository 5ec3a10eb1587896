"""Asking servers what is new: find, fetch, keep; understood like any message. Never in a web request, never inside a transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from mdo_portal.database import Database
from mdo_portal.exchange import NotPulled, Offered, Poller
from mdo_portal.services.inbox import polls
from mdo_portal.services.inbox.polls import ClaimedPoll

log = structlog.get_logger(__name__)


def poll_next(database: Database, poller: Poller, *, clock: Callable[[], datetime]) -> bool:
    """Ask one server whose turn it is, if there is one. True when there was."""
    with database.transaction() as session:
        claimed = polls.claim(session, now=clock())
    if claimed is None:
        return False
    try:
        taken = _take(database, poller, claimed, clock)
    except NotPulled as error:
        trouble = error
    except Exception as error:
        # The edge: whatever the other side sent, this server is asked again later and the others go on.
        log.error("poll.broke", link_id=str(claimed.link_id), error=type(error).__name__)
        trouble = NotPulled("answer", again=True)
    else:
        with database.transaction() as session:
            polls.looked(session, claimed, now=clock(), is_whole=taken.is_whole, is_new=taken.kept > 0)
        log.info("poll.looked", link_id=str(claimed.link_id), kept=taken.kept)
        return True
    log.info("poll.not_looked", link_id=str(claimed.link_id), code=trouble.code, again=trouble.again)
    with database.transaction() as session:
        polls.not_looked(session, claimed, trouble, now=clock())
    return True


@dataclass
class _Taken:
    """What came of one look."""

    kept: int = 0
    missed: list[NotPulled] = field(default_factory=list)  #: of referrals that may be had later
    has_given_up: bool = False
    is_whole: bool = True

    @property
    def moves(self) -> bool:
        """Whether it has been read up to here: not past a referral that was missed."""
        return not self.missed


def _take(database: Database, poller: Poller, claimed: ClaimedPoll, clock: Callable[[], datetime]) -> _Taken:
    """Keep what is new, oldest first, each in a transaction of its own. Raises NotPulled when the server must be asked later.

    What one referral points at may be out of order over there: the ones after it are taken all the same. And a slow server has its
    turn, not more: the rest is taken when the others had theirs.
    """
    found = poller.look(claimed.query, claimed.address, since=claimed.since)
    with database.transaction() as session:
        new = polls.new_among(session, claimed, found)
    taken, until = _Taken(), clock() + polls.TURN
    for offered in new:
        if taken.kept and clock() >= until:
            taken.is_whole = False
            break
        _fetch(database, poller, claimed, offered, clock, taken)
    if taken.missed:
        raise taken.missed[0]
    return taken


def _fetch(
    database: Database, poller: Poller, claimed: ClaimedPoll, offered: Offered, clock: Callable[[], datetime], taken: _Taken
) -> None:
    try:
        pulled = poller.fetch(offered, claimed.address)
    except NotPulled as trouble:
        if trouble.again and not _is_given_up(claimed, taken):
            taken.missed.append(trouble)
            if len(taken.missed) >= polls.MOST_MISSED:
                raise
            return
        with database.transaction() as session:
            polls.keep_trouble(session, claimed, offered, trouble, now=clock(), moves=taken.moves)
    else:
        with database.transaction() as session:
            polls.keep(session, claimed, offered, pulled, now=clock(), moves=taken.moves)
    taken.kept += 1


def _is_given_up(claimed: ClaimedPoll, taken: _Taken) -> bool:
    """After many looks, and one a look: a server at which nothing can be had is away, and none of its referrals is given up for that."""
    given_up = claimed.attempts >= polls.MOST_FAILED_LOOKS and not taken.has_given_up
    taken.has_given_up = taken.has_given_up or given_up
    return given_up
