"""The review: what the rules point at, judged and signed off by the privacy officer. Every judgement is logged."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from mdo_portal.domain.audit_review import Rule, Verdict
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.services.access_log import audit, audit_review
from mdo_portal.web import log_overdue
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.log_words import WORDS

blueprint = Blueprint("review", __name__, url_prefix="/review")


@blueprint.get("")
@may(Act.LOG_REVIEW)
def page() -> str:
    """What is open, or with `all=1` also what was judged; with `rule` only that one."""
    rule, everything = request.args.get("rule", ""), request.args.get("all") == "1"
    with transaction() as db:
        found = audit_review.findings(db, viewer().hospital_id, now=now())
        hits = len({one.finding.patient_number for one in found} - {None})
        audit.record(db, viewer(), Act.LOG_REVIEW, now=now(), relation=Relation.OWN_HOSPITAL, object_type="log", hits=hits)
    shown = [one for one in found if (everything or one.is_open) and rule in ("", one.finding.rule)]
    counts = {each: sum(one.is_open and one.finding.rule is each for one in found) for each in Rule}
    late = sum(one.is_overdue(now()) for one in found)
    log_overdue.remember(viewer(), late)
    return render_template(
        "log/review.html", groups=audit_review.in_groups(shown), counts=counts, late=late, rule=rule, everything=everything,
        verdicts=list(Verdict), now=now(), **WORDS,
    )  # fmt: skip


@blueprint.post("/judge")
@may(Act.LOG_REVIEW)
def judge() -> ResponseReturnValue:
    form = request.form
    with transaction() as db:
        made = audit_review.judge(db, viewer(), form.getlist("finding"), form["verdict"], form.get("note", ""), now=now())
        for one in made:
            audit.record(
                db, viewer(), Act.LOG_REVIEW, now=now(), relation=Relation.OWN_HOSPITAL, object_type="review", object_id=one.id,
                detail=one.verdict.value,
            )  # fmt: skip
    log_overdue.forget(viewer())
    flash(ngettext("Uw oordeel is vastgelegd.", "Uw oordeel is bij %(num)d bevindingen vastgelegd.", len(made)), "success")
    return redirect(url_for("log.review.page", rule=form.get("rule") or None))
