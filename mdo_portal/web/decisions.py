"""Signing a decision; correcting one."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain.audience import Audience
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, IllegalMove, Incomplete, NotFound, PortalError, Stale
from mdo_portal.letter_of_decision import decision_letter
from mdo_portal.letters import letter_outcome, letter_words, letters
from mdo_portal.letters.letter_data import Recipient, Stamp
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import cases
from mdo_portal.services.common import access
from mdo_portal.services.decisions import decision_content, decisions, rounds, to_sign
from mdo_portal.services.decisions.decision_refusals import AlreadySigned
from mdo_portal.services.letters import letter_template_choice, post
from mdo_portal.web import confirming, once_more
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.context import signed as signed_in
from mdo_portal.web.documents import as_file
from mdo_portal.web.guard import may

blueprint = Blueprint("decisions", __name__, url_prefix="/rounds/<uuid:round_id>")
NOT_YOU = N_("Dit klopt niet. Er is niet getekend; de tekst staat er nog.")


@blueprint.get("/sign")
@may(Act.DECISION_SIGN)
def page(round_id: uuid.UUID) -> ResponseReturnValue:
    shown = _shown(round_id)
    if shown["preview"].is_signed:
        return redirect(url_for("decisions.signed", round_id=round_id))
    return _render(shown)


def _render(shown: dict[str, Any], *, error: str = "") -> str:
    """With the ways in which this person can confirm. Who just confirmed at the hospital's provider need not again."""
    ways = confirming.ways(url_for("decisions.page", round_id=shown["round"].id))
    return render_template("decisions/page.html", error=error, ways=ways, confirmed=confirmed_at_provider(), **shown)


def said(refused: PortalError) -> str:
    """Why not, in the reader's language, with who and when in it."""
    return str(gettext(refused.sentence) % refused.params)


def confirmed_at_provider() -> bool:
    """This person proved just now who they are, at their hospital's own provider."""
    return bool(signed_in().proof.issuer) and signed_in().is_fresh(now())


def _shown(round_id: uuid.UUID) -> dict[str, Any]:
    """The frozen text as the letter will say it, the recipients, and what is missing."""
    with transaction() as db:
        found, case, board, relation = rounds.round_for(db, viewer(), Act.DECISION_SIGN, round_id, now=now())
        audit.record(db, viewer(), Act.DECISION_SIGN, now=now(), case=case, relation=relation, detail="preview")
        shown = decisions.preview(db, found, case, network=settings().network, viewer=viewer(), now=now())
        view, onward = cases.view(db, case), to_sign.onward(db, found) if shown.missing else None
    return {
        "round": found,
        "board": board,
        "case": view,
        "preview": shown,
        "onward": onward,
        "reason": request.form.get("reason", ""),
        "entered": letter_words.entered(shown.content),
    }


@blueprint.post("/sign")
@may(Act.DECISION_SIGN)
def sign(round_id: uuid.UUID) -> ResponseReturnValue:
    if confirming.by_form() is None and not confirmed_at_provider():
        return _not_signed(round_id, gettext(NOT_YOU), 401)
    try:
        once_more.by_itself(lambda: _sign(round_id))
    except AlreadySigned as already:
        flash(said(already), "warning")
    except (Incomplete, IllegalMove, Stale) as refused:
        return _not_signed(round_id, said(refused), refused.status)
    return redirect(url_for("decisions.signed", round_id=round_id), 303)


def _not_signed(round_id: uuid.UUID, sentence: str, status: int) -> ResponseReturnValue:
    return _render(_shown(round_id), error=sentence), status


def _sign(round_id: uuid.UUID) -> None:
    with transaction() as db:
        found, case, _, relation = rounds.round_for(db, viewer(), Act.DECISION_SIGN, round_id, now=now(), lock=True)
        decision = decisions.sign(
            db,
            found,
            case,
            seen_hash=request.form["seen"],
            reason=request.form.get("reason", ""),
            network=settings().network,
            viewer=viewer(),
            now=now(),
        )
        audit.record(
            db,
            viewer(),
            Act.DECISION_SIGN,
            now=now(),
            case=case,
            relation=relation,
            object_type="decision",
            object_id=decision.id,
        )


