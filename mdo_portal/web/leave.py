"""*Ik ben afwezig*: said once for every meeting of some days, by who is away or by who leads the board, and taken back."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, Incomplete, NotFound, Stale
from mdo_portal.services.meetings import absences, leave, leave_rows, seats
from mdo_portal.services.meetings.absences import Days, Instead
from mdo_portal.services.meetings.leave import Theirs
from mdo_portal.web.absences import chosen, with_discipline
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.words import today

blueprint = Blueprint("leave", __name__, url_prefix="/meetings/absence")
NO_DAY = N_("Vul een datum in.")


@blueprint.get("")
@may(Act.MEETING_ABSENT)
def page() -> str:
    return _page(_person(request.args.get("person", "")))


@blueprint.post("")
@may(Act.MEETING_ABSENT)
def tell() -> ResponseReturnValue:
    person_id = _person(request.form.get("person", ""))
    try:
        with transaction() as db:
            count = leave.tell(db, person_id, _days(), _places(), viewer=viewer(), now=now())
    except Incomplete as error:
        return _page(person_id, error), error.status
    flash(_told(count), "success")
    return redirect(_address(person_id), 303)


@blueprint.post("/back")
@may(Act.MEETING_ABSENT)
def back() -> ResponseReturnValue:
    person_id = _person(request.form.get("person", ""))
    boards = [one for text in request.form.getlist("board") if (one := chosen(text))]
    try:
        days = _days()
    except Incomplete:  # both days stand in the form of our own page
        raise Stale() from None
    with transaction() as db:
        leave.take_back(db, person_id, days, boards, viewer=viewer(), now=now())
    flash(gettext("De afmelding voor deze dagen is ingetrokken."), "success")
    return redirect(_address(person_id), 303)


def _told(count: int) -> str:
    if not count:
        return str(
            gettext("De afmelding is bewaard. In deze dagen is nog geen vergadering gepland; wat er nog bij komt, valt eronder.")
        )
    said: str = ngettext(
        "De afmelding is bewaard voor %(num)d vergadering; wat er nog bij komt, valt eronder.",
        "De afmelding is bewaard voor %(num)d vergaderingen; wat er nog bij komt, valt eronder.",
        count,
    )
    return said


def _address(person_id: uuid.UUID) -> str:
    return url_for("leave.page", person=person_id if person_id != viewer().person_id else None)


def _person(text: str) -> uuid.UUID:
    """Of whom it is said: the reader, unless the page was asked for somebody else."""
    return chosen(text) or viewer().person_id


def _page(person_id: uuid.UUID, error: Incomplete | None = None) -> str:
    with transaction() as db:
        theirs = leave.boards_of(db, person_id, viewer=viewer(), now=now())
        if not theirs and person_id != viewer().person_id:
            raise NotFound()
        names = {one.person_id: one.name for each in theirs for one in each.known}
        shown: dict[str, Any] = {
            "leaves": leave_rows.of_person(db, person_id, [one.board for one in theirs], now=now()),
            "people": _people(db),
            "boards": [_board(one, person_id) for one in theirs],
        }
    shown |= {"person_id": person_id, "own": person_id == viewer().person_id, "name": names.get(person_id, viewer().name)}
    if error:  # of a substitute its sentence says what is wrong; of a day it stands at the field
        shown |= {"typed": request.form.to_dict(), "ticked": request.form.getlist("board"), "refused": _refused(error)}
    return render_template("meetings/leave.html", errors=error.fields if error else {}, today=today(), **shown)


def _refused(error: Incomplete) -> str:
    at_fields = error.fields.keys() <= set(Days._fields)
    return "" if at_fields else str(gettext(error.fields.get("board", error.sentence), **error.params))


def _people(db: Session) -> list[tuple[uuid.UUID, str]]:
    """Of whom this reader can say it: themselves, and the members of boards they lead."""
    led = [one for board_id in viewer().boards_for(Act.MEETING_LEAD) for one in seats.members(db, board_id, now=now())]
    others = {one.person_id: with_discipline(one) for one in sorted(led, key=lambda one: one.name)}
    return [(viewer().person_id, gettext("uzelf")), *((one, name) for one, name in others.items() if one != viewer().person_id)]


def _board(one: Theirs, person_id: uuid.UUID) -> dict[str, Any]:
    fitting = absences.substitutes(one.board, one.known, person_id)
    return {"id": one.board.id, "name": one.board.name, "substitutes": [(each.person_id, each.name) for each in fitting]}


def _days() -> Days:
    """What the form says. Raises Incomplete for what is no day."""
    found, wrong = dict[str, date](), dict[str, str]()
    for name in Days._fields:
        try:
            found[name] = date.fromisoformat(request.form.get(name, "").strip())
        except ValueError:
            wrong[name] = NO_DAY
    if wrong:
        raise Incomplete(wrong, leave.NOT_SAVED)
    return Days(**found)


def _places() -> dict[uuid.UUID, Instead]:
    """The boards that were chosen, each with who takes the place."""
    boards = [one for text in request.form.getlist("board") if (one := chosen(text))]
    return {
        one: Instead(chosen(request.form.get(f"substitute-{one}", "")), request.form.get(f"words-{one}", "")) for one in boards
    }
