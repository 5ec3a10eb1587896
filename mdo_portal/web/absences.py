"""*Ik kan niet*: said by a member of the board, or noted for somebody by who leads it, and taken back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.policy import Act
from mdo_portal.errors import Stale
from mdo_portal.services import absence_rows, absences, access, meetings, seats
from mdo_portal.services.meeting_rows import MeetingRow
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may

blueprint = Blueprint("absences", __name__)


def deserted(db: Session, found: Sequence[MeetingRow]) -> dict[uuid.UUID, list[str]]:
    """For who leads the board: the meetings to come of which a place of the quorum has nobody left."""
    lead = viewer().boards_for(Act.MEETING_LEAD)
    coming = [one for one in found if one.board_id in lead and one.state in meetings.TO_COME and one.starts_at > now()]
    return absences.deserted(db, coming, now=now())


def choices(db: Session, meeting: Meeting, board: Board) -> dict[str, object]:
    """Who said not to come, and what somebody can say on the agenda page: for themselves, and for others when they lead the board."""
    absent = absence_rows.of_meeting(db, meeting.id)
    me, away = viewer().person_id, {one.person_id for one in absent}
    known = seats.members(db, board.id, now=now())
    mine = absences.substitutes(board, known, me)
    return {
        "absent": absent,
        "absent_names": {" ".join(one.name.lower().split()) for one in absent},
        "me_absent": next((one for one in absent if one.person_id == me), None),
        "my_id": me,
        "may_be_absent": absences.may_tell(meeting, now=now()) and viewer().may(Act.MEETING_ABSENT, board_id=board.id),
        "my_substitutes": [(one.person_id, one.name) for one in mine if one.person_id not in away],
        "come": {
            one.person_id: f"{one.name} ({one.discipline})" if one.discipline else one.name
            for one in known
            if one.person_id not in away
        },
    }


@blueprint.post("/meetings/<uuid:meeting_id>/absence/<any(tell, back):what>")
@may(Act.MEETING_ABSENT)
def absence(meeting_id: uuid.UUID, what: str) -> ResponseReturnValue:
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.MEETING_ABSENT, meeting_id, lock=True)
        person_id = _chosen("person") or viewer().person_id
        if what == "tell":
            substitute_id, words = _chosen("substitute"), request.form.get("words", "")
            absences.tell(
                db, meeting, board, person_id, substitute_id=substitute_id, words=words, viewer=viewer(), now=now()
            )  # fmt: skip
        else:
            absences.take_back(db, meeting, board, person_id, viewer=viewer(), now=now())
    flash(gettext("De afmelding is bewaard.") if what == "tell" else gettext("De afmelding is ingetrokken."), "success")
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id), 303)


def _chosen(name: str) -> uuid.UUID | None:
    """Whom the form names. What is no number was never on a page of ours."""
    try:
        return uuid.UUID(text) if (text := request.form.get(name, "")) else None
    except ValueError:
        raise Stale() from None
