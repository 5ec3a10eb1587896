"""Bewaren: the terms, what goes in the coming month, and what is held back. For privacy officer, case manager and administrator."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain.destruction import URGENT
from mdo_portal.domain.policy import Act
from mdo_portal.domain.retention import RULES, Kind, Unit
from mdo_portal.errors import N_, Incomplete
from mdo_portal.services.access_log import audit
from mdo_portal.services.keeping import holds, proofs, retention, retention_rows
from mdo_portal.services.keeping.destruction import SHIELD_WORDS
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.words import today

blueprint = Blueprint("retention", __name__, url_prefix="/retention")

#: what goes, and from when it counts
KIND_WORDS: dict[Kind, tuple[str, str]] = {
    Kind.CASE: (N_("Casus met alles erbij"), N_("na aflevering, sluiten, doorverwijzen of intrekken")),
    Kind.LETTER: (N_("Onze kopie van een brief"), N_("na ontvangst; nummer, kenmerk en ontvangstbevestiging blijven")),
    Kind.INBOUND: (N_("Inhoud van een bericht"), N_("na verwerken of opzijleggen; nummer en soort blijven")),
    Kind.DRAFT: (N_("Begonnen aanmelding"), N_("na de laatste wijziging")),
    Kind.SESSION: (N_("Sessies en aanwezigheid"), N_("na het laatste gebruik")),
    Kind.FEED_COUNT: (N_("Tellingen van niet bewaarde berichten"), N_("na die dag")),
    Kind.ACCESS_LOG: (N_("Logboek van toegang"), N_("na het schrijven; nooit korter dan vijf jaar")),
    Kind.PROOF: (N_("Bewijs van vernietiging"), N_("na afhandeling")),
}
UNIT_WORDS: dict[Unit, str] = {Unit.DAYS: N_("dagen"), Unit.MONTHS: N_("maanden"), Unit.YEARS: N_("jaar")}


@blueprint.get("")
@may(Act.RETENTION_READ)
def page() -> str:
    with transaction() as db:
        shown: dict[str, Any] = {"rules": retention.rules(db), "going": [], "holds": [], "requests": []}
        if viewer().may_for_own_hospital(Act.RETENTION_READ):
            hospital_id = viewer().hospital_id
            shown["going"] = retention_rows.going(db, hospital_id, now=now())
            shown["holds"] = holds.standing(db, hospital_id)
            shown["requests"] = retention_rows.requests(db, hospital_id)
        hits = len(shown["going"]) + len(shown["holds"])
        audit.record(db, viewer(), Act.RETENTION_READ, now=now(), object_type="retention", hits=hits)
    words = {"kind_words": KIND_WORDS, "unit_words": UNIT_WORDS, "bounds": RULES, "shield_words": SHIELD_WORDS}
    days = {"today": today(), "soon": today() + URGENT, "number_of": proofs.number_of}
    return render_template("retention/page.html", may_=_may(), me_id=viewer().person_id, **words, **days, **shown)


def _may() -> dict[str, bool]:
    """Which buttons this viewer gets."""
    own = viewer().may_for_own_hospital
    return {
        "own": own(Act.RETENTION_READ),
        "hold": own(Act.RETENTION_HOLD),
        "ask": own(Act.DESTROY_REQUEST),
        "change": viewer().may(Act.RETENTION_CHANGE),
    }


@blueprint.post(f"/rules/<any({', '.join(Kind)}):kind>")
@may(Act.RETENTION_CHANGE)
def change(kind: str) -> ResponseReturnValue:
    amount = request.form.get("amount", "")
    if not amount.isascii() or not amount.isdecimal() or len(amount) > 4:
        raise Incomplete({"amount": retention.OUT_OF_BOUNDS}, retention.OUT_OF_BOUNDS)
    with transaction() as db:
        retention.change_rule(db, viewer(), Kind(kind), int(amount), reason=request.form.get("reason", ""), now=now())
    flash(gettext("De termijn is gewijzigd; hij geldt vanaf de komende nacht."), "success")
    return redirect(url_for("retention.page"), 303)


@blueprint.post("/cases/<uuid:case_id>/hold")
@may(Act.RETENTION_HOLD)
def hold(case_id: uuid.UUID) -> ResponseReturnValue:
    whole = request.form.get("whole_patient") == "1"
    with transaction() as db:
        holds.place(db, viewer(), case_id, whole_patient=whole, reason=request.form.get("reason", ""), now=now())
    flash(gettext("De bewaarplicht staat. Hiervan wordt niets vernietigd tot u haar opheft."), "success")
    return redirect(url_for("retention.page"), 303)


@blueprint.post("/holds/<uuid:hold_id>/lift")
@may(Act.RETENTION_HOLD)
def lift(hold_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        holds.lift(db, viewer(), hold_id, reason=request.form.get("reason", ""), now=now())
    flash(gettext("De bewaarplicht is opgeheven; de gewone termijnen gelden weer."), "success")
    return redirect(url_for("retention.page"), 303)
