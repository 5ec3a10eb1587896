"""Keeping subscriptions at hospitals' servers: claim, go there without a transaction, settle. Never in a web request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from mdo_portal.database import Database
from mdo_portal.exchange import NotPulled, Subscriber
from mdo_portal.services.inbox import subscriptions
from mdo_portal.services.inbox.subscriptions import ClaimedSubscription

log = structlog.get_logger(__name__)


def keep_next(database: Database, subscriber: Subscriber, *, clock: Callable[[], datetime]) -> bool:
    """Look after one subscription whose turn it is, if there is one. True when there was."""
    with database.transaction() as session:
        claimed = subscriptions.claim(session, now=clock())
    if claimed is None:
        return False
    try:
        _at_the_server(database, subscriber, claimed, clock)
    except NotPulled as error:
        trouble = error
    except Exception as error:
        # The edge: whatever the other side sent, it is looked at again later and the others go on.
        log.error("subscription.broke", link_id=str(claimed.link_id), error=type(error).__name__)
        trouble = NotPulled("answer", again=True)
    else:
        return True
    log.info("subscription.not_kept", link_id=str(claimed.link_id), code=trouble.code)
    with database.transaction() as session:
        subscriptions.failed(session, claimed, trouble, now=clock())
    return True


def _at_the_server(
    database: Database, subscriber: Subscriber, claimed: ClaimedSubscription, clock: Callable[[], datetime]
) -> None:
    """Raises NotPulled."""
    if claimed.wanted is None:
        subscriber.take_away(str(claimed.link_id), claimed.address, number=claimed.number)
        with database.transaction() as session:
            subscriptions.gone(session, claimed)
        log.info("subscription.gone", link_id=str(claimed.link_id))
        return
    found = subscriber.keep(claimed.wanted, claimed.address, number=claimed.number, writes=claimed.writes)
    with database.transaction() as session:
        subscriptions.stands(session, claimed, found, now=clock())
    log.info("subscription.stands", link_id=str(claimed.link_id), status=found.status, written=found.written)
