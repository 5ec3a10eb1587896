"""The recommendations and answers of a round, typed in the meeting; saved as typed, refused once it is signed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from mdo_portal.domain.advice import AdviceItem, RoundAnswers
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round
from mdo_portal.errors import NotFound
from mdo_portal.services.access_log import audit
from mdo_portal.services.decisions import rounds
from mdo_portal.services.room import advice
from mdo_portal.web import as_read
from mdo_portal.web.context import is_fragment, now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.words import clock

blueprint = Blueprint("advice", __name__, url_prefix="/meetings/<uuid:meeting_id>/room/advice/<uuid:round_id>")


def _write(meeting_id: uuid.UUID, round_id: uuid.UUID, act: Callable[[Session, Round], Any], detail: str) -> Any:
    """Load, may, do, with its line in the access log."""
    with transaction() as db:
        found, case, _, relation = rounds.round_for(db, viewer(), Act.NOTE_WRITE, round_id, now=now())
        if found.meeting_id != meeting_id:
            raise NotFound()
        audit.record(
            db, viewer(), Act.NOTE_WRITE, now=now(), case=case, relation=relation, object_type="round", object_id=round_id,
            detail=detail,
        )  # fmt: skip
        return act(db, found)


def _again(meeting_id: uuid.UUID, round_id: uuid.UUID, opened: uuid.UUID | None = None) -> ResponseReturnValue:
    """The piece as it is now; without htmx the page."""
    item = str(opened) if opened else None
    if is_fragment():
        return redirect(url_for("rooms.piece", meeting_id=meeting_id, piece="advice", round=round_id, item=item), 303)
    return redirect(url_for("rooms.page", meeting_id=meeting_id, round=round_id, item=item), 303)


@blueprint.post("")
@may(Act.NOTE_WRITE)
def add(meeting_id: uuid.UUID, round_id: uuid.UUID) -> ResponseReturnValue:
    item = _write(meeting_id, round_id, lambda db, found: advice.add(db, found, person_id=viewer().person_id, now=now()), "add")
    return _again(meeting_id, round_id, item.id)


@blueprint.post("/<uuid:item_id>")
@may(Act.NOTE_WRITE)
def change(meeting_id: uuid.UUID, round_id: uuid.UUID, item_id: uuid.UUID) -> ResponseReturnValue:
    def act(db: Session, found: Round) -> Any:
        return advice.change(
            db, found, item_id, request.form, seen=as_read.revision("revision"), person_id=viewer().person_id, now=now()
        )

    return _saved(_write(meeting_id, round_id, act, "change"), _again(meeting_id, round_id, item_id))


@blueprint.post("/<uuid:item_id>/<any(up, remove):what>")
@may(Act.NOTE_WRITE)
def arrange(meeting_id: uuid.UUID, round_id: uuid.UUID, item_id: uuid.UUID, what: str) -> ResponseReturnValue:
    act = advice.put_before if what == "up" else advice.remove
    _write(meeting_id, round_id, lambda db, found: act(db, found, item_id, now=now()), what)
    return _again(meeting_id, round_id)


@blueprint.post("/answers")
@may(Act.NOTE_WRITE)
def answers(meeting_id: uuid.UUID, round_id: uuid.UUID) -> ResponseReturnValue:
    def act(db: Session, found: Round) -> Any:
        return advice.answer(db, found, request.form, seen=as_read.revision("revision"), person_id=viewer().person_id, now=now())

    return _saved(_write(meeting_id, round_id, act, "answers"), _again(meeting_id, round_id))


def _saved(row: AdviceItem | RoundAnswers, page: ResponseReturnValue) -> ResponseReturnValue:
    """What autosave hears: kept, at this time, as this revision of a form and this one of the whole piece."""
    if request.headers.get("X-Autosave") != "1":
        return page
    live = advice.live_revision(row.changed_at)
    return "", 204, {"X-Saved-At": clock(now()), "X-Revision": str(row.revision), "X-Live-Revision": str(live)}
