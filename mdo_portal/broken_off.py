"""What broke off through no fault of its own is done as soon as PostgreSQL is there again. A claimed message gets its try back.

A claim counts the try first, so that a message that kills its worker is given up. Of who survived it is known better: no reader could
begin, or PostgreSQL was full, stopped, killed or unreachable. What the try of such a message was is remembered here, in the process.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock

from sqlalchemy.exc import DBAPIError

from mdo_portal.database import Database, Made, is_away, is_lacking, is_lost, once_more
from mdo_portal.exchange import NobodyReads
from mdo_portal.services.common import changes
from mdo_portal.services.inbox import settling
from mdo_portal.services.inbox.settling import ClaimedMessage

MOST_LOST = 5
"""So often the line may break under a message. More often it is held against it: a statement may be what kills PostgreSQL.

Counted apart while it was in hand with others, and by itself: of those that were together one at most did it. Once that is held against
them they are read one by one (the careful lane), and only what breaks it there again and again is given up.
"""
_owed: list[ClaimedMessage] = []
_together: Counter[uuid.UUID] = Counter()
_alone: Counter[uuid.UUID] = Counter()
_one = Lock()


def outlast(act: Callable[[], Made], again: Callable[[], bool]) -> Made:
    """What `act`, one transaction that bears being done twice, gives. While the database is away `again` waits a moment, and says
    whether to go on trying.
    """
    while True:
        try:
            return once_more(act)
        except Exception as error:  # whatever says that it is away
            if not is_away(error) or not again():
                raise


def is_no_verdict(error: BaseException) -> bool:
    """Whether this says nothing about the message under which it came."""
    return isinstance(error, NobodyReads) or is_lacking(error) or is_lost(error)


@contextmanager
def given_back(database: Database, claimed: Sequence[ClaimedMessage]) -> Iterator[None]:
    """What is done with claimed messages. When it breaks off so, all that were not done with wait as before."""
    try:
        yield
    except Exception as error:
        if is_no_verdict(error):
            _owe(claimed, error)
            with suppress(DBAPIError):  # it is away: the next turn begins with it
                give_back(database)
        raise


def give_back(database: Database) -> None:
    """What is owed, before anything else is claimed. Raises what PostgreSQL says when it is still away."""
    with _one:
        if not _owed:
            return
        with database.transaction() as session:
            settling.release(session, _owed)
            changes.wake(session, "understand")
        _owed.clear()


def _owe(claimed: Sequence[ClaimedMessage], error: BaseException) -> None:
    with _one:
        lost = _alone if len(claimed) == 1 else _together
        if is_lost(error):
            lost.update(one.message_id for one in claimed)
        _owed.extend(one for one in claimed if lost[one.message_id] <= MOST_LOST)
        if len(lost) > 10_000:
            lost.clear()
