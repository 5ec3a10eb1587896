"""Signing in and out; in the demo: choosing a persona."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from mdo_portal.domain.people import Proof
from mdo_portal.domain.policy import Act
from mdo_portal.errors import NotFound, PortalError
from mdo_portal.services import people
from mdo_portal.web import entering
from mdo_portal.web.context import database, now, session_key, settings, transaction, viewer
from mdo_portal.web.entering import own_path
from mdo_portal.web.guard import may, public

blueprint = Blueprint("signing_in", __name__)


@blueprint.get("/sign-in")
@public("nobody is signed in yet; shows invented personas only in the demo")
def page() -> str:
    return _page(request.args.get("next", ""))


def _page(wanted: str, *, email: str = "", error: str = "") -> str:
    personas: list[people.Persona] = []
    if settings().demo:
        with transaction() as db:
            personas = people.personas(db)
    return render_template("signing_in/page.html", personas=personas, next=own_path(wanted), email=email, error=error)


@blueprint.post("/sign-in")
@public("checks address, password and second factor")
def sign_in() -> ResponseReturnValue:
    failed: PortalError | None = None
    form = request.form
    with transaction() as db:  # commits also when the password was wrong: the failure is counted
        try:
            person = people.check_password(db, form["email"], form["password"], form.get("code", ""), now=now())
        except PortalError as error:
            failed = error
    if failed is not None:
        return _page(form.get("next", ""), email=form["email"], error=failed.sentence), 401
    proof = Proof("password+totp", strong=True) if person.totp_sealed else Proof("password", strong=settings().demo)
    return entering.proven(person.id, proof, wanted=form.get("next", ""), hospital_id=_asked_hospital())


def _asked_hospital() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form.get("hospital_id", ""))
    except ValueError:
        return None


@blueprint.post("/sign-in/as/<uuid:person_id>")
@public("demo on loopback only: signs in as an invented persona")
def as_persona(person_id: uuid.UUID) -> ResponseReturnValue:
    if not settings().demo:
        raise NotFound()
    with transaction() as db:
        persona = next((one for one in people.personas(db) if one.person_id == person_id), None)
        if persona is None:
            raise NotFound()
    return entering.proven(
        person_id, Proof("persona", strong=True), wanted=request.form.get("next", ""), hospital_id=persona.hospital_id
    )


@blueprint.post("/sign-out")
@may(Act.PROFILE_READ)
def sign_out() -> ResponseReturnValue:
    with transaction() as db:
        people.end_session(db, session_key(), now=now())
    logout_user()
    session.clear()
    return redirect(url_for("signing_in.page"))


@blueprint.post("/language")
@public("remembers a language; changes nothing else")
def language() -> ResponseReturnValue:
    language = request.form.get("language", "")
    if language not in ("nl", "en"):
        raise NotFound()
    answer = redirect(own_path(request.form.get("next", "")) or url_for("home"))
    answer.set_cookie("language", language, max_age=31_536_000, samesite="Lax", httponly=True)
    if "_user_id" in session:
        with database().transaction() as db:
            people.set_language(db, viewer().person_id, language)
    return answer


@blueprint.get("/nothing-yet")
@may(Act.PROFILE_READ)
def nothing() -> str:
    """For somebody without any role yet."""
    return render_template("signing_in/nothing.html")
