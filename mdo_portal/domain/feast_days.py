"""The days on which the Netherlands does not work, besides Saturday and Sunday.

Which days: Algemene termijnenwet, article 3 (New Year's Day, Easter and Whit Monday, both Christmas days, Ascension Day, the day on
which the King's birthday is celebrated, 5 May; and Good Friday, which article 3.2 puts beside them). When Easter is: the Gregorian
computus as J. Meeus, Astronomical Algorithms (1991), chapter 8, gives it. The King's birthday: 27 April since 2014, and the 26th
when that is a Sunday.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from mdo_portal.errors import N_

SATURDAY, SUNDAY = 5, 6


def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year (1583 and later)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    skipped, bissextile = divmod(century, 4)
    moon = (19 * golden + century - skipped - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * bissextile + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def kings_day(year: int) -> date:
    """When the King's birthday is celebrated."""
    birthday = date(year, 4, 27)
    return birthday - timedelta(days=birthday.weekday() == SUNDAY)


@cache
def feast_days(year: int) -> dict[date, str]:
    """Every feast day of a year and its name, also those in a weekend. For 2014 and later: before, a Queen had another birthday."""
    after_easter = {-2: N_("Goede Vrijdag"), 1: N_("Tweede Paasdag"), 39: N_("Hemelvaartsdag"), 50: N_("Tweede Pinksterdag")}
    return {
        date(year, 1, 1): N_("Nieuwjaarsdag"),
        kings_day(year): N_("Koningsdag"),
        date(year, 5, 5): N_("Bevrijdingsdag"),
        date(year, 12, 25): N_("Eerste Kerstdag"),
        date(year, 12, 26): N_("Tweede Kerstdag"),
        **{easter(year) + timedelta(days=days): name for days, name in after_easter.items()},
    }


def name_of(day: date) -> str:
    """What feast day it is, in Dutch as in the law; empty when it is none."""
    return feast_days(day.year).get(day, "")


def is_working_day(day: date) -> bool:
    """Whether people who carry letters work on it."""
    return day.weekday() < SATURDAY and not name_of(day)
