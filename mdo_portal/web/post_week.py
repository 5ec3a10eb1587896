"""The weekly list of decisions that have not arrived, per hospital: to read, to print, and as a file."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext

from mdo_portal.domain.policy import Act
from mdo_portal.services.access_log import audit
from mdo_portal.services.letters import post_week
from mdo_portal.services.letters.post_rows import PostRow
from mdo_portal.services.letters.post_week import HospitalWeek
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.csv import as_csv
from mdo_portal.web.guard import may
from mdo_portal.zone import day_of

blueprint = Blueprint("post_week", __name__, url_prefix="/post/week")


@blueprint.get("")
@may(Act.POST_READ)
def page() -> str:
    monday = _monday()
    return render_template(
        "post/week.html", hospitals=_found(monday, "page"), monday=monday, sunday=monday + timedelta(days=6),
        before=monday - post_week.WEEK, after=monday + post_week.WEEK, viewer=viewer(), now=now(), is_now=monday == _this_week(),
    )  # fmt: skip


@blueprint.get("/list.csv")
@may(Act.POST_READ)
def as_file() -> Response:
    """One line per letter. No name in it: a file travels further than a page."""
    heads = [
        gettext("Ziekenhuis"), gettext("Ontvanger"), gettext("Telefoon"), gettext("Nummer"), gettext("Patiënt"), gettext("Getekend"),
        gettext("Uiterste datum"), gettext("Waarom nog niet"),
    ]  # fmt: skip
    lines = [_line(row) for one in _found(_monday(), "csv") for row in one.missing]
    return as_csv([heads, *lines], name="niet-aangekomen")


def _line(row: PostRow) -> list[object]:
    who = [row.hospital, row.recipient, row.recipient_phone, row.document_number, row.initials_year]
    return [*who, row.created_at, row.due_on or "", gettext(row.why)]


def _found(monday: date, how: str) -> list[HospitalWeek]:
    with transaction() as db:
        hospitals = post_week.of_week(db, viewer(), monday)
        letters = sum(len(one.missing) for one in hospitals)
        audit.record(db, viewer(), Act.POST_READ, now=now(), object_type="post", hits=letters, detail=f"week {how}")
    return hospitals


def _this_week() -> date:
    return post_week.monday_of(day_of(now()))


def _monday() -> date:
    """The Monday of the week asked for; of this week when none, or none that is one, was asked for."""
    try:
        asked = date.fromisoformat(request.args.get("from", ""))
    except ValueError:
        return _this_week()
    return min(post_week.monday_of(asked), _this_week()) if asked.year > 2000 else _this_week()
