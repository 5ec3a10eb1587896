"""What a meeting that is over left undone: its cases that were not discussed are deferred together, once a person ticked them."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.policy import Act
from mdo_portal.errors import NotFound
from mdo_portal.services.common import access
from mdo_portal.services.meetings import left_open, meeting_rows, meetings
from mdo_portal.services.planning import undecided
from mdo_portal.web import as_read
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.navigation_counts import forget
from mdo_portal.web.words import when

blueprint = Blueprint("undecided", __name__, url_prefix="/meetings/<uuid:meeting_id>/undecided")


def of_meeting(db: Session, meeting: Meeting, board: Board, agenda: list[meeting_rows.AgendaRow]) -> dict[str, object]:
    """For who finishes a meeting that is over: when something last happened in it, or what can become of its cases."""
    is_left = meeting.is_left_open(now())
    waits = [row for row in agenda if row.outcome is None] if meeting.is_over else []
    may_defer = bool(waits) and viewer().may(Act.ROUND_OUTCOME, board_id=board.id)
    return {
        "left_open": left_open.last_act(db, meeting) if is_left else None,
        "to_defer": waits if may_defer else [],
        "next_meetings": _open_for_registration(db, board) if may_defer else [],
    }


def _open_for_registration(db: Session, board: Board) -> list[tuple[uuid.UUID, str]]:
    found = meetings.plannable(db, board.id, now=now())
    still = [one for one in found if one.state is MeetingState.PLANNED and one.registration_closes_at > now()]
    return [(one.id, when(one.starts_at)) for one in still]


@blueprint.post("")
@may(Act.ROUND_OUTCOME)
def defer(meeting_id: uuid.UUID) -> ResponseReturnValue:
    chosen, wanted = as_read.ids(request.form.getlist("round")), as_read.ids(filter(None, [request.form.get("into", "")]))
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.ROUND_OUTCOME, meeting_id)
        into = access.meeting_for(db, viewer(), Act.MEETING_ORDER, wanted[0])[0] if wanted else None
        if into is not None and into.board_id != board.id:
            raise NotFound()
        reason = request.form.get("reason", "")
        number = undecided.defer(db, meeting, board, chosen, reason=reason, into=into, viewer=viewer(), now=now())
    forget()
    said = ngettext("%(num)d casus is doorgeschoven.", "%(num)d casussen zijn doorgeschoven.", number)
    on = (
        gettext("Zij staan op de agenda van %(when)s.", when=when(into.starts_at))
        if into
        else gettext("Zij wachten op de werklijst.")
    )
    flash(f"{said} {on}", "success")
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id), 303)
