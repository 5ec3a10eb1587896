"""Opvolging: what became of what the boards advised. The list, one item with what came since, closing it, and a personal link to it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.follow_up import FollowState
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, Incomplete
from mdo_portal.letters.letter_words import INTENT_WORDS, KIND_WORDS
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import cases
from mdo_portal.services.cases.case_rows import CaseView
from mdo_portal.services.common import access
from mdo_portal.services.follow_up import (
    follow_up_choices,
    follow_up_evidence,
    follow_up_links,
    follow_up_list,
    follow_up_rows,
    follow_ups,
    handovers,
)
from mdo_portal.services.follow_up.follow_ups import Answer
from mdo_portal.services.follow_up.handovers import Wanted
from mdo_portal.web import as_read
from mdo_portal.web import follow_up_words as words
from mdo_portal.web.context import is_fragment, now, settings, transaction, viewer
from mdo_portal.web.entering import own_path
from mdo_portal.web.follow_up_asked import asked_filter, place_of
from mdo_portal.web.guard import may
from mdo_portal.web.words import today

blueprint = Blueprint("follow_ups", __name__)
WORDS: dict[str, Any] = {
    "state_words": words.STATE_WORDS, "state_looks": words.STATE_LOOKS, "reason_words": words.REASON_WORDS,
    "press_words": words.PRESS_WORDS, "evidence_words": words.EVIDENCE_WORDS, "kind_words": KIND_WORDS, "intent_words": INTENT_WORDS,
}  # fmt: skip


@blueprint.get("/follow-up")
@may(Act.FOLLOW_READ)
def page() -> str:
    """Late first. Everything a person can choose stands in the address: ids, no words."""
    wanted = asked_filter()
    with transaction() as db:
        found, further = follow_up_list.page(db, viewer(), wanted)
        boards, hospitals = (each(db, viewer(), wanted) for each in (follow_up_choices.boards_of, follow_up_choices.hospitals_of))
        audit.record(db, viewer(), Act.FOLLOW_READ, now=now(), object_type="follow_up", hits=len(found))
    led = [(board_id, name) for board_id, name in boards if viewer().may(Act.FOLLOW_FIGURES, board_id=board_id)]
    shown = {"rows": found, "wanted": wanted, "boards": boards, "hospitals": hospitals, "led": led, "further": place_of(further)}
    return render_template("follow_ups/page.html", today=today(), **WORDS, **shown)


@blueprint.get("/follow-up/<uuid:follow_id>")
@may(Act.FOLLOW_READ)
def one(follow_id: uuid.UUID) -> str:
    return _shown(follow_id, {})


def _shown(follow_id: uuid.UUID, errors: dict[str, str], *, link: str = "", person: str = "", handing: bool = False) -> str:
    """One item, and beside it what the hospital told since: a person says whether the one has to do with the other."""
    with transaction() as db:
        item, grant = follow_ups.item_for(db, viewer(), Act.FOLLOW_READ, follow_id, now=now())
        audit.record(
            db, viewer(), Act.FOLLOW_READ, now=now(), case=grant.case, relation=grant.relation, object_type="follow_up",
            object_id=follow_id,
        )  # fmt: skip
        shown = {
            "item": follow_up_rows.one(db, follow_id),
            "patient": cases.banner(db, grant.case),
            "came": follow_up_evidence.since(db, grant.case, item.signed_at) if item.is_open else [],
            "may_close": access.may(db, viewer(), Act.FOLLOW_CLOSE, grant.case, now=now()),
            "may_hand": access.may(db, viewer(), Act.FOLLOW_HAND, grant.case, now=now()),
            "handed": handovers.history(db, follow_id),
            "people": follow_up_links.possible(db, item, now=now()),
        }
    shown |= {"form": request.form if errors else {}, "errors": errors, "handing": handing}
    link_shown = {"link": link, "link_person": person, "link_days": follow_up_links.GOOD_FOR.days}
    return render_template("follow_ups/one.html", today=today(), **WORDS, **shown, **link_shown)


@blueprint.post("/follow-up/<uuid:follow_id>/close")
@may(Act.FOLLOW_CLOSE)
def close(follow_id: uuid.UUID) -> ResponseReturnValue:
    try:
        with transaction() as db:
            item, grant = follow_ups.item_for(db, viewer(), Act.FOLLOW_CLOSE, follow_id, now=now())
            pointed = follow_up_evidence.pointed(db, item, grant.case, request.form.get("pointed", ""))
            answer = Answer(_state(), _reason(), request.form.get("words", ""), _done_on(), pointed)
            follow_ups.close(
                db, item, grant.case, answer, seen=as_read.revision("seen"), viewer=viewer(), now=now(), today=today()
            )
            _log(db, Act.FOLLOW_CLOSE, grant, follow_id, answer.state.value)
    except Incomplete as error:
        if is_fragment():
            raise
        return _shown(follow_id, error.fields), error.status
    flash(gettext("Vastgelegd: %(what)s.", what=gettext(words.STATE_WORDS[answer.state]).lower()), "success")
    return _back()


@blueprint.post("/follow-up/<uuid:follow_id>/reopen")
@may(Act.FOLLOW_CLOSE)
def reopen(follow_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        item, grant = follow_ups.item_for(db, viewer(), Act.FOLLOW_CLOSE, follow_id, now=now())
        follow_ups.reopen(db, item, grant.case, seen=as_read.revision("seen"), viewer=viewer(), now=now())
        _log(db, Act.FOLLOW_CLOSE, grant, follow_id, "reopen")
    flash(gettext("De aanbeveling staat weer open."), "success")
    return _back()


@blueprint.post("/follow-up/<uuid:follow_id>/hand-over")
@may(Act.FOLLOW_HAND)
def hand_over(follow_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody else sees to it, or by another day."""
    try:
        with transaction() as db:
            item, grant = follow_ups.item_for(db, viewer(), Act.FOLLOW_HAND, follow_id, now=now())
            wanted = Wanted(
                _uuid(request.form.get("person_id", "")), request.form.get("responsible", ""), _day("due_on"), _reason()
            )
            handovers.hand_over(
                db, item, grant.case, wanted, seen=as_read.revision("seen"), viewer=viewer(), now=now(), today=today()
            )
            _log(db, Act.FOLLOW_HAND, grant, follow_id, "handed over")
    except Incomplete as error:
        if is_fragment():
            raise
        return _shown(follow_id, error.fields, handing=True), error.status
    flash(gettext("Overgedragen. Het getekende advies blijft zoals het is."), "success")
    return redirect(url_for("follow_ups.one", follow_id=follow_id), 303)


