"""Adding to a signed advice and withdrawing it; telling that there is none and recalling that: read as the letter says it, then signed."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round
from mdo_portal.errors import IllegalMove, Incomplete, Stale
from mdo_portal.exchange import DecisionForm
from mdo_portal.letters import letter_forms, letter_outcome, letters
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import cases
from mdo_portal.services.decisions import decision_forms, outcome_messages, rounds
from mdo_portal.services.decisions.decision_forms import Written
from mdo_portal.services.decisions.decision_refusals import AlreadySigned
from mdo_portal.web import confirming, once_more
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.decisions import NOT_YOU, concept, confirmed_at_provider, said
from mdo_portal.web.guard import may

blueprint = Blueprint(
    "decision_forms", __name__, url_prefix="/rounds/<uuid:round_id>/<any(addendum, withdrawal, outcome, recall):form>"
)


MOST_SIGNS = 12
"""Of what a letter cannot print: enough to see which words they are."""


@blueprint.app_template_filter()
def without_a_glyph(content: dict[str, Any]) -> list[str]:
    """What a letter of this content says by number: each sign with that number, as the letter has it."""
    found = letters.without_a_glyph(content)[:MOST_SIGNS]
    return [f"{one if one.isprintable() else ''} [U+{ord(one):04X}]".strip() for one in found]


@blueprint.get("")
@may(Act.DECISION_SIGN)
def page(round_id: uuid.UUID, form: str) -> str:
    """What is to be written; a first message that there is no advice was written in the room, and is read at once."""
    shown = _shown(round_id, form)
    return _render(shown, is_read=shown["preview"].about is None)


@blueprint.post("/read")
@may(Act.DECISION_SIGN)
def read(round_id: uuid.UUID, form: str) -> ResponseReturnValue:
    """What was written, as the letter will say it; nothing is kept yet."""
    shown = _shown(round_id, form)
    if shown["preview"].missing:
        return _render(shown, errors=shown["preview"].missing), 422
    return _render(shown, is_read=True)


@blueprint.post("/preview.pdf")
@may(Act.DECISION_SIGN)
def printed(round_id: uuid.UUID, form: str) -> ResponseReturnValue:
    shown = _shown(round_id, form)
    preview = shown["preview"]
    bsn = shown["case"].patient.masked_bsn
    return concept(round_id, preview.content, preview.content_hash, bsn, reason=shown["written"].reason.strip())


@blueprint.post("")
@may(Act.DECISION_SIGN)
def sign(round_id: uuid.UUID, form: str) -> ResponseReturnValue:
    if confirming.by_form() is None and not confirmed_at_provider():
        return _render(_shown(round_id, form), is_read=True, error=gettext(NOT_YOU)), 422
    try:
        once_more.by_itself(lambda: _sign(round_id, form))
    except AlreadySigned as already:
        flash(said(already), "warning")
    except Incomplete as missing:
        return _render(_shown(round_id, form), errors=missing.fields, error=said(missing)), missing.status
    except (IllegalMove, Stale) as refused:
        return _render(_shown(round_id, form), is_read=True, error=said(refused)), refused.status
    return redirect(url_for("decisions.signed", round_id=round_id), 303)


def _sign(round_id: uuid.UUID, form: str) -> None:
    with transaction() as db:
        found, case, _, relation = rounds.round_for(db, viewer(), Act.DECISION_SIGN, round_id, now=now(), lock=True)
        seen, network = request.form.get("seen", ""), settings().network
        sign_it = decision_forms.sign if DecisionForm(form).has_advice else outcome_messages.sign
        decision = sign_it(db, found, case, _written(form, found), seen_hash=seen, network=network, viewer=viewer(), now=now())
        audit.record(
            db, viewer(), Act.DECISION_SIGN, now=now(), case=case, relation=relation, object_type="decision",
            object_id=decision.id, detail=form,
        )  # fmt: skip


def _written(form: str, round_: Round) -> Written:
    """What was typed. The reason why there is no advice begins as it was given in the room."""
    typed = {name: request.form.get(name, "").replace("\r\n", "\n") for name in ("text", "reason", "then")}
    if form == DecisionForm.OUTCOME and "text" not in request.form:
        typed["text"] = round_.outcome_reason
    if form in (DecisionForm.WITHDRAWAL, DecisionForm.RECALL):
        typed["text"] = ""
    return Written(DecisionForm(form), **typed)


def _shown(round_id: uuid.UUID, form: str) -> dict[str, Any]:
    with transaction() as db:
        found, case, board, relation = rounds.round_for(db, viewer(), Act.DECISION_SIGN, round_id, now=now())
        audit.record(db, viewer(), Act.DECISION_SIGN, now=now(), case=case, relation=relation, detail=f"{form} preview")
        written = _written(form, found)
        preview_of = decision_forms.preview if written.form.has_advice else outcome_messages.preview
        preview = preview_of(db, found, case, written, network=settings().network, viewer=viewer())
        view = cases.view(db, case)
    return {"round": found, "board": board, "case": view, "written": written, "preview": preview, "form": form}


def _render(shown: dict[str, Any], *, is_read: bool = False, error: str = "", errors: dict[str, str] | None = None) -> str:
    ways = confirming.ways(url_for("decision_forms.page", round_id=shown["round"].id, form=shown["form"]))
    page = "decisions/form.html" if DecisionForm(shown["form"]).has_advice else "decisions/outcome.html"
    return render_template(
        page, is_read=is_read, error=error, errors=errors or {}, ways=ways, confirmed=confirmed_at_provider(),
        then_words=letter_forms.THEN, pieces=letter_outcome.pieces, **shown,
    )  # fmt: skip
