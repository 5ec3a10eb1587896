"""Where the network is: the zone by which its days begin, its hours are shown and its letters are dated."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def day_of(moment: datetime) -> date:
    """The day on which this is here, not at the server."""
    return moment.astimezone(AMSTERDAM).date()
