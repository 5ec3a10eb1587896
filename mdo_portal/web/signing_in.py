"""Signing in and out; in the demo: choosing a persona."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user

from mdo_portal.domain.policy import Act
from mdo_portal.errors import NotFound, PortalError
from mdo_portal.services import people
from mdo_portal.web.context import SignedInUser, database, now, session_key, settings, transaction, viewer
from mdo_portal.web.guard import may, public
from mdo_portal.web.navigation import first_page

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
    with transaction() as db:  # commits also when the password was wrong: the failure is counted
        try:
            form = request.form
            person = people.check_password(db, form["email"], form["password"], form.get("code", ""), now=now())
            hospitals = people.hospitals_of(db, person.id)
            if not hospitals:
                raise people.WrongCredentials()
            chosen = _chosen_hospital(hospitals)
            key = people.start_session(db, person.id, chosen, now=now())
        except PortalError as error:
            failed = error
    if failed is not None:
        return _page(request.form.get("next", ""), email=request.form["email"], error=failed.sentence), 401
    return _enter(key, request.form.get("next", ""))


def _chosen_hospital(hospitals: list[tuple[uuid.UUID, str]]) -> uuid.UUID:
    asked = request.form.get("hospital_id", "")
    return next((hospital_id for hospital_id, _ in hospitals if str(hospital_id) == asked), hospitals[0][0])


@blueprint.post("/sign-in/as/<uuid:person_id>")
@public("demo on loopback only: signs in as an invented persona")
def as_persona(person_id: uuid.UUID) -> ResponseReturnValue:
    if not settings().demo:
        raise NotFound()
    with transaction() as db:
        persona = next((one for one in people.personas(db) if one.person_id == person_id), None)
        if persona is None:
            raise NotFound()
        key = people.start_session(db, persona.person_id, persona.hospital_id, now=now())
    return _enter(key, request.form.get("next", ""))


def _enter(key: str, wanted: str) -> ResponseReturnValue:
    """A new session from here on: nothing of before the sign-in stays."""
    session.clear()
    with transaction() as db:
        found = people.signed_in(db, key, now=now())
    assert found is not None
    login_user(SignedInUser(key, found))
    return redirect(own_path(wanted) or first_page(found.viewer))


def own_path(wanted: str) -> str:
    """Only a path of our own; never another site."""
    parts = urlsplit(wanted)
    return wanted if wanted.startswith("/") and not wanted.startswith("//") and not parts.netloc and "\\" not in wanted else ""


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
