"""Signing in and out: address and password, the second step, the hospital; in the demo: choosing a persona."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_babel import gettext
from flask_login import logout_user
from sqlalchemy.orm import Session

from mdo_portal.domain.people import Person, Proof
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, NotFound, PortalError
from mdo_portal.services.people import attempts, passkeys, passwords, people, second_factors, sessions
from mdo_portal.web import browser, entering, passkey_requests
from mdo_portal.web.context import database, now, session_key, settings, signed, transaction, viewer
from mdo_portal.web.entering import Halfway
from mdo_portal.web.guard import may, public
from mdo_portal.web.navigation import ROLE_WORDS
from mdo_portal.web.paths import own_path

blueprint = Blueprint("signing_in", __name__)
WRONG_CODE = N_(
    "Deze code klopt niet of is al gebruikt. Wacht op de volgende code en typ die; na een paar keer mis moet u even wachten."
)


@blueprint.get("/sign-in")
@public("nobody is signed in yet; shows invented personas only in the demo")
def page() -> str:
    return _page(request.args.get("next", ""))


def _page(wanted: str, *, email: str = "", error: str = "") -> str:
    personas: list[people.Persona] = []
    if settings().demo:
        with transaction() as db:
            personas = people.personas(db)
    shown = {"personas": personas, "next": own_path(wanted), "email": email, "error": error}
    return render_template("signing_in/page.html", passkeys=passkey_requests.are_possible(), **shown)


@blueprint.post("/sign-in")
@public("checks address and password; a second step follows")
def sign_in() -> ResponseReturnValue:
    wanted = request.form.get("next", "")
    try:
        person, factors = _check_password(request.form.get("email", ""), request.form.get("password", ""))
    except PortalError as refused:
        return _page(wanted, email=request.form.get("email", ""), error=refused.sentence), refused.status
    proof = Proof("password")
    if not factors.strong:
        return entering.proven(person.id, proof, wanted=wanted)
    entering.go_halfway(Halfway("second", person.id, proof, own_path(wanted)))
    return redirect(url_for("signing_in.second"))


def _check_password(email: str, password: str) -> tuple[Person, second_factors.Factors]:
    """The person. Raises TooMany or WrongCredentials; the try is counted and committed before it is judged."""
    account, origin = passwords.account_of(email), browser.origin()
    with transaction() as db:
        attempts.begin(db, account, origin, now=now())
    refused: PortalError
    with transaction() as db:
        try:
            person = passwords.check(db, email, password)
            attempts.good(db, account, origin, now=now())
            return person, second_factors.factors_of(db, person.id)
        except passwords.WrongCredentials as wrong:
            refused = wrong
            entering.signed_line(db, "sign_in.refused", passwords.known(db, email), "password", refused=True)
    raise refused


@blueprint.get("/sign-in/second")
@public("the second step of somebody whose password was right")
def second() -> ResponseReturnValue:
    half = entering.halfway("second")
    return _second(half) if half else entering.too_late()


def _second(half: Halfway, *, error: str = "", refused: str = "") -> str:
    with transaction() as db:
        factors = second_factors.factors_of(db, half.person_id)
    return render_template(
        "signing_in/second.html", factors=factors, passkeys=passkey_requests.are_possible(), error=error, refused=refused
    )


@blueprint.post("/sign-in/second")
@public("checks the code of somebody whose password was right")
def second_step() -> ResponseReturnValue:
    half = entering.halfway("second")
    if half is None:
        return entering.too_late()
    method = _check_code(half)
    if method is None:
        return _second(half, error=WRONG_CODE), 401
    if method == "recovery":
        _say_left(half.person_id)
    return entering.proven(half.person_id, Proof(f"password+{method}", strong=True), wanted=half.wanted)


def _check_code(half: Halfway) -> str | None:
    with transaction() as db:
        person = db.get_one(Person, half.person_id)
        code, device = request.form.get("code", "")[:40], browser.known_device(db, person.email)
        method = second_factors.second_step(db, person.id, code=code, device=device, now=now())
        if method is None or person.disabled_at:
            entering.signed_line(db, "sign_in.refused", person, "password+code", refused=True)
            return None
    return method


def _say_left(person_id: uuid.UUID) -> None:
    with transaction() as db:
        left = second_factors.factors_of(db, person_id).recovery_codes
    flash(
        gettext(
            "U gebruikte een herstelcode; u hebt er nog %(n)s. Is uw telefoon of sleutel weg, stel dan bij Mijn gegevens een andere in.",
            n=left,
        ),
        "warning",
    )


@blueprint.post("/sign-in/passkey/options")
@public("a random number for a passkey to sign")
def passkey_options() -> Response:
    half = entering.halfway("second")
    return passkey_requests.ask_to_use("second" if half else "enter", half.person_id if half else None)


@blueprint.post("/sign-in/passkey")
@public("checks what a passkey signed; it asked for a finger or a PIN: two factors in one")
def passkey() -> ResponseReturnValue:
    half = entering.halfway("second")
    wanted = half.wanted if half else request.form.get("next", "")
    person = _check_passkey(half)
    if person is None:
        sentence = passkeys.Refused.sentence
        return (_second(half, refused=sentence) if half else _page(wanted, error=sentence)), 401
    return entering.proven(person.id, Proof("passkey", strong=True), wanted=wanted)


def _check_passkey(half: Halfway | None) -> Person | None:
    with transaction() as db:
        try:
            return passkey_requests.used(db, "second" if half else "enter", half.person_id if half else None)
        except passkeys.Refused:
            entering.signed_line(db, "sign_in.refused", db.get(Person, half.person_id) if half else None, "passkey", refused=True)
            return None


@blueprint.get("/sign-in/hospital")
@public("who proved identity and works for several hospitals chooses one")
def hospital() -> ResponseReturnValue:
    half = entering.halfway("hospital")
    if half is None:
        return entering.too_late()
    with transaction() as db:
        return render_template("signing_in/hospital.html", choices=_choices(db, half.person_id), action="signing_in.choose")


def _choices(db: Session, person_id: uuid.UUID) -> list[dict[str, Any]]:
    """Each hospital with what the person is there; roles on boards hold everywhere."""
    return [
        {"id": one, "name": name, "roles": [ROLE_WORDS[role] for role in people.roles_at(db, person_id, one, now=now())]}
        for one, name in people.hospitals_of(db, person_id, now=now())
    ]


@blueprint.post("/sign-in/hospital")
@public("who proved identity and works for several hospitals chooses one")
def choose() -> ResponseReturnValue:
    half = entering.halfway("hospital")
    if half is None:
        return entering.too_late()
    return entering.proven(half.person_id, half.proof, wanted=half.wanted, hospital_id=_asked_hospital())


def _asked_hospital() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("hospital_id", ""))
    except ValueError as error:
        raise NotFound() from error


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


@blueprint.get("/hospital")
@may(Act.ACCOUNT_MANAGE)
def other_hospital() -> str:
    """Who works for several hospitals goes on for another one."""
    with transaction() as db:
        choices = [] if signed().proof.issuer else _choices(db, viewer().person_id)
    here = viewer().hospital_id
    return render_template("signing_in/hospital.html", choices=choices, here=here, action="signing_in.switch")


@blueprint.post("/hospital")
@may(Act.ACCOUNT_MANAGE)
def switch() -> ResponseReturnValue:
    """A new session for the other hospital, with the end of this one. Not for who a hospital's own provider vouched for."""
    wanted = _asked_hospital()
    with transaction() as db:
        if signed().proof.issuer or wanted not in [one for one, _ in people.hospitals_of(db, viewer().person_id, now=now())]:
            raise NotFound()
        key = sessions.replace_session(db, session_key(), now=now(), hospital_id=wanted)
        person = db.get_one(Person, viewer().person_id)
        entering.signed_line(db, "sign_in", person, signed().proof.method, hospital_id=wanted, detail="other hospital")
    return redirect(entering.carry_on(key))


@blueprint.post("/sign-out")
@may(Act.PROFILE_READ)
def sign_out() -> ResponseReturnValue:
    with transaction() as db:
        sessions.end_session(db, session_key(), now=now())
        person = db.get_one(Person, viewer().person_id)
        entering.signed_line(db, "sign_out", person, signed().proof.method, hospital_id=viewer().hospital_id)
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
