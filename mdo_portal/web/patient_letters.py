"""The letter to the patient: written, read and released by the patient's own hospital; printed there, and sent by nobody here."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.letters import PatientLetterState
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, Incomplete
from mdo_portal.letters import letters
from mdo_portal.letters.letter_patient import gaps
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import cases
from mdo_portal.services.common import access
from mdo_portal.services.common.access import Grant
from mdo_portal.services.letters import explained, patient_letters
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.documents import as_file
from mdo_portal.web.guard import may
from mdo_portal.web.letter_template_form import number

blueprint = Blueprint("patient_letters", __name__, url_prefix="/cases/<uuid:case_id>/patient-letter")
STATE_WORDS = {
    PatientLetterState.DRAFT: N_("concept"),
    PatientLetterState.READ: N_("gelezen"),
    PatientLetterState.RELEASED: N_("vrijgegeven"),
}


def _load(db: Session, act: Act, case_id: uuid.UUID, *, lock: bool = False, detail: str = "") -> Grant:
    """The case, when it is of the reader's own hospital, with its line in the log."""
    grant = access.case_for(db, viewer(), act, case_id, now=now(), lock=lock)
    audit.record(
        db, viewer(), act, now=now(), case=grant.case, relation=grant.relation, object_type="patient_letter",
        object_id=case_id, detail=detail,
    )  # fmt: skip
    return grant


@blueprint.get("")
@may(Act.PATIENT_LETTER_READ)
def page(case_id: uuid.UUID) -> str:
    return _page(case_id)


def _page(case_id: uuid.UUID, *, typed: str = "", error: str = "") -> str:
    with transaction() as db:
        grant = _load(db, Act.PATIENT_LETTER_READ, case_id)
        letter = patient_letters.newest(db, case_id)
        shown = {
            "case": cases.view(db, grant.case),
            "letter": letter,
            "history": patient_letters.history(db, case_id),
            "decision": explained.latest(db, case_id),
            "may_release": access.may(db, viewer(), Act.PATIENT_LETTER_RELEASE, grant.case, now=now()),
        }
    text = typed or (letter.text if letter else "")
    is_mine = letter is not None and letter.made_by_id == viewer().person_id
    words = {"state_words": STATE_WORDS, "viewer": viewer(), "gaps": gaps(text), "is_mine": is_mine, "text": text, "error": error}
    return render_template("patient_letters/page.html", **shown, **words)


@blueprint.post("/<any(begin, save, read):what>")
@may(Act.PATIENT_LETTER_WRITE)
def act_on(case_id: uuid.UUID, what: str) -> ResponseReturnValue:
    """A new draft, another text, or: I read this."""
    seen, typed = number("seen"), request.form.get("text", "")
    said = {
        "begin": gettext("Het concept staat klaar. Lees het, en schrijf het zoals u het zou zeggen."),
        "save": gettext("De tekst is bewaard als nieuwe versie."),
        "read": gettext("Genoteerd: u hebt deze versie gelezen."),
    }
    try:
        with transaction() as db:
            case = _load(db, Act.PATIENT_LETTER_WRITE, case_id, lock=True, detail=what).case
            if what == "begin":
                patient_letters.begin(db, case, seen=seen, viewer=viewer(), now=now())
            elif what == "save":
                patient_letters.save(db, case, typed, seen=seen, viewer=viewer(), now=now())
            else:
                patient_letters.mark_read(db, case, typed, seen=seen, viewer=viewer(), now=now())
    except Incomplete as error:
        return _page(case_id, typed=typed, error=error.sentence), error.status
    flash(said[what], "success")
    return redirect(url_for("patient_letters.page", case_id=case_id))


@blueprint.post("/release")
@may(Act.PATIENT_LETTER_RELEASE)
def release(case_id: uuid.UUID) -> ResponseReturnValue:
    try:
        with transaction() as db:
            case = _load(db, Act.PATIENT_LETTER_RELEASE, case_id, lock=True).case
            patient_letters.release(db, case, seen=number("seen"), viewer=viewer(), now=now())
    except Incomplete as error:
        return _page(case_id, error=error.sentence), error.status
    flash(
        gettext("De brief is vrijgegeven. Druk hem af en geef hem zelf aan de patiënt; het portaal verstuurt hem niet."),
        "success",
    )
    return redirect(url_for("patient_letters.page", case_id=case_id))


@blueprint.get("/letter.pdf")
@may(Act.PATIENT_LETTER_READ)
def printed(case_id: uuid.UUID) -> ResponseReturnValue:
    """The version that is asked for, or the newest; one that is not released says so on the page."""
    with transaction() as db:
        grant = _load(db, Act.PATIENT_LETTER_READ, case_id, detail=f"pdf version {number('version') or 'newest'}")
        letter, at = patient_letters.printed(db, grant.case, number("version"))
    body = letters.render("patient", letter.as_json(), at=at)
    name = f"brief-patient-{case_id}-{letter.version}"
    return as_file(body, "application/pdf", name, download=request.args.get("download") == "1")
