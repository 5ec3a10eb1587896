"""The case: its page, and what may be done with it."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from datetime import UTC, datetime

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, IllegalMove, NotFound, Stale
from mdo_portal.services.cases import unseen
from mdo_portal.services.common import access
from mdo_portal.services.dossier import waiting
from mdo_portal.services.dossier.event_rows import EventRow
from mdo_portal.services.people import people
from mdo_portal.services.planning import planning
from mdo_portal.services.referrals import case_acts, cautions, questions
from mdo_portal.web.case_page import load, page_of
from mdo_portal.web.context import is_fragment, now, transaction, viewer
from mdo_portal.web.entering import own_path
from mdo_portal.web.guard import may
from mdo_portal.web.words import when

blueprint = Blueprint("cases", __name__, url_prefix="/cases")
WIRE_WORDS = {"hl7v2": "HL7 v2", "fhir": "FHIR", "form": N_("webformulier"), "paper": N_("papier")}


@blueprint.app_template_global()
def event_words(event: EventRow) -> str:
    """What happened, in the reader's language; what an event does not name is left out."""
    named: defaultdict[str, str] = defaultdict(str, event.details)
    named["wire"] = gettext(WIRE_WORDS[named["wire"]]) if named["wire"] in WIRE_WORDS else named["wire"]
    return str(gettext(event.sentence) % named)


@blueprint.get("/<uuid:case_id>")
@may(Act.CASE_READ)
def page(case_id: uuid.UUID) -> str:
    with transaction() as db:
        shown = page_of(db, load(db, Act.CASE_READ, case_id), looks=True)
    return render_template("cases/page.html", **shown)


@blueprint.get("/<uuid:case_id>/piece/<any(content, rail, news):piece>")
@may(Act.CASE_READ)
def piece(case_id: uuid.UUID, piece: str) -> str:
    """A part of the page, refreshed when the case changes."""
    with transaction() as db:
        shown = page_of(db, load(db, Act.CASE_READ, case_id, detail=piece), looks=piece == "content")
    return render_template(f"cases/_{piece}.html", is_piece=True, **shown)


def _done(case_id: uuid.UUID, said: str, *, undo: str = "") -> ResponseReturnValue:
    """Say that it was done: as a toast to a page that asked by htmx, otherwise on the page one came from."""
    if is_fragment():
        toast = {"kind": "success", "text": said, "undo": undo}
        return Response(
            status=204, headers={"HX-Trigger": json.dumps({"closeDialog": True, "toast": toast, "caseChanged": True})}
        )
    flash(said, "success")
    return redirect(own_path(request.form.get("next", "")) or url_for("cases.page", case_id=case_id))


def _chosen_meeting() -> uuid.UUID:
    """The meeting that was chosen. Raises IllegalMove when none was."""
    try:
        return uuid.UUID(request.values.get("meeting_id", ""))
    except ValueError as error:
        raise IllegalMove(N_("Kies een vergadering. Er is niets veranderd.")) from error


