"""Where the network is: the zone by which its days begin, its hours are shown and its letters are dated."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


_FIRST = datetime(1, 1, 2)  # noqa: DTZ001  of the day before it was another year elsewhere, which is none


def day_of(moment: datetime) -> date:
    """The day on which this is here, not at the server."""
    return moment.astimezone(AMSTERDAM).date()


def stood_so(worn: datetime) -> tuple[datetime, datetime]:
    """The first and the last moment at which a clock here shows this: one, but in the hour that comes twice when summer time ends.

    Of an hour that does not come (summer time begins) on either side of it: what is looked for between two of them is there.
    """
    worn = max(worn.replace(tzinfo=None), _FIRST)
    both = (worn.replace(tzinfo=AMSTERDAM, fold=fold).astimezone(UTC) for fold in (0, 1))
    first, last = sorted(both)
    return first, last
