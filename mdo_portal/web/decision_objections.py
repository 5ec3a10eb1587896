"""Decided while you were called away: what, until when you may object, objecting, and what the chair answers."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.letters.letter_words import entered
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import decision_objection_rows
from mdo_portal.services.decisions import decision_objections, rounds
from mdo_portal.web import as_read
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may

blueprint = Blueprint("decision_objections", __name__)


@blueprint.get("/objections")
@may(Act.DECISION_OBJECT)
def page() -> str:
    """Two lists: what can still be objected to, and which objections wait for an answer of this reader."""
    with transaction() as db:
        missed = decision_objection_rows.missed(db, viewer(), now=now())
        waiting = decision_objection_rows.unanswered(db, viewer(), now=now())
        for row, case in missed:
            _read(db, case, row.decision_id)
        for objection, _, case in waiting:
            _read(db, case, objection.id, kind="objection")
    return render_template("decisions/missed.html", missed=[row for row, _ in missed], waiting=waiting, entered_of=entered)


def _read(db: Session, case: Case, object_id: uuid.UUID, *, kind: str = "decision") -> None:
    audit.record(
        db, viewer(), Act.DECISION_OBJECT, now=now(), case=case, relation=Relation.BOARD, object_type=kind, object_id=object_id
    )


@blueprint.post("/rounds/<uuid:round_id>/objections")
@may(Act.DECISION_OBJECT)
def object_to(round_id: uuid.UUID) -> ResponseReturnValue:
    read = as_read.an_id(request.form.get("decision_id", ""))
    with transaction() as db:
        found, case, board, relation = rounds.round_for(db, viewer(), Act.DECISION_OBJECT, round_id, now=now(), lock=True)
        made = decision_objections.object_to(
            db, found, case, board, read, request.form.get("reason", ""), viewer=viewer(), now=now()
        )
        audit.record(
            db, viewer(), Act.DECISION_OBJECT, now=now(), case=case, relation=relation, object_type="objection",
            object_id=made.id, detail="made",
        )  # fmt: skip
    flash(
        gettext("Uw bedenking is vastgelegd; de voorzitter en de MDO-coördinator zien die. De brief wacht niet: bel bij haast."),
        "success",
    )
    return redirect(url_for("decision_objections.page"), 303)


@blueprint.post("/rounds/<uuid:round_id>/objections/<uuid:objection_id>/answer")
@may(Act.DECISION_REVISE)
def answer(round_id: uuid.UUID, objection_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        found, case, _, relation = rounds.round_for(db, viewer(), Act.DECISION_REVISE, round_id, now=now(), lock=True)
        decision_objections.answer(db, found, case, objection_id, request.form.get("answer", ""), viewer=viewer(), now=now())
        audit.record(
            db, viewer(), Act.DECISION_REVISE, now=now(), case=case, relation=relation, object_type="objection",
            object_id=objection_id, detail="answered",
        )  # fmt: skip
    flash(gettext("Uw antwoord is vastgelegd, bij de bedenking."), "success")
    return redirect(url_for("decisions.signed", round_id=round_id, _anchor="objections"), 303)
