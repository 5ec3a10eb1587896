"""Aanmelden: the web form of a hospital without a link. Saved as typed; sending in makes the same case as a message."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.domain.unreadable import UNREADABLE_REASONS
from mdo_portal.errors import Incomplete, NotAllowed, PortalError
from mdo_portal.exchange import IncomingDocument, IncomingReferral, Unreadable, Wire
from mdo_portal.services.access_log import audit
from mdo_portal.services.common.source import Source
from mdo_portal.services.people import people
from mdo_portal.services.referrals import drafts, referrals
from mdo_portal.web import registration, uploads
from mdo_portal.web.context import is_fragment, now, signed, transaction, viewer
from mdo_portal.web.guard import may, takes_files
from mdo_portal.web.words import clock

blueprint = Blueprint("forms", __name__, url_prefix="/register")
DOCUMENT_FIELDS = {"letter": "referral letter", "pathology_report": "pathology report", "radiology_report": "radiology report"}


def _only_for_own_hospital() -> None:
    if not viewer().may_for_own_hospital(Act.CASE_REGISTER):
        raise NotAllowed()


@blueprint.get("")
@may(Act.CASE_REGISTER)
def page() -> str:
    _only_for_own_hospital()
    with transaction() as db:
        fields, saved_at = drafts.load(db, viewer())
        mine = people.boards_of_hospital(db, viewer().hospital_id)
        shown = _choices(db) | _window(fields)
    if not fields:  # who can choose from one board has chosen
        fields = {"referrer_name": signed().viewer.name, "board_id": str(mine[0].id) if len(mine) == 1 else ""}
    return render_template(
        "forms/page.html", fields=fields, saved_at=saved_at, wrong={}, lost=False, **_progress(fields), **shown
    )


def filled_in(fields: Mapping[str, str]) -> str:
    """The form as the EPD filled it in, in a window of its own: nothing is kept yet, and what was typed elsewhere stays."""
    _only_for_own_hospital()
    source = (signed().hospital_name, registration.told_at(fields))
    with transaction() as db:
        shown = _choices(db) | _window({}) | {"source": source}
    return render_template("forms/page.html", fields=fields, saved_at=None, wrong={}, lost=False, **_progress(fields), **shown)


def _window(fields: Mapping[str, str]) -> dict[str, str]:
    """The name of a new window, and of the one whose text it goes on from."""
    return {"page": secrets.token_hex(8), "after": fields.get("page", "")}


def _choices(db: Session) -> dict[str, object]:
    return {
        "boards": [(board.id, board.name) for board in people.boards_of_hospital(db, viewer().hospital_id)],
        "labels": {section.value: words for section, words in registration.SECTIONS},
        "hospital_name": signed().hospital_name,
    }


def _progress(fields: Mapping[str, str]) -> dict[str, object]:
    told_at = registration.told_at(fields)
    return {"todo": registration.check(fields), "missing": registration.missing(fields), "told_at": told_at}


@blueprint.post("/draft")
@may(Act.CASE_REGISTER)
@takes_files
def save() -> ResponseReturnValue:
    """Keeps what is typed so far; answers with the time at which it was kept and what is still to do."""
    _only_for_own_hospital()
    fields = _fields()
    with transaction() as db:
        drafts.save(db, viewer(), fields, now=now())
    if not is_fragment():
        _told_kept(with_files=any(request.files.values()))
        return redirect(url_for("forms.page"))
    return render_template("forms/_progress.html", **_progress(fields)), 200, {"X-Saved-At": clock(now())}


def _told_kept(*, with_files: bool) -> None:
    """A draft is what was typed: who chose a file and reads *Bewaard* would send it in later without its letter."""
    if with_files:
        flash(gettext("Wat u typte is bewaard. Bijlagen niet: kies ze opnieuw voordat u indient."), "warning")
    else:
        flash(gettext("Bewaard. U kunt later verder gaan."))


@blueprint.post("/draft/drop")
@may(Act.CASE_REGISTER)
def drop() -> ResponseReturnValue:
    _only_for_own_hospital()
    with transaction() as db:
        drafts.drop(db, viewer())
    flash(gettext("Het formulier is leeggemaakt."))
    return redirect(url_for("forms.page"))


@blueprint.post("")
@may(Act.CASE_REGISTER)
@takes_files
def send_in() -> ResponseReturnValue:
    _only_for_own_hospital()
    fields = _fields()
    try:
        case_id = _register(fields)
    except Incomplete as incomplete:
        with transaction() as db:
            is_kept = drafts.is_of(db, viewer(), fields)
            if is_kept:
                drafts.save(db, viewer(), fields, now=now())
            shown = _choices(db) | _window(fields)
        shown |= {"saved_at": now(), "is_kept": is_kept, "lost": any(request.files.values())}
        return render_template("forms/page.html", fields=fields, wrong=incomplete.fields, **_progress(fields), **shown), 422
    flash(gettext("De aanmelding is ingediend."))
    return redirect(url_for("cases.page", case_id=case_id))


def _register(fields: dict[str, str]) -> object:
    with transaction() as db:
        boards = {str(board.id): board.id for board in people.boards_of_hospital(db, viewer().hospital_id)}
        if fields.get("board_id", "") not in boards:
            fields = {**fields, "board_id": ""}
        number = f"WF-{now():%Y%m%d}-{secrets.token_hex(4).upper()}"
        referral = _referral(fields, number)
        hospital = db.get_one(Hospital, viewer().hospital_id)
        try:
            source = Source(hospital, now(), Wire.FORM)
            board_id = boards.get(fields["board_id"])
            case = referrals.register(db, referral, source, board_id=board_id, person_id=viewer().person_id)
        except Unreadable as unreadable:
            raise PortalError(UNREADABLE_REASONS[unreadable.reason]) from unreadable
        audit.record(db, viewer(), Act.CASE_REGISTER, now=now(), case=case)
        if drafts.is_of(db, viewer(), fields):
            drafts.drop(db, viewer())
        return case.id


def _referral(fields: Mapping[str, str], number: str) -> IncomingReferral:
    """The form as a referral. Raises Incomplete with all that must be mended at once, files too: they are chosen anew every time."""
    try:
        documents = _documents()
    except Incomplete as unfit:
        raise Incomplete(registration.check(fields) | unfit.fields) from unfit
    return registration.referral(fields, documents, number=number)


def _fields() -> dict[str, str]:
    return {name: value for name, value in request.form.items() if name != "csrf_token" and len(value) < 20_000}


def _documents() -> tuple[IncomingDocument, ...]:
    """What was attached. Raises Incomplete that names every field with a file that is not taken."""
    found, wrong = [], dict[str, str]()
    for field, kind in DOCUMENT_FIELDS.items():
        for upload in request.files.getlist(field):
            if upload.filename and upload.stream.read(1):
                upload.stream.seek(0)
                try:
                    found.append(uploads.document(upload, field, kind=kind))
                except Incomplete as unfit:
                    wrong |= unfit.fields
    if wrong:
        raise Incomplete(wrong)
    return tuple(found)