@blueprint.post("/follow-up/<uuid:follow_id>/link")
@may(Act.FOLLOW_CLOSE)
def link(follow_id: uuid.UUID) -> ResponseReturnValue:
    """A personal link for who sees to it: to be mailed by hand; it opens after signing in, for that person only."""
    wanted = _uuid(request.form.get("person_id", ""))
    with transaction() as db:
        item, grant = follow_ups.item_for(db, viewer(), Act.FOLLOW_CLOSE, follow_id, now=now())
        people = dict(follow_up_links.possible(db, item, now=now()))
        if wanted in people:
            _log(db, Act.FOLLOW_CLOSE, grant, follow_id, f"link for {wanted}")
    if wanted not in people:
        return _shown(follow_id, {"person_id": N_("Kies voor wie de link is.")}), 422
    token = follow_up_links.make(settings().secret_key, follow_id, wanted)
    address = settings().public_url.rstrip("/") + url_for("follow_ups.by_link", token=token)
    return _shown(follow_id, {}, link=address, person=people[wanted])


@blueprint.get("/follow-up/link/<token>")
@may(Act.FOLLOW_READ)
def by_link(token: str) -> ResponseReturnValue:
    """Opens the item after the ordinary sign-in; every right is looked up again there."""
    follow_id = follow_up_links.read(settings().secret_key, token, person_id=viewer().person_id)
    return redirect(url_for("follow_ups.one", follow_id=follow_id))


@blueprint.get("/meetings/<uuid:meeting_id>/told-back")
@may(Act.FOLLOW_READ)
def told_back(meeting_id: uuid.UUID) -> str:
    """What became of what this board advised, for who leads the meeting: a piece of the agenda and the room."""
    return _told_back(meeting_id)


def _told_back(meeting_id: uuid.UUID) -> str:
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.FOLLOW_READ, meeting_id)
        found = follow_up_rows.told_back(db, meeting)
        waiting = follow_up_rows.untold(db, meeting, found)
        audit.record(db, viewer(), Act.FOLLOW_READ, now=now(), object_type="follow_up", object_id=meeting_id, hits=len(found))
    may_tell = viewer().may(Act.FOLLOW_TELL, board_id=board.id)
    about = {"rows": found, "waiting": waiting, "meeting_id": meeting_id, "board_id": board.id, "may_tell": may_tell}
    return render_template("follow_ups/_told_back.html", **about, **WORDS)


@blueprint.post("/meetings/<uuid:meeting_id>/told-back")
@may(Act.FOLLOW_TELL)
def tell(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """The board heard it: one item, or all that the page showed."""
    with transaction() as db:
        meeting, _ = access.meeting_for(db, viewer(), Act.FOLLOW_TELL, meeting_id)
        shown = [found for one in request.form.getlist("follow_id") if (found := _uuid(one))]
        told = follow_up_rows.tell(db, meeting, shown, now=now())
        audit.record(db, viewer(), Act.FOLLOW_TELL, now=now(), object_type="follow_up", object_id=meeting_id, hits=told)
    return _told_back(meeting_id) if is_fragment() else redirect(url_for("meetings.agenda", meeting_id=meeting_id))


def on_case(db: Session, view: CaseView) -> dict[str, Any]:
    """What the case page shows of it; nothing to who gets no decisions."""
    rows = follow_up_rows.of_case(db, view.id) if view.decisions else []
    return {"follow_ups": rows, "today": today(), **WORDS}


def _log(db: Session, act: Act, grant: access.Grant, follow_id: uuid.UUID, detail: str) -> None:
    audit.record(
        db, viewer(), act, now=now(), case=grant.case, relation=grant.relation, object_type="follow_up", object_id=follow_id,
        detail=detail,
    )  # fmt: skip


def _back() -> ResponseReturnValue:
    return redirect(own_path(request.form.get("next", "")) or url_for("follow_ups.page"), 303)


def _state() -> FollowState:
    """What was chosen; open means nothing was, and is refused with a sentence."""
    said = request.form.get("state", "")
    return FollowState(said) if said in set(FollowState) else FollowState.OPEN


def _reason() -> str:
    return request.form.get("reason", "")


def _done_on() -> date | None:
    return _day("done_on")


def _day(name: str) -> date | None:
    said = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Incomplete({name: N_("Dit is geen datum. Schrijf bijvoorbeeld 04-12-2026.")}, follow_ups.NOT_SAVED) from None


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
