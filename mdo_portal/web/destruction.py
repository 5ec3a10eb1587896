"""Vernietigen op verzoek: find the patient, note the request, let a second person judge, show and print the proof."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import URGENT, DestroyRequest, Ground
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Person
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.retention import Shield
from mdo_portal.errors import N_, Incomplete, NotFound
from mdo_portal.letters import letters
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import cases
from mdo_portal.services.keeping import destroy_requests, proofs, retention_rows
from mdo_portal.services.keeping.destruction import SHIELD_WORDS
from mdo_portal.web import confirming
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.documents import as_file
from mdo_portal.web.guard import may
from mdo_portal.web.words import today

blueprint = Blueprint("destruction", __name__, url_prefix="/destruction")

GROUND_WORDS: dict[Ground, str] = {
    Ground.LAW: N_("een wet verplicht tot bewaren"),
    Ground.THIRD_PARTY: N_("aanmerkelijk belang van iemand anders"),
    Ground.IDENTITY: N_("het staat niet vast dat de patiënt dit vroeg"),
    Ground.WITHDRAWN: N_("het verzoek is ingetrokken"),
}


@blueprint.post("/find")
@may(Act.DESTROY_REQUEST)
def find() -> ResponseReturnValue:
    """The number travels in the form, never in the address; who was found is a page that one can come back to."""
    with transaction() as db:
        found = destroy_requests.find_patient(
            db, viewer(), number=request.form.get("number", ""), bsn=request.form.get("bsn", "")
        )
        patient_id = found.id
    return redirect(url_for("destruction.patient", patient_id=patient_id), 303)


@blueprint.get("/patient/<uuid:patient_id>")
@may(Act.DESTROY_REQUEST)
def patient(patient_id: uuid.UUID) -> str:
    """Whom the letter is of: the cases, noting a request or a hold."""
    with transaction() as db:
        found = destroy_requests.patient_for(db, viewer(), patient_id)
        shown = _patient(db, found) | {"waiting": retention_rows.open_about(db, found.id)}
    return render_template(
        "retention/patient.html",
        today=today(),
        may_hold=viewer().may(Act.RETENTION_HOLD, hospital_id=viewer().hospital_id),
        **shown,
    )


def _patient(db: Session, whose: Patient) -> dict[str, Any]:
    """The patient's banner and cases. Raises NotFound when there are none."""
    found = destroy_requests.cases_of(db, whose.id)
    if not found:
        raise NotFound()
    return _cases(db, whose.id, found, "found")


def _cases(db: Session, patient_id: uuid.UUID, found: Sequence[tuple[Case, Shield]], detail: str) -> dict[str, Any]:
    """Whose cases these are, and the line in the log that they were shown."""
    case = found[0][0]
    audit.record(
        db,
        viewer(),
        Act.DESTROY_REQUEST,
        now=now(),
        case=case,
        relation=Relation.OWN_HOSPITAL,
        object_type="patient",
        hits=1,
        detail=detail,
    )
    may_open = viewer().may_for_own_hospital(Act.CASE_READ)
    return {
        "patient": cases.banner(db, case),
        "patient_id": patient_id,
        "cases": found,
        "may_open": may_open,
        "shield_words": SHIELD_WORDS,
    }


@blueprint.post("/requests")
@may(Act.DESTROY_REQUEST)
def ask() -> ResponseReturnValue:
    patient_id, case_id = _an_id("patient_id"), _an_id("case_id")
    if patient_id is None:
        raise NotFound()
    with transaction() as db:
        whose = destroy_requests.patient_for(db, viewer(), patient_id)
        noted = destroy_requests.ask(
            db, viewer(), whose, case_id=case_id, letter_on=_letter_on(), reason=request.form.get("reason", ""), now=now()
        )
        request_id = noted.id
    flash(gettext("Het verzoek is genoteerd. Een tweede persoon beoordeelt het; er is nog niets vernietigd."), "success")
    return redirect(url_for("destruction.page", request_id=request_id), 303)


