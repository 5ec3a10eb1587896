"""Templates of letters: the administrator writes words and order, sees the letter about nobody, and puts an earlier version back."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.audience import Audience
from mdo_portal.domain.board import Board
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.letters import LetterTemplateRow
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, IllegalMove, Incomplete
from mdo_portal.letters import letter_sample
from mdo_portal.letters.letter_template import SECTIONS, LetterTemplate
from mdo_portal.letters.letters import LetterFailed
from mdo_portal.services.access_log import audit
from mdo_portal.services.letters import letter_template_choice, letter_template_rules, letter_templates
from mdo_portal.services.letters.letter_template_choice import Place
from mdo_portal.services.meetings import boards
from mdo_portal.web import letter_template_form as forms
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.documents import as_file
from mdo_portal.web.guard import may, takes_files

blueprint = Blueprint("letter_templates", __name__, url_prefix="/manage/letters")
AUDIENCE_WORDS = {
    Audience.REFERRER: N_("Brief aan de verwijzer"),
    Audience.GP: N_("Brief aan de huisarts"),
    Audience.PATIENT: N_("Brief voor de patiënt"),
}
UNPRINTED = N_("Met deze woorden kan geen brief worden gedrukt. Er is niets bewaard.")


@blueprint.get("")
@may(Act.LETTER_TEMPLATE_MANAGE)
def page() -> str:
    with transaction() as db:
        lines, rows, hospitals = letter_templates.lines(db), boards.rows(db, now=now()), boards.hospitals(db)
    words = {"audience_words": AUDIENCE_WORDS, "viewer": viewer()}
    return render_template("letter_templates/list.html", lines=lines, boards=rows, hospitals=hospitals, **words)


@blueprint.post("")
@may(Act.LETTER_TEMPLATE_MANAGE)
def begin() -> ResponseReturnValue:
    with transaction() as db:
        row = letter_templates.begin(db, viewer(), _chosen(), now=now())
    return redirect(url_for("letter_templates.template", template_id=row.id))


def _chosen() -> Place:
    try:
        audience = Audience(request.form.get("audience", ""))
        board, hospital = (request.form.get(name, "") for name in ("board_id", "hospital_id"))
        return Place(audience, uuid.UUID(board) if board else None, uuid.UUID(hospital) if hospital else None)
    except ValueError as error:
        raise IllegalMove(N_("Kies voor welke brief het sjabloon is. Er is niets gemaakt.")) from error


@blueprint.get("/<uuid:template_id>")
@may(Act.LETTER_TEMPLATE_MANAGE)
def template(template_id: uuid.UUID) -> str:
    return _form(template_id)


def _form(template_id: uuid.UUID, *, typed: LetterTemplate | None = None, errors: dict[str, str] | None = None) -> str:
    with transaction() as db:
        row = letter_templates.template_of(db, template_id)
        version = letter_templates.version_of(db, template_id)
        shown = {
            "row": row,
            "place": _place_words(db, row),
            "version": version,
            "values": typed or letter_templates.words(version),
            "history": letter_templates.history(db, template_id),
            "limits": letter_template_rules.LONGEST,
        }
    values: LetterTemplate = shown["values"]  # type: ignore[assignment]
    words = {"title": AUDIENCE_WORDS[row.audience], "sections": values.sections or SECTIONS[row.audience], "viewer": viewer()}
    return render_template("letter_templates/form.html", errors=errors or {}, **shown, **words)


def _place_words(db: Session, row: LetterTemplateRow) -> tuple[str, str]:
    """Board and hospital in words; empty = every one."""
    board, hospital = (
        db.get(Board, row.board_id) if row.board_id else None,
        db.get(Hospital, row.hospital_id) if row.hospital_id else None,
    )
    return board.name if board else "", hospital.name if hospital else ""


@blueprint.post("/<uuid:template_id>")
@may(Act.LETTER_TEMPLATE_MANAGE)
@takes_files
def save(template_id: uuid.UUID) -> ResponseReturnValue:
    typed, picture = forms.typed(), forms.picture()
    try:
        with transaction() as db:
            made = letter_templates.save(db, viewer(), template_id, typed, seen=forms.seen(), new_logo=picture, now=now())
            _printed(db, template_id, letter_templates.words(made))  # what cannot be printed is not kept
    except Incomplete as error:
        return _form(template_id, typed=typed, errors=error.fields), error.status
    flash(gettext("Versie %(n)s is bewaard. Brieven die al getekend zijn, blijven zoals ze waren.", n=made.version), "success")
    return redirect(url_for("letter_templates.template", template_id=template_id))


@blueprint.post("/<uuid:template_id>/<any(back, out):what>")
@may(Act.LETTER_TEMPLATE_MANAGE)
def change(template_id: uuid.UUID, what: str) -> ResponseReturnValue:
    """Put an earlier version back, or take the template out of use."""
    with transaction() as db:
        if what == "back":
            made = letter_templates.put_back(db, viewer(), template_id, forms.number("version"), seen=forms.seen(), now=now())
        else:
            made = letter_templates.take_out(db, viewer(), template_id, seen=forms.seen(), now=now())
    said = {
        "back": gettext("De oude tekst is teruggezet als versie %(n)s.", n=made.version),
        "out": gettext("Het sjabloon is buiten gebruik. Nieuwe brieven volgen nu een algemener sjabloon, of de standaard."),
    }
    flash(said[what], "success")
    return redirect(url_for("letter_templates.template", template_id=template_id))


@blueprint.get("/<uuid:template_id>/preview.pdf")
@may(Act.LETTER_TEMPLATE_MANAGE)
def preview(template_id: uuid.UUID) -> ResponseReturnValue:
    """The letter as a version makes it, about nobody."""
    with transaction() as db:
        version = letter_templates.version_of(db, template_id, forms.number("version"))
        body = _printed(db, template_id, letter_templates.words(version))
        _note(db, template_id)
    return as_file(body, "application/pdf", f"sjabloon-{template_id}")


@blueprint.post("/<uuid:template_id>/preview.pdf")
@may(Act.LETTER_TEMPLATE_MANAGE)
@takes_files
def try_out(template_id: uuid.UUID) -> ResponseReturnValue:
    """The letter as it would be with what is typed now; nothing is kept."""
    typed, picture = forms.typed(), forms.picture()
    try:
        with transaction() as db:
            row = letter_templates.template_of(db, template_id)
            wrong = letter_template_rules.wrong_in(typed, row.audience)
            if wrong:
                raise Incomplete(wrong)
            logo = letter_templates.cleaned(picture) if picture else letter_template_choice.logo(db, typed.logo)
            body = _printed(db, template_id, replace(typed, logo="new") if picture else typed, logo=logo)
            _note(db, template_id)
    except Incomplete as error:
        said = [gettext(sentence) for sentence in error.fields.values()]
        return Response(render_template("letter_templates/unprinted.html", said=said), status=error.status)
    return as_file(body, "application/pdf", f"sjabloon-{template_id}")


def _printed(db: Session, template_id: uuid.UUID, words: LetterTemplate, *, logo: bytes | None = None) -> bytes:
    row = letter_templates.template_of(db, template_id)
    board, hospital = _place_words(db, row)
    picture = letter_template_choice.logo(db, words.logo) if logo is None else logo
    names: dict[str, Any] = {"network": settings().network, "board": board, "hospital": hospital}
    try:
        return letter_sample.sample(row.audience, words, logo=picture, **names)
    except LetterFailed:
        raise Incomplete({"logo" if picture else "intro": UNPRINTED}, UNPRINTED) from None


def _note(db: Session, template_id: uuid.UUID) -> None:
    audit.record(
        db,
        viewer(),
        Act.LETTER_TEMPLATE_MANAGE,
        now=now(),
        object_type="letter_template",
        object_id=template_id,
        detail="preview",
    )
