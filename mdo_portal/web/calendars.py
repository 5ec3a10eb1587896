"""When my boards meet, in the calendar I use anyway: a secret address, and what a calendar reads there."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from mdo_portal import wiring
from mdo_portal.domain.people import Person
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_
from mdo_portal.exchange import CalendarEntry
from mdo_portal.services.meetings import calendars
from mdo_portal.services.meetings.calendars import Held
from mdo_portal.web import entering
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.guard import may, public
from mdo_portal.web.words import clock, short_day

blueprint = Blueprint("calendars", __name__)
NAME = N_("MDO-vergaderingen")


@blueprint.post("/account/calendar")
@may(Act.ACCOUNT_MANAGE)
def make() -> str:
    """A new address, on this answer and nowhere else; the one before stops."""
    with transaction() as db:
        key = calendars.new_key(db, viewer().person_id, now=now())
        _line(db, "calendar address made")
    address = settings().public_url.rstrip("/") + url_for("calendars.read", key=key)
    return render_template("account/calendar.html", address=address)


@blueprint.post("/account/calendar/end")
@may(Act.ACCOUNT_MANAGE)
def end() -> ResponseReturnValue:
    with transaction() as db:
        if calendars.end(db, viewer().person_id):
            _line(db, "calendar address ended")
    flash(
        gettext("Het adres werkt niet meer. Wat een agenda al had overgenomen, verdwijnt daar als u het abonnement verwijdert.")
    )
    return redirect(url_for("account.page", _anchor="calendar"), 303)


def _line(db: Session, detail: str) -> None:
    person = db.get_one(Person, viewer().person_id)
    entering.signed_line(db, "account.changed", person, "", hospital_id=viewer().hospital_id, detail=detail)


@blueprint.get("/calendar/<key>.ics")
@public("somebody's own secret address: when their boards meet, nothing of a patient")
def read(key: str) -> Response:
    """In Dutch: a calendar says no language that its owner chose."""
    with transaction() as db:
        held = calendars.read(db, key, now=now())
    with force_locale("nl"):
        entries = [_entry(one) for one in held]
        body = wiring.calendar_feed(gettext(NAME), entries, host=urlsplit(settings().public_url).hostname or "mdo", at=now())
    return Response(body, mimetype="text/calendar", headers={"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"})


def _entry(one: Held) -> CalendarEntry:
    title = gettext("MDO %(board)s", board=one.board_name)
    lines = []
    if one.series_at is not None and one.series_at != one.starts_at:
        lines.append(gettext("Verzet; was %(when)s.", when=_moment(one.series_at)))
    if one.registration_closes_at > now() and not one.is_called_off:
        lines.append(gettext("Aanmelden kan tot %(when)s.", when=_moment(one.registration_closes_at)))
    return CalendarEntry(
        number=str(one.id),
        title=gettext("Vervalt: %(title)s", title=title) if one.is_called_off else title,
        text="\n".join([*lines, gettext("Agenda, casussen en videoverbinding staan in het portaal.")]),
        place=one.place,
        url=settings().public_url.rstrip("/") + url_for("meetings.agenda", meeting_id=one.id),
        starts_at=one.starts_at,
        ends_at=one.starts_at + timedelta(minutes=one.minutes),
        is_called_off=one.is_called_off,
    )


def _moment(at: datetime) -> str:
    """`do 3 dec 08:00`: never *tomorrow*, for nobody knows when it is read."""
    return f"{short_day(at)} {clock(at)}"
