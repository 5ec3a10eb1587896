"""Why something was not fetched, as a link manager reads it."""

from __future__ import annotations

import re

from mdo_portal.domain.poll import POLL_REASONS
from mdo_portal.domain.pull import PULL_REASONS

ASKS = re.compile(r"\b(laat|vraag|vergelijk|leg|maak|kijk)\b", re.IGNORECASE)


def test_every_reason_says_what_to_do_now() -> None:
    assert [one for one in (*PULL_REASONS.values(), *POLL_REASONS.values()) if not ASKS.search(one)] == []
