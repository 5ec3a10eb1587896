"""Who else may read a case: giving and taking back; a patient who objects; breaking the glass."""

from __future__ import annotations

import uuid
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain.case import Case
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.errors import N_, Incomplete, PortalError
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import worklist
from mdo_portal.services.common import access
from mdo_portal.services.identity import objections
from mdo_portal.services.people import grants, sessions
from mdo_portal.services.people.grants import Wanted
from mdo_portal.web import confirming, limits
from mdo_portal.web.case_page import load
from mdo_portal.web.context import now, session_key, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.registration import read_date

blueprint = Blueprint("grants", __name__)


@blueprint.post("/cases/<uuid:case_id>/grants")
@may(Act.CASE_GRANT)
def give(case_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        grant = load(db, Act.CASE_GRANT, case_id, detail="given", lock=True)
        grants.give(db, grant.case, _wanted(), viewer=viewer(), now=now())
    flash(gettext("De inzage is gegeven en staat in de tijdlijn."), "success")
    return redirect(url_for("cases.page", case_id=case_id))


def _wanted() -> Wanted:
    kind, _, reader = request.form.get("reader", "").partition(":")
    try:
        reader_id: uuid.UUID | None = uuid.UUID(reader)
    except ValueError:
        reader_id = None
    return Wanted(reader_id, kind == "hospital", read_date(request.form.get("until", "")), request.form.get("reason", ""))


@blueprint.post("/cases/<uuid:case_id>/grants/<uuid:grant_id>/end")
@may(Act.CASE_GRANT)
def end(case_id: uuid.UUID, grant_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        grant = load(db, Act.CASE_GRANT, case_id, detail="ended", lock=True)
        grants.end(db, grant.case, grant_id, viewer=viewer(), now=now())
    flash(gettext("De inzage is ingetrokken."), "success")
    return redirect(url_for("cases.page", case_id=case_id))


@blueprint.post("/cases/<uuid:case_id>/objection/<any(record, lift):what>")
@may(Act.CASE_OBJECT)
def objection(case_id: uuid.UUID, what: str) -> ResponseReturnValue:
    with transaction() as db:
        grant = load(db, Act.CASE_OBJECT, case_id, detail=what)
        change = objections.record if what == "record" else objections.lift
        change(db, grant.case, viewer=viewer(), now=now())
    flash(gettext("Het bezwaar is vastgelegd.") if what == "record" else gettext("Het bezwaar is opgeheven."), "success")
    return redirect(url_for("cases.page", case_id=case_id))


@blueprint.get("/glass")
@may(Act.GLASS_BREAK)
def glass() -> str:
    confirming.require_fresh_strong()
    return _page()


def _page(error: str = "", wrong: dict[str, str] | None = None) -> str:
    with transaction() as db:
        hospitals = worklist.hospitals(db)
    return render_template("grants/glass.html", hospitals=hospitals, fields=request.form, error=error, wrong=wrong or {})


@blueprint.post("/glass")
@may(Act.GLASS_BREAK)
def break_glass() -> ResponseReturnValue:
    """Opens the cases of one patient for an hour; every attempt leaves a line, also one that finds nothing."""
    confirming.require_fresh_strong()
    try:
        patient = _patient()
        limits.ask("glass", str(viewer().person_id), limits.GLASS)
        opened = _broken(*patient)
    except _ReadAnyhow as theirs:
        flash(gettext("U mag deze casus al lezen. Er is geen noodinzage geopend; dat hoeft niet."), "info")
        return redirect(url_for("cases.page", case_id=theirs.case_id), 303)
    except Incomplete as incomplete:
        return _page(gettext(incomplete.sentence), dict(incomplete.fields)), 422
    except PortalError as refused:
        with transaction() as db:
            audit.refused(db, viewer(), Act.GLASS_BREAK, now=now(), object_type="glass")
        return _page(gettext(refused.sentence)), refused.status
    flash(gettext("U kunt een uur lang meelezen. Het eigen ziekenhuis ziet dat u keek en waarom."), "warning")
    return redirect(url_for("cases.page", case_id=opened[-1]), 303)


def _patient() -> tuple[uuid.UUID, str, str, date]:
    form, wrong = request.form, {}
    birth_on = read_date(form.get("birth_on", ""))
    if birth_on is None:
        wrong["birth_on"] = N_("Vul de geboortedatum in als dd-mm-jjjj.")
    if not form.get("number", "").strip() and not form.get("bsn", "").strip():
        wrong["number"] = N_("Vul het patiëntnummer of het BSN in.")
    try:
        hospital_id = uuid.UUID(form.get("hospital_id", ""))
    except ValueError:
        wrong["hospital_id"] = N_("Kies het ziekenhuis van de patiënt.")
    if wrong or birth_on is None:
        raise Incomplete(wrong)
    return hospital_id, form.get("number", ""), form.get("bsn", "").strip(), birth_on


class _ReadAnyhow(Exception):
    """All that would be opened is open to this person: nobody from outside looked, and nothing stays of it."""

    def __init__(self, case_id: uuid.UUID) -> None:
        super().__init__()
        self.case_id = case_id


def _broken(hospital_id: uuid.UUID, number: str, bsn: str, birth_on: date) -> list[uuid.UUID]:
    """The cases that were opened and that this person does not read anyhow. Raises _ReadAnyhow when there are none."""
    reason = request.form.get("reason", "")
    with transaction() as db:
        opened = grants.break_glass(db, hospital_id=hospital_id, number=number, bsn=bsn, birth_on=birth_on, reason=reason)
        anew = [one for one in opened if not access.reads_anyhow(db, viewer(), one, now=now())]
        if not anew:
            raise _ReadAnyhow(opened[-1])
        sessions.enter_again(db, session_key())
        for case_id in opened:  # every one of them is open for the hour, whatever else this person is to it: the log says so
            case = db.get_one(Case, case_id)
            if case_id in anew:
                grants.told(db, case, viewer=viewer(), now=now())
            audit.record(db, viewer(), Act.GLASS_BREAK, now=now(), case=case, relation=Relation.EMERGENCY, reason=reason)
    return anew
