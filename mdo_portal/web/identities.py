"""Wie is dit? Messages whose patient does not fit: side by side what stands and what came, and a person decides."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.identifiers import is_bsn_shaped, passes_eleven_test, typed_bsn
from mdo_portal.domain.identity_conflict import Decision
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.services.access_log import audit
from mdo_portal.services.inbox import who_answers
from mdo_portal.services.patients import conflict_rows, deciding
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.entering import own_path
from mdo_portal.web.guard import may
from mdo_portal.web.identity_words import DECIDED_WORDS, words_of

blueprint = Blueprint("identities", __name__, url_prefix="/identities")


def _log(
    db: Session, act: Act, about: uuid.UUID, *patient_ids: uuid.UUID | None, detail: str = "", object_type: str = "identity"
) -> None:
    """A line for each patient who stands in it: each of them may ask who looked."""
    for patient_id in [one for one in patient_ids if one]:
        audit.record(
            db, viewer(), act, now=now(), relation=Relation.OWN_HOSPITAL, object_type=object_type, object_id=about, hits=1,
            patient_id=patient_id, detail=detail,
        )  # fmt: skip


@blueprint.get("")
@may(Act.IDENTITY_READ)
def page() -> str:
    with transaction() as db:
        rows, behind = conflict_rows.rows(db, viewer(), now=now()), who_answers.behind(db, viewer())
        audit.record(db, viewer(), Act.IDENTITY_READ, now=now(), object_type="identity", hits=len(rows))
    return render_template("identities/page.html", rows=rows, behind=behind, decided_words=DECIDED_WORDS, moment=now())


@blueprint.get("/<uuid:conflict_id>")
@may(Act.IDENTITY_READ)
def one(conflict_id: uuid.UUID) -> str:
    return _shown(conflict_id)


def _shown(conflict_id: uuid.UUID, error: str = "") -> str:
    """With what was typed, when that could not be: who was on the telephone for it does not type it twice."""
    with transaction() as db:
        conflict = conflict_rows.conflict_for(db, viewer(), Act.IDENTITY_READ, conflict_id)
        shown = conflict_rows.view(db, conflict)
        _log(db, Act.IDENTITY_READ, conflict_id, conflict.patient_id, conflict.other_patient_id)
    words = words_of(shown.kind)
    choices = [(decision.value, gettext(words[decision])) for decision in shown.offered]
    typed = request.form if error else {}
    return render_template(
        "identities/one.html", conflict=shown, choices=choices, decided_words=DECIDED_WORDS, error=error, typed=typed
    )


@blueprint.post("/<uuid:conflict_id>/decide")
@may(Act.IDENTITY_DECIDE)
def decide(conflict_id: uuid.UUID) -> ResponseReturnValue:
    try:
        _decide(conflict_id, *(request.form.get(name, "").strip() for name in ("decision", "right_number", "right_bsn")))
    except IllegalMove as refused:
        return _shown(conflict_id, gettext(refused.sentence)), refused.status
    flash(gettext("Vastgelegd. Het bericht en wat erop wachtte, worden nu gelezen."), "success")
    return redirect(url_for("identities.page"))


def _decide(conflict_id: uuid.UUID, asked: str, number: str, copied: str) -> None:
    bsn = typed_bsn(copied)
    with transaction() as db:
        conflict = conflict_rows.conflict_for(db, viewer(), Act.IDENTITY_DECIDE, conflict_id)
        if bsn and not (is_bsn_shaped(bsn) and passes_eleven_test(bsn)):
            raise IllegalMove(N_("Dit BSN klopt niet (negen cijfers, elfproef). Er is niets veranderd."))
        decision = Decision(asked) if asked in Decision._value2member_map_ else Decision.OPEN
        reason = request.form.get("reason", "")
        deciding.decide(db, conflict, decision, reason=reason, person_id=viewer().person_id, now=now(), number=number, bsn=bsn)
        _log(db, Act.IDENTITY_DECIDE, conflict_id, conflict.patient_id, conflict.other_patient_id, detail=decision.value)


@blueprint.post("/<uuid:conflict_id>/undo")
@may(Act.IDENTITY_DECIDE)
def undo(conflict_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        conflict = conflict_rows.conflict_for(db, viewer(), Act.IDENTITY_DECIDE, conflict_id)
        deciding.ask_back(db, conflict, person_id=viewer().person_id, now=now())
        _log(db, Act.IDENTITY_DECIDE, conflict_id, conflict.patient_id, conflict.other_patient_id, detail="undo")
    flash(gettext("De beslissing wordt teruggedraaid; de vraag staat zo weer open."), "success")
    return redirect(url_for("identities.page"))


@blueprint.post("/merges/<uuid:merge_id>/undo")
@may(Act.IDENTITY_DECIDE)
def undo_merge(merge_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        merge = conflict_rows.merge_for(db, viewer(), Act.IDENTITY_DECIDE, merge_id)
        deciding.ask_undo(db, merge, person_id=viewer().person_id, now=now())
        _log(db, Act.IDENTITY_DECIDE, merge_id, merge.kept_id, merge.gone_id, detail="undo", object_type="merge")
    flash(gettext("Het samenvoegen wordt teruggedraaid."), "success")
    return redirect(own_path(request.form.get("next", "")) or url_for("identities.page"))
