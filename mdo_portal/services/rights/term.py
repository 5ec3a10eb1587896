"""From when until when a role counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from mdo_portal.errors import N_, Incomplete

DATES = N_("De einddatum ligt vóór de begindatum, of is al voorbij.")


@dataclass(frozen=True)
class Term:
    """From which day to which day a role counts; both may be open."""

    starts_on: date | None = None
    ends_on: date | None = None

    def check(self, today: date) -> None:
        if self.ends_on and self.ends_on < max(self.starts_on or today, today):
            raise Incomplete({"ends_on": DATES}, DATES)

    def reaches_beyond(self, before: Term) -> bool:
        starts, ends = before.starts_on, before.ends_on
        return bool(starts and (self.starts_on or date.min) < starts) or bool(ends and (self.ends_on or date.max) > ends)

    @property
    def words(self) -> str:
        return f"{self.starts_on or ''}..{self.ends_on or ''}"

    def gone_until(self, today: date) -> date | None:
        """After which day somebody else must have the role still: its last, or the last but one before it begins. None: it goes on."""
        if self.ends_on:
            return self.ends_on
        return self.starts_on - timedelta(days=2) if self.starts_on and self.starts_on > today else None
