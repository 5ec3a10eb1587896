"""*Ik kan niet*: said by a member of the board, or noted for somebody by who leads it, and taken back."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.policy import Act
from mdo_portal.services.common import access
from mdo_portal.services.meetings import absence_rows, absences, meetings, seats
from mdo_portal.services.meetings.absence_rows import Absent
from mdo_portal.services.meetings.meeting_rows import MeetingRow
from mdo_portal.services.meetings.seats import Member
from mdo_portal.services.room.presence import Attendee
from mdo_portal.web import as_read
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may

blueprint = Blueprint("absences", __name__)


def of_list(db: Session, found: Sequence[MeetingRow]) -> dict[str, object]:
    """For the list of meetings: to which to come the reader cannot come, and for who leads the board which have an empty place."""
    coming = [one for one in found if one.state in meetings.TO_COME and one.starts_at > now()]
    told = absence_rows.of_meetings(db, [one.id for one in coming])
    lead = viewer().boards_for(Act.MEETING_LEAD)
    me = viewer().person_id
    return {
        "mine": {meeting_id for meeting_id, absent in told.items() if any(one.person_id == me for one in absent)},
        "deserted": absences.deserted(db, [one for one in coming if one.board_id in lead], told, now=now()),
        "may_be_absent": bool(viewer().boards_for(Act.MEETING_ABSENT)),
    }


def choices(db: Session, meeting: Meeting, board: Board) -> dict[str, object]:
    """Who said not to come, and what somebody can say on the agenda page: for themselves, and for others when they lead the board."""
    absent = absence_rows.of_meeting(db, meeting.id)
    me, away = viewer().person_id, {one.person_id for one in absent}
    known = seats.members(db, board.id, now=now())
    chairs = seats.chairs(db, board.id, on=max(meeting.starts_at, now()))
    return {
        "absent": absent,
        "chairs": chairs,
        "leads": [one.name for one in chairs if one.person_id not in away],
        "may_give_roles": viewer().may(Act.PEOPLE_MANAGE, board_id=board.id),
        "absent_names": {" ".join(one.name.lower().split()) for one in absent},
        "me_absent": next((one for one in absent if one.person_id == me), None),
        "my_id": me,
        "may_be_absent": absences.may_tell(meeting, now=now()) and viewer().may(Act.MEETING_ABSENT, board_id=board.id),
        "my_substitutes": _fitting(board, known, me, away),
        "come": {one.person_id: with_discipline(one) for one in known if one.person_id not in away},
        "come_from": {one.hospital_code for one in known if one.person_id not in away},
    }


def _fitting(
    board: Board, known: Sequence[Member], person_id: uuid.UUID, away: Collection[uuid.UUID]
) -> list[tuple[uuid.UUID, str]]:
    return [(one.person_id, one.name) for one in absences.substitutes(board, known, person_id) if one.person_id not in away]


def with_discipline(one: Member) -> str:
    return f"{one.name} ({one.discipline})" if one.discipline else one.name


def of_room(db: Session, meeting: Meeting, present: Sequence[Attendee]) -> list[Absent]:
    """Until it is over: who said not to come, and did not."""
    here = {one.person_id for one in present}
    absent = absence_rows.of_meeting(db, meeting.id) if meeting.state in meetings.UNTIL_OVER else []
    return [one for one in absent if one.person_id not in here]


@blueprint.get("/meetings/<uuid:meeting_id>/absence/stand-in")
@may(Act.MEETING_ABSENT)
def stand_in(meeting_id: uuid.UUID) -> str:
    """Who can take the place of whoever was chosen in the dialog."""
    person_id = chosen(request.args.get("person", ""))
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.MEETING_ABSENT, meeting_id)
        away = {one.person_id for one in absence_rows.of_meeting(db, meeting.id)}
        people = _fitting(board, seats.members(db, board.id, now=now()), person_id, away) if person_id else []
    return render_template("meetings/_stand_in.html", prefix="absent-other", people=people)


@blueprint.post("/meetings/<uuid:meeting_id>/absence/<any(tell, back):what>")
@may(Act.MEETING_ABSENT)
def absence(meeting_id: uuid.UUID, what: str) -> ResponseReturnValue:
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.MEETING_ABSENT, meeting_id, lock=True)
        person_id = chosen(request.form.get("person", "")) or viewer().person_id
        if what == "tell":
            instead = absences.Instead(chosen(request.form.get("substitute", "")), request.form.get("words", ""))
            absences.tell(db, meeting, board, person_id, instead=instead, viewer=viewer(), now=now())
        else:
            absences.take_back(db, meeting, board, person_id, viewer=viewer(), now=now())
    flash(gettext("De afmelding is bewaard.") if what == "tell" else gettext("De afmelding is ingetrokken."), "success")
    if request.form.get("from") == "leave":
        return redirect(url_for("leave.page", person=person_id), 303)
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id), 303)


def chosen(text: str) -> uuid.UUID | None:
    """Whom a form names."""
    return as_read.an_id(text) if text else None
