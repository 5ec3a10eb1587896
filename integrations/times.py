"""Which times of a message can be true: what a system writes for "never" or "not known" is none, and breaks who keeps it."""

from __future__ import annotations

from datetime import UTC, date, datetime

EARLIEST = 1900
LATEST = 2200


def believable(moment: datetime) -> datetime | None:
    """`moment`, or None outside 1900-2200, judged in UTC as it is kept: year 1 is the nothing of .NET, 9999 that of databases."""
    try:
        year = moment.astimezone(UTC).year
    except OverflowError:
        return None
    return moment if EARLIEST <= year <= LATEST else None


def believable_day(day: date) -> date | None:
    """`day`, or None outside 1900-2200."""
    return day if EARLIEST <= day.year <= LATEST else None


def is_an_end(said: str) -> bool:
    """Whether a day as it was sent (`20201231`, `2020-12`) ends anything: the year 9999 is the *never* of databases."""
    return said[:4].isdecimal() and int(said[:4]) <= LATEST