def _an_id(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form.get(name, ""))
    except ValueError:
        return None


def _letter_on() -> date:
    try:
        return date.fromisoformat(request.form.get("letter_on", ""))
    except ValueError:
        sentence = N_("Vul de datum van de brief van de patiënt in. Er is niets genoteerd.")
        raise Incomplete({"letter_on": sentence}, sentence) from None


@blueprint.get("/<uuid:request_id>")
@may(Act.DESTROY_REQUEST)
def page(request_id: uuid.UUID) -> str:
    with transaction() as db:
        found = destroy_requests.request_for(db, viewer(), request_id)
        shown = _shown(db, found)
    return render_template(
        "retention/request.html", request_=found, ground_words=GROUND_WORDS, today=today(), soon=today() + URGENT, **shown
    )


def _shown(db: Session, found: DestroyRequest) -> dict[str, Any]:
    """An open request with its patient; a settled one without, as proof."""
    may_judge = viewer().may_for_own_hospital(Act.DESTROY_APPROVE)
    is_open = found.approved_at is None and found.refused_at is None
    asked = destroy_requests.about(db, found) if is_open else []
    about = _cases(db, found.patient_id, asked, "request") if asked else {"patient": None, "cases": []}
    about["moved"] = is_open and destroy_requests.moved(db, found)
    if not asked:
        _log_proof(db, found)
    proof = proofs.of(db, found, network=settings().network)
    whose: dict[str, Any] = {"may_judge": may_judge, "is_mine": found.requested_by == viewer().person_id}
    whose["noted_by"] = db.get_one(Person, found.requested_by).name
    return {**about, **whose, "is_open": is_open, "proof": proof, "has_judge": retention_rows.has_judge(db, found, now=now())}


def _log_proof(db: Session, found: DestroyRequest) -> None:
    """The line in the log that what was settled was read: no patient is named in it any more."""
    audit.record(
        db,
        viewer(),
        Act.DESTROY_REQUEST,
        now=now(),
        relation=Relation.OWN_HOSPITAL,
        object_type="destroy_request",
        object_id=found.id,
        detail="proof",
    )


@blueprint.post("/<uuid:request_id>/approve")
@may(Act.DESTROY_APPROVE)
def approve(request_id: uuid.UUID) -> ResponseReturnValue:
    confirming.require_fresh_strong()
    with transaction() as db:
        destroy_requests.approve(db, viewer(), request_id, now=now())
    flash(gettext("Vernietigd. Hieronder staat het bewijs."), "success")
    return redirect(url_for("destruction.page", request_id=request_id), 303)


@blueprint.post("/<uuid:request_id>/refuse")
@may(Act.DESTROY_APPROVE)
def refuse(request_id: uuid.UUID) -> ResponseReturnValue:
    sent = request.form.get("ground", "")
    if sent not in list(Ground):
        sentence = N_("Kies op welke grond het verzoek wordt afgewezen. Er is niets veranderd.")
        raise Incomplete({"ground": sentence}, sentence)
    confirming.require_fresh_strong()
    with transaction() as db:
        destroy_requests.refuse(db, viewer(), request_id, ground=Ground(sent), refusal=request.form.get("refusal", ""), now=now())
    flash(gettext("Afgewezen. Er is niets vernietigd; laat de patiënt weten waarom."), "success")
    return redirect(url_for("destruction.page", request_id=request_id), 303)


@blueprint.get("/<uuid:request_id>/proof.pdf")
@may(Act.DESTROY_REQUEST)
def printed(request_id: uuid.UUID) -> ResponseReturnValue:
    """The proof of destruction, for the hospital's own file and for the patient."""
    with transaction() as db:
        found = destroy_requests.request_for(db, viewer(), request_id)
        proof = proofs.of(db, found, network=settings().network)
        if proof is None or found.executed_at is None:
            raise NotFound()
        _log_proof(db, found)
    return as_file(
        letters.render("destruction", proof.as_json(), at=found.executed_at), "application/pdf", f"vernietiging-{request_id}"
    )
