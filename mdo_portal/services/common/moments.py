"""Moments that hospitals send: one that cannot be kept or shown is as good as none."""

from __future__ import annotations

from datetime import UTC, datetime

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def likely(moment: datetime | None) -> datetime | None:
    """The moment; None for one outside 1900-2200 (UTC): the database could store some of those and never read them again."""
    return moment if moment is not None and EARLIEST <= moment < LATEST else None


def said(sent_at: datetime | None, now: datetime) -> datetime:
    """When the sender told it, by its own clock; never later than now, and now when it gave no time that can be true."""
    return min(likely(sent_at) or now, now)
