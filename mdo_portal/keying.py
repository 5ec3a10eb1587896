"""Fetching the public keys of hospitals' systems: claim, fetch without a transaction, keep. Never in a web request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from mdo_portal.database import Database
from mdo_portal.exchange import KeyFetcher, NotPulled
from mdo_portal.services import key_fetching

log = structlog.get_logger(__name__)


def fetch_next(database: Database, fetcher: KeyFetcher, *, clock: Callable[[], datetime]) -> bool:
    """Look at one address whose turn it is, if there is one. True when there was."""
    with database.transaction() as session:
        claimed = key_fetching.claim(session, now=clock())
    if claimed is None:
        return False
    try:
        jwks = fetcher.keys(claimed.url, claimed.address)
    except NotPulled as trouble:
        log.info("keys.not_fetched", link_id=str(claimed.link_id), code=trouble.code)
        with database.transaction() as session:
            key_fetching.not_kept(session, claimed, trouble.code)
        return True
    with database.transaction() as session:
        is_new = key_fetching.keep(session, claimed, jwks, now=clock())
    if is_new:
        log.info("keys.renewed", link_id=str(claimed.link_id))
    return True
