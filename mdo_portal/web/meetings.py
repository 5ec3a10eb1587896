"""Meetings: the list, the agenda of one, ordering, closing and calling it off."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext, ngettext
from sqlalchemy.orm import Session

from mdo_portal.domain.board import LASTS, Board, Meeting, MeetingState
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, IllegalMove, NotFound
from mdo_portal.letters import letters
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import decision_objection_rows
from mdo_portal.services.common import access
from mdo_portal.services.meetings import earlier_meetings, meeting_rows, meetings, seats
from mdo_portal.services.planning import calling_off, planning
from mdo_portal.services.room import presence, unaccompanied
from mdo_portal.services.years import year_figures
from mdo_portal.web import absences, as_read, case_sheets, printing, undecided
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.documents import as_file
from mdo_portal.web.guard import may
from mdo_portal.web.words import today

blueprint = Blueprint("meetings", __name__, url_prefix="/meetings")
HELD = (MeetingState.CLOSED, MeetingState.SETTLED)
SINCE = timedelta(days=8)
"""So long a meeting stays on the list when nothing on its agenda waits any more."""


@blueprint.get("")
@may(Act.MEETING_READ)
def page() -> str:
    boards = viewer().boards_for(Act.MEETING_READ)
    with transaction() as db:
        found = meetings.upcoming(db, boards, since=now() - SINCE, undecided=True)
        led = year_figures.boards(db, viewer().boards_for(Act.MEETING_FIGURES))
        missed = decision_objection_rows.waiting(db, viewer(), now=now())
        absence = absences.of_list(db, found)
        earlier = _earlier(db, boards)
    may_add = bool(viewer().boards_for(Act.MEETING_CLOSE_REGISTRATION))
    coming = [one for one in found if one.starts_at > now() - LASTS and one.state.value not in ("closed", "settled")]
    past = [one for one in reversed(found) if one not in coming]
    led_by = viewer().boards_for(Act.MEETING_LEAD)
    unfinished = [one for one in past if one.board_id in led_by and (one.undecided or one.state is MeetingState.OPEN)]
    past = [one for one in past if one not in unfinished]
    told = {"coming": coming, "past": past, "unfinished": unfinished, "missed": missed, "led": led, "has_board": bool(boards)}
    return render_template(
        "meetings/list.html", **told, **absence, **earlier, now=now(), over_before=now() - LASTS, may_add=may_add
    )


def _earlier(db: Session, boards: Sequence[uuid.UUID]) -> dict[str, object]:
    """The months to choose from, and the meetings of the one that was asked for."""
    months = {one.strftime("%Y-%m"): one for one in earlier_meetings.months(db, boards, now=now())}
    asked = request.args.get("month", "")
    if asked and asked not in months:
        raise NotFound()
    held = earlier_meetings.of_month(db, boards, months[asked], now=now()) if asked else []
    return {"months": [(key, format_date(one, "LLLL yyyy")) for key, one in months.items()], "month": asked, "earlier": held}


def agenda_of(db: Session, meeting: Meeting, board: Board, act: Act) -> dict[str, object]:
    """Everything the agenda page shows, with its line in the access log."""
    agenda = meetings.agenda(db, meeting.id, viewer=viewer(), reduced=viewer().only_observes(board.id))
    audit.record(db, viewer(), act, now=now(), object_type="meeting", object_id=meeting.id, hits=len(agenda))
    attendees = presence.came(meeting, presence.attendees(db, meeting.id))
    here = [(one.name, one.discipline, one.hospital_code) for one in attendees if not one.observes]
    absence = absences.choices(db, meeting, board)
    planned_minutes = sum(row.minutes for row in agenda if row.takes_time)
    may_order = viewer().may(Act.MEETING_ORDER, board_id=board.id)
    candidates = meetings.candidates(db, board.id) if may_order else None
    return {
        "meeting": meeting,
        "board": board,
        "agenda": agenda,
        "candidates": candidates.shown if candidates else [],
        "waiting": candidates.waiting if candidates else 0,
        "attendees": attendees,
        "seats": seats.seats(db, board, here, now=now(), absent=absence["absent"]),  # type: ignore[arg-type]
        **absence,
        "unaccompanied": unaccompanied.of_meeting(meeting, agenda, came=attendees, coming=absence["come_from"]),  # type: ignore[arg-type]
        "planned_minutes": planned_minutes,
        "may_order": may_order,
        "may_close": viewer().may(Act.MEETING_CLOSE_REGISTRATION, board_id=board.id),
        "may_lead": viewer().may(Act.MEETING_LEAD, board_id=board.id),
        "may_print": viewer().may(Act.DOCUMENT_READ, board_id=board.id),
        "is_closed": meeting.state.value != "planned" or meeting.registration_closes_at <= now(),
        "has_begun": meeting.starts_at <= now(),
        "gone_by_objection": meetings.gone_by_objection(db, meeting.id),
        "etas": _etas(meeting, agenda),
        "ends_at": meeting.starts_at + timedelta(minutes=planned_minutes),
        **undecided.of_meeting(db, meeting, board, agenda),
    }


def _etas(meeting: Meeting, agenda: list[meeting_rows.AgendaRow]) -> dict[uuid.UUID, datetime]:
    """When each case is about to come, by adding up the minutes."""
    at = meeting.starts_at
    found: dict[uuid.UUID, datetime] = {}
    for row in agenda:
        if row.takes_time:
            found[row.round_id] = at
            at += timedelta(minutes=row.minutes)
    return found


@blueprint.get("/<uuid:meeting_id>")
@may(Act.MEETING_READ)
def agenda(meeting_id: uuid.UUID) -> str:
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.MEETING_READ, meeting_id)
        shown = agenda_of(db, meeting, board, Act.MEETING_READ)
    return render_template("meetings/page.html", **shown)


@blueprint.get("/<uuid:meeting_id>/piece/<any(head, agenda, candidates):piece>")
@may(Act.MEETING_READ)
def piece(meeting_id: uuid.UUID, piece: str) -> str:
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.MEETING_READ, meeting_id)
        shown = agenda_of(db, meeting, board, Act.MEETING_READ)
    return render_template(f"meetings/_{piece}.html", **shown)


@blueprint.post("/<uuid:meeting_id>/order")
@may(Act.MEETING_ORDER)
def order(meeting_id: uuid.UUID) -> ResponseReturnValue:
    wanted = as_read.ids(request.form.getlist("row"))
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.MEETING_ORDER, meeting_id, lock=True)
        planning.reorder(db, meeting, wanted)
        shown = agenda_of(db, meeting, board, Act.MEETING_ORDER)
    return render_template("meetings/_agenda.html", **shown)


@blueprint.post("/<uuid:meeting_id>/registration/<any(close, reopen):what>")
@may(Act.MEETING_CLOSE_REGISTRATION)
def registration(meeting_id: uuid.UUID, what: str) -> ResponseReturnValue:
    with transaction() as db:
        meeting, _ = access.meeting_for(db, viewer(), Act.MEETING_CLOSE_REGISTRATION, meeting_id, lock=True)
        if what == "close":
            meetings.close_registration(db, meeting)
        else:
            meetings.reopen_registration(db, meeting, now=now())
    flash(gettext("De aanmelding is gesloten.") if what == "close" else gettext("De aanmelding is weer open."))
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id))


@blueprint.post("/<uuid:meeting_id>/calling-off/<any(off, on):what>")
@may(Act.MEETING_CLOSE_REGISTRATION)
def held(meeting_id: uuid.UUID, what: str) -> ResponseReturnValue:
    """The meeting is not held, or after all."""
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.MEETING_CLOSE_REGISTRATION, meeting_id, lock=what == "on")
        if what == "on":
            calling_off.take_back(db, meeting)
            said = gettext("De vergadering gaat toch door. De agenda is leeg: plan opnieuw wat er moet komen.")
        else:
            said = _went_off(calling_off.call_off(db, meeting, board, viewer=viewer(), now=now()))
    flash(said, "success")
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id))


def _went_off(count: int) -> str:
    if not count:
        return str(gettext("De vergadering vervalt."))
    said: str = ngettext(
        "De vergadering vervalt. %(num)d casus staat weer op de werklijst.",
        "De vergadering vervalt. %(num)d casussen staan weer op de werklijst.",
        count,
    )
    return said


@blueprint.get("/<uuid:meeting_id>/agenda.pdf")
@may(Act.MEETING_READ)
def printed(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """The agenda on paper, or what came of it once the meeting was held: initials and year only."""
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.MEETING_READ, meeting_id)
        shown = agenda_of(db, meeting, board, Act.MEETING_READ)
    told = {"network": settings().network}
    if meeting.state in HELD:
        data = printing.report(meeting, board, shown["agenda"], shown["seats"], shown["attendees"], shown["absent"], **told)  # type: ignore[arg-type]
    else:
        data = printing.agenda(meeting, board, shown["agenda"], shown["seats"], shown["absent"], **told)  # type: ignore[arg-type]
    return as_file(letters.render("agenda", data.as_json(), at=now()), "application/pdf", f"mdo-agenda-{meeting_id}")


@blueprint.get("/<uuid:meeting_id>/cases.pdf")
@may(Act.DOCUMENT_READ)
def sheets(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Every case that is still to be discussed on a sheet of its own: to prepare, and for when all is down."""
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.DOCUMENT_READ, meeting_id)
        agenda = meetings.agenda(db, meeting.id)
        etas = _etas(meeting, agenda)
        waits = [row for row in agenda if row.outcome is None]
        told = {"meeting": meeting, "board": board, "on": today(), "network": settings().network}
        read = case_sheets.read(db, viewer(), waits, now=now())
        made = [
            case_sheets.sheet(view, row, others=others, at=etas[row.round_id], **told).as_json()  # type: ignore[arg-type]
            for row, (view, others) in zip(waits, read, strict=True)
        ]
    if not made:
        raise IllegalMove(N_("Op deze agenda staat niets dat nog besproken moet worden: er zijn geen casusbladen."))
    return as_file(letters.render_many("case", made, at=now()), "application/pdf", f"mdo-casusbladen-{meeting_id}")
