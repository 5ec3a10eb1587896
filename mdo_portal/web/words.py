"""Times and dates as people say them, for templates: `vandaag 14:32`, `do 4 dec 08:00`, `over 2 dagen`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from babel.dates import format_date as babel_date
from babel.support import NullTranslations
from flask import Flask, g
from flask_babel import get_locale, get_translations, gettext
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from mdo_portal.domain import caution, place_words
from mdo_portal.domain.case import NO_DATE
from mdo_portal.domain.fact_labels import OWN_LABELS, SPOKEN
from mdo_portal.domain.link_fields import CODE_WORDS
from mdo_portal.errors import N_
from mdo_portal.web.context import now
from mdo_portal.web.deferring_words import often_deferred
from mdo_portal.zone import AMSTERDAM, day_of

KNOWN_BY_WEEKDAY = 200
"""So many days around today a day is known by its weekday, also in another year: in December meetings are planned for January."""
NEAR = {0: N_("vandaag"), -1: N_("gisteren"), 1: N_("morgen")}


def install(app: Flask) -> None:
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = _sentence
    app.jinja_env.globals["spoken_labels"] = SPOKEN
    app.jinja_env.globals["often_deferred"] = often_deferred
    app.jinja_env.filters["translated"] = translated
    app.jinja_env.filters["place_words"] = _place_words
    app.jinja_env.filters["left_words"] = _left_words
    app.jinja_env.filters["fact_label"] = _fact_label
    app.jinja_env.filters["urgency"] = _urgency
    app.jinja_env.filters["as_told"] = _as_told
    for word in (when, when_exact, clock, clock_today, day, iso_day, in_days, age, days_old, short_day):
        app.jinja_env.filters[word.__name__] = word


def _fact_label(label: str) -> str:
    """The label above a value: ours in the reader's language, a hospital's as it was sent."""
    return str(gettext(label)) if label in OWN_LABELS else label


def _urgency(sent: str) -> str:
    """An urgency by code in the reader's language; a hospital's own words as they were sent."""
    words = CODE_WORDS["urgency"]
    return str(gettext(words[sent])) if sent in words else sent


def _as_told(sent: str, column: str) -> str:
    """What a hospital told in this column of a case: what stands there by code, in the reader's language."""
    if column == "cautions":
        return " · ".join(str(gettext(caution.WORDS.get(code, code))) for code in sent.split())
    return _urgency(sent) if column == "urgency" else sent


def _place_words(place: str) -> str:
    """A place in a message in the reader's language; a path stays as it is."""
    words = place_words.said(place)
    return gettext(words.sentence) % {"name": gettext(words.name)} if words else place


def _left_words(name: str) -> str:
    """What found no place, and why, in the reader's language."""
    words = place_words.said_of_left(name)
    return gettext(words.sentence) % {"name": words.name} if words else name


@pass_context
def _sentence(context: Context, sentence: str, **values: Any) -> str:
    """`_("…")` of a template, as Jinja and Flask-Babel say it, but looked up once per page: a page says a hundred sentences."""
    said = _catalogue().ugettext(sentence)
    if context.eval_ctx.autoescape:
        said = Markup(said)  # noqa: S704 (our own sentences; values are escaped as they are put in)
    return said % values if values or "%" in said else said


class _Spoken(NamedTuple):
    """The reader's language, as long as `locale` is the one that is spoken: one that is forced meanwhile is another."""

    locale: object
    name: str
    sentences: NullTranslations


def _spoken() -> _Spoken:
    """Found once per page: a list of fifty rows says a thousand words."""
    page = g._get_current_object()
    here, kept = getattr(page, "_flask_babel", None), cast("_Spoken | None", getattr(page, "spoken", None))
    if kept is None or here is None or getattr(here, "babel_locale", None) is not kept.locale:
        sentences = cast(NullTranslations, get_translations())
        locale = get_locale()
        kept = page.spoken = _Spoken(locale, str(locale or "nl"), sentences)
    return kept


def _catalogue() -> NullTranslations:
    return _spoken().sentences


def translated(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """A table of value -> Dutch sentence as choices in the reader's language, in the order of the table."""
    return [(value, gettext(word)) for value, word in words.items()]


def today() -> date:
    """The Dutch day of this request."""
    page, moment = g._get_current_object(), now()
    kept = cast("tuple[datetime, date] | None", getattr(page, "today", None))
    if kept is None or kept[0] is not moment:
        kept = page.today = moment, day_of(moment)
    return kept[1]


def when(moment: datetime | None) -> str:
    """`vandaag 14:32`, `gisteren 09:10`, `do 4 dec 08:00`, `di 5 jan 2027 08:00`, `4 dec 2025 08:00`."""
    if moment is None:
        return ""
    local = moment.astimezone(AMSTERDAM)
    return f"{_near_day(local.date())} {local:%H:%M}"


def _near_day(on: date) -> str:
    near = NEAR.get((on - today()).days)
    return str(_catalogue().ugettext(near)) if near else short_day(on)


def short_day(on: date | datetime | None) -> str:
    """`do 4 dec`, with the year when it is another year; the day of the week while that is how one knows it."""
    if on is None:
        return ""
    local = day_of(on) if isinstance(on, datetime) else on
    if local.year == today().year:
        return _said(local, "EEE d MMM", _spoken().name)
    return _said(local, "EEE d MMM y" if abs((local - today()).days) < KNOWN_BY_WEEKDAY else "d MMM y", _spoken().name)


@lru_cache(maxsize=4096)
def _said(on: date, pattern: str, locale: str) -> str:
    """A list of fifty rows says the same few days again and again."""
    return babel_date(on, pattern, locale=locale)


def when_exact(moment: datetime | None) -> str:
    """`22-11-2026 14:32:05`: for hover and print."""
    if not moment:
        return ""
    is_planned = not moment.second and not moment.microsecond  # what happened has a fraction of a second
    return moment.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M" if is_planned else "%d-%m-%Y %H:%M:%S")


def clock(moment: datetime | None) -> str:
    return moment.astimezone(AMSTERDAM).strftime("%H:%M") if moment else ""


def clock_today(moment: datetime | None) -> str:
    """`14:32`; of another day that day before it."""
    is_today = moment is not None and day_of(moment) == today()
    return clock(moment) if is_today else when(moment)


def day(on: date | None) -> str:
    """`04-12-2026`."""
    return on.strftime("%d-%m-%Y") if on else ""


def iso_day(moment: datetime) -> str:
    """`2026-12-04`: the Dutch day, as a date field holds it."""
    return day_of(moment).isoformat()


def in_days(on: date | None) -> str:
    """`vandaag`, `over 2 dagen`, `3 dagen te laat`."""
    if on is None or on >= NO_DATE:
        return ""
    days, said = (on - today()).days, _catalogue()
    if days < 0:
        return str(said.ungettext("%(num)d dag te laat", "%(num)d dagen te laat", -days)) % {"num": -days}
    if days < 2:
        return str(said.ugettext(NEAR[days]))
    return str(said.ungettext("over %(num)d dag", "over %(num)d dagen", days)) % {"num": days}


def age(birth_on: date | None) -> int | None:
    """Whole years today."""
    if birth_on is None:
        return None
    this = today()
    return this.year - birth_on.year - ((this.month, this.day) < (birth_on.month, birth_on.day))


def days_old(on: date | None) -> int | None:
    return (today() - on).days if on else None