@blueprint.post("/<uuid:case_id>/plan")
@may(Act.CASE_PLAN)
def plan(case_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        grant = load(db, Act.CASE_PLAN, case_id, lock=True)
        meeting, board = planning.agenda_for(db, viewer(), grant.case, _chosen_meeting())
        if grant.case.board_id != board.id:
            raise NotFound()
        as_before, late = waiting.state_of(db, grant.case) is grant.case.state, request.form.get("late_reason", "")
        planning.plan(db, grant.case, meeting, board, viewer=viewer(), now=now(), late_reason=late)
    # Only a case that waited so goes back to where it was when the planning is undone.
    undo = url_for("cases.unplan", case_id=case_id, meeting_id=meeting.id) if as_before else ""
    return _done(case_id, gettext("Gepland: %(board)s, %(when)s.", board=board.name, when=when(meeting.starts_at)), undo=undo)


@blueprint.post("/<uuid:case_id>/unplan")
@may(Act.CASE_PLAN)
def unplan(case_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        grant = load(db, Act.CASE_PLAN, case_id, lock=True)
        meeting, board = planning.agenda_for(db, viewer(), grant.case, _chosen_meeting())
        planning.unplan(db, grant.case, meeting, board, viewer=viewer(), now=now())
    return _done(case_id, gettext("Van de agenda gehaald. De casus wacht weer op de werklijst."))


ASKED = {
    "people": N_("De vraag is gesteld; de verwijzer ziet hem op de eigen werklijst."),
    "line": N_("De vraag is gesteld en gaat naar het EPD van het ziekenhuis."),
    "nobody": N_("De vraag staat bij de casus. Bij het ziekenhuis leest nu niemand mee: vraag het zelf na."),
}


@blueprint.post("/<uuid:case_id>/ask")
@may(Act.CASE_ASK)
def ask(case_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        grant = load(db, Act.CASE_ASK, case_id, lock=True)
        questions.ask(db, grant.case, request.form["text"], viewer=viewer(), now=now())
        reaches = questions.reaches(db, grant.case, now=now())
    return _done(case_id, gettext(ASKED[reaches]))


@blueprint.post("/<uuid:case_id>/answer/<uuid:request_id>")
@may(Act.CASE_ANSWER)
def answer(case_id: uuid.UUID, request_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        grant = load(db, Act.CASE_ANSWER, case_id, lock=True)
        questions.answer(db, grant.case, request_id, request.form["text"], viewer=viewer(), now=now())
    return _done(case_id, gettext("Uw antwoord is opgeslagen."))


@blueprint.post("/<uuid:case_id>/route")
@may(Act.CASE_ROUTE)
def route(case_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        grant = load(db, Act.CASE_ROUTE, case_id, lock=True)
        choices = {str(board.id): board for board in people.boards_of_hospital(db, grant.case.hospital_id)}
        board = choices.get(request.form["board_id"])
        if board is None:
            raise NotFound()
        case_acts.route(db, grant.case, board, request.form.get("reason", "").strip(), viewer=viewer(), now=now())
        stays = access.may(db, viewer(), Act.CASE_READ, grant.case, now=now())
    said = gettext("Toegewezen aan %(board)s.", board=board.name)
    if stays:
        return _done(case_id, said)
    flash(
        " ".join(
            (
                said,
                gettext(
                    "De casus staat nu op de werklijst daar, en hier niet meer. Vergist? Vraag de MDO-coördinator daar hem terug te geven."
                ),
            )
        ),
        "success",
    )
    return redirect(url_for("worklist.page"))


@blueprint.post("/<uuid:case_id>/withdraw")
@may(Act.CASE_WITHDRAW)
def withdraw(case_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        grant = load(db, Act.CASE_WITHDRAW, case_id, lock=True)
        case_acts.withdraw(db, grant.case, request.form["reason"], viewer=viewer(), now=now())
    return _done(case_id, gettext("De casus is ingetrokken."))


@blueprint.post("/<uuid:case_id>/clear")
@may(Act.CASE_CLEAR)
def clear(case_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        grant = load(db, Act.CASE_CLEAR, case_id, lock=True)
        cautions.clear(db, grant.case, request.form["caution"], request.form["answer"], viewer=viewer(), now=now())
    return _done(case_id, gettext("Genoteerd; dat staat in de tijdlijn van de casus."))


@blueprint.post("/<uuid:case_id>/seen")
@may(Act.CASE_SEEN)
def seen(case_id: uuid.UUID) -> ResponseReturnValue:
    """What the reader saw goes along: what came in since then was not seen."""
    with transaction() as db:
        grant = load(db, Act.CASE_SEEN, case_id, lock=True)
        unseen.seen(db, grant.case, until=_moment(request.form.get("until", "")), viewer=viewer(), now=now())
    return _done(
        case_id, gettext("Gezien; dat staat in de tijdlijn van de casus."), undo=url_for("cases.not_seen", case_id=case_id)
    )


@blueprint.post("/<uuid:case_id>/not-seen")
@may(Act.CASE_SEEN)
def not_seen(case_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        grant = load(db, Act.CASE_SEEN, case_id, lock=True)
        unseen.not_seen(db, grant.case, viewer=viewer(), now=now())
    return _done(case_id, gettext("Het staat weer op de lijst."))


@blueprint.post("/<uuid:case_id>/reopen")
@may(Act.CASE_REOPEN)
def reopen(case_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        grant = load(db, Act.CASE_REOPEN, case_id, lock=True)
        case_acts.reopen(db, grant.case, request.form.get("reason", ""), viewer=viewer(), now=now())
    return _done(case_id, gettext("Opnieuw aangemeld: de casus wacht weer op de werklijst."))


def _moment(text: str) -> datetime:
    """A moment that our own page wrote. Raises Stale for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Stale() from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
