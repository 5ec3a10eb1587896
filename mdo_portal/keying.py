"""Fetching the public keys of hospitals' systems: claim, fetch without a transaction, keep. Never in a web request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from mdo_portal.database import Database
from mdo_portal.exchange import KeyFetcher, NotPulled
from mdo_portal.services.links import key_fetching
from mdo_portal.services.links.key_fetching import ClaimedKeys

log = structlog.get_logger(__name__)


def fetch_next(database: Database, fetcher: KeyFetcher, *, clock: Callable[[], datetime]) -> bool:
    """Look at one address whose turn it is, if there is one. True when there was."""
    with database.transaction() as session:
        claimed = key_fetching.claim(session, now=clock())
    if claimed is None:
        return False
    try:
        jwks = fetcher.keys(claimed.url, claimed.address)
    except NotPulled as error:
        return _not_fetched(database, claimed, error.code, now=clock())
    except Exception as error:
        # The edge: whatever the other side showed, it is looked at again later and the others go on.
        log.error("keys.broke", link_id=str(claimed.link_id), error=type(error).__name__)
        return _not_fetched(database, claimed, "answer", now=clock())
    with database.transaction() as session:
        is_new = key_fetching.keep(session, claimed, jwks, now=clock())
    if is_new:
        log.info("keys.renewed", link_id=str(claimed.link_id))
    return True


def _not_fetched(database: Database, claimed: ClaimedKeys, code: str, *, now: datetime) -> bool:
    log.info("keys.not_fetched", link_id=str(claimed.link_id), code=code)
    with database.transaction() as session:
        key_fetching.not_kept(session, claimed, code, now=now)
    return True