@blueprint.get("/signed")
@may(Act.DECISION_READ)
def signed(round_id: uuid.UUID) -> str:
    """Getekend: on its way to so many recipients, turning into ticks as receipts arrive."""
    shown = _after(round_id)
    return render_template("decisions/signed.html" if shown["latest"].form.has_advice else "decisions/told.html", **shown)


@blueprint.get("/signed/piece")
@may(Act.DECISION_READ)
def piece(round_id: uuid.UUID) -> str:
    return render_template("decisions/_recipients.html", **_after(round_id))


def _after(round_id: uuid.UUID) -> dict[str, Any]:
    with transaction() as db:
        found, case, board, relation = rounds.round_for(db, viewer(), Act.DECISION_READ, round_id, now=now())
        latest = next(reversed(decision_content.of_round(db, round_id)), None)
        if latest is None:
            raise NotFound()
        audit.record(
            db, viewer(), Act.DECISION_READ, now=now(), case=case, relation=relation, object_type="decision", object_id=latest.id
        )
        sent = post.rows(db, viewer(), everything=True, case_id=case.id)
        view = cases.view(db, case)
        rights = {
            name: rounds.may(viewer(), act, board.id) and access.may(db, viewer(), act, case, now=now())
            for name, act in _RIGHTS.items()
        }
        is_revised = rounds.is_being_revised(db, round_id)
        onward = to_sign.onward(db, found)
    return rights | {
        "is_revised": is_revised,
        "onward": onward,
        "round": found,
        "board": board,
        "case": view,
        "advice": view.advice_of(round_id),
        "latest": latest,
        "letters": [one for one in sent if one.document_number == latest.document_number],
        "objections": [one for one in view.objections if one.round_id == round_id],
        "entered_of": letter_words.entered,
        "pieces": letter_outcome.pieces,
    }


_RIGHTS = {"may_sign": Act.DECISION_SIGN, "may_revise": Act.DECISION_REVISE}


@blueprint.route("/preview.pdf", methods=["GET", "POST"])
@may(Act.DECISION_SIGN)
def printed(round_id: uuid.UUID) -> ResponseReturnValue:
    """The letter as it would be, marked as not final. POST carries the reason: such words do not stand in an address."""
    shown = _shown(round_id)
    preview = shown["preview"]
    return concept(round_id, preview.content, preview.content_hash, shown["case"].patient.masked_bsn, reason=shown["reason"])


def concept(
    round_id: uuid.UUID, content: dict[str, Any], content_hash: str, masked_bsn: str, *, reason: str
) -> ResponseReturnValue:
    """What would be frozen, as its letter prints it."""
    hospital = content["hospital"]
    with transaction() as db:
        logo = letter_template_choice.logo_for(db, content, Audience.REFERRER)
    stamp = Stamp(
        recipient=Recipient(name=content["recipient"] or hospital["name"], lines=(hospital["name"], hospital["city"])),
        bsn=masked_bsn,
        document_number="concept",
        signed_at=None,
        text_hash=content_hash,
        reason=reason,
        logo=logo,
    )
    letter = decision_letter(content, stamp)
    printed_at = now().replace(microsecond=0)
    name = {"outcome": "mdo-bericht"}.get(letter.kind, "mdo-advies")
    return as_file(letters.render(letter.kind, letter.as_json(), at=printed_at), "application/pdf", f"{name}-concept-{round_id}")


@blueprint.post("/correct")
@may(Act.DECISION_REVISE)
def correct(round_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        found, case, _, relation = rounds.round_for(db, viewer(), Act.DECISION_REVISE, round_id, now=now(), lock=True)
        decisions.start_correction(db, found, case)
        audit.record(db, viewer(), Act.DECISION_REVISE, now=now(), case=case, relation=relation, detail="correction started")
        meeting_id = found.meeting_id
    flash(gettext("U kunt de conclusie nu aanpassen. Het getekende advies blijft geldig tot u de herziening tekent."))
    return redirect(url_for("rooms.page", meeting_id=meeting_id, round=round_id))
