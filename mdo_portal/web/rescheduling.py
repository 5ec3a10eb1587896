"""When and where a meeting is held: another day, hour or place than the weekly series has it, or one beside the series."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain import feast_days
from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, Incomplete, Stale
from mdo_portal.services.common import access
from mdo_portal.services.meetings import boards
from mdo_portal.services.planning.rescheduling import Wanted, add, as_it_stands, reschedule
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.words import clock, iso_day, when
from mdo_portal.zone import AMSTERDAM, day_of

blueprint = Blueprint("rescheduling", __name__, url_prefix="/meetings")
FIELDS = ("day", "hour", "minutes", "place", "video_url")
HELD_BY = Act.MEETING_CLOSE_REGISTRATION
"""Who lets registration close, and a meeting lapse, says when it is held."""


@blueprint.app_template_filter()
def feast_day(at: datetime) -> str:
    """What feast day a meeting falls on, of which nobody thinks when the series is made; empty when on none."""
    name = feast_days.name_of(day_of(at))
    return str(gettext(name)) if name else ""


@blueprint.get("/<uuid:meeting_id>/when")
@may(HELD_BY)
def change(meeting_id: uuid.UUID) -> str:
    return _change(meeting_id, {}, {})


@blueprint.post("/<uuid:meeting_id>/when")
@may(HELD_BY)
def changed(meeting_id: uuid.UUID) -> ResponseReturnValue:
    try:
        with transaction() as db:
            meeting, board = access.meeting_for(db, viewer(), HELD_BY, meeting_id)
            moved = reschedule(db, meeting, board, _wanted(), viewer=viewer(), now=now(), seen=request.form.get("seen"))
            said = _rescheduled(meeting) if moved else gettext("De vergadering is gewijzigd.")
    except Incomplete as error:
        return _change(meeting_id, _typed(), error.fields), error.status
    except Stale as error:
        return _change(meeting_id, _typed(), {}, is_stale=True), error.status
    flash(said, "success")
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id))


def _rescheduled(meeting: Meeting) -> str:
    said = gettext("De vergadering is verzet naar %(when)s.", when=when(meeting.starts_at))
    if meeting.state.value == "planned" and meeting.registration_closes_at > now():
        return str(said)
    closed = gettext("De aanmelding daarvoor is gesloten.")
    return f"{said} {closed}"


def _change(meeting_id: uuid.UUID, typed: dict[str, str], errors: dict[str, str], *, is_stale: bool = False) -> str:
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), HELD_BY, meeting_id)
        values = typed or _values(board, meeting)
        seen = as_it_stands(meeting)
    if errors:  # said of what was read then
        seen = request.form.get("seen", seen)
    told = {"values": values, "errors": errors, "seen": seen, "is_stale": is_stale}
    return render_template("meetings/form.html", meeting=meeting, board=board, **told)


def _values(board: Board, meeting: Meeting) -> dict[str, Any]:
    held = {"day": iso_day(meeting.starts_at), "hour": clock(meeting.starts_at)}
    return held | {name: getattr(meeting, name) for name in ("minutes", "place", "video_url")}


@blueprint.get("/new")
@may(HELD_BY)
def new() -> str:
    return _new({}, {})


@blueprint.post("/new")
@may(HELD_BY)
def added() -> ResponseReturnValue:
    try:
        with transaction() as db:
            board = access.board_for(db, viewer(), HELD_BY, _board_id())
            made = add(db, board, _wanted(), viewer=viewer(), now=now())
    except Incomplete as error:
        return _new(_typed() | {"board": request.form.get("board", "")}, error.fields), error.status
    flash(gettext("De vergadering staat op de lijst: %(when)s.", when=when(made.starts_at)), "success")
    return redirect(url_for("meetings.agenda", meeting_id=made.id))


def _board_id() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("board", ""))
    except ValueError:
        raise Incomplete({"board": N_("Kies een MDO.")}, boards.NOT_SAVED) from None


def _new(typed: dict[str, str], errors: dict[str, str]) -> str:
    with transaction() as db:
        theirs = [access.board_for(db, viewer(), HELD_BY, one) for one in viewer().boards_for(HELD_BY)]
    only = theirs[0] if len(theirs) == 1 else None
    usual = {"board": only.id, "hour": f"{only.starts:%H:%M}", "minutes": only.minutes} if only else {"minutes": 60}
    choices = [(one.id, one.name) for one in sorted(theirs, key=lambda one: one.name)]
    return render_template("meetings/form.html", boards=choices, values=typed or usual, errors=errors)


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in FIELDS}


def _wanted() -> Wanted:
    """What the form says. Raises Incomplete for what is no day, time or number."""
    typed, wrong = _typed(), dict[str, str]()
    try:
        day = date.fromisoformat(typed["day"])
    except ValueError:
        day = date.min
    try:
        hour = time.fromisoformat(typed["hour"])
    except ValueError:
        hour, wrong["hour"] = time(8), N_("Vul een tijd in, zoals 08:00.")
    if day == date.min:  # also when it was typed: in UTC it is in no calendar
        wrong["day"] = N_("Vul een datum in.")
    if not typed["minutes"].isdecimal() or len(typed["minutes"]) > len("1440"):
        wrong["minutes"] = N_("Vul een getal in.")
    if wrong:
        raise Incomplete(wrong, boards.NOT_SAVED)
    starts_at = datetime.combine(day, hour.replace(second=0, microsecond=0, tzinfo=None), tzinfo=AMSTERDAM).astimezone(UTC)
    return Wanted(starts_at, int(typed["minutes"]), typed["place"], typed["video_url"])
