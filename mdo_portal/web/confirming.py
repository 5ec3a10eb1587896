"""Fresh confirmation of identity: before a signature, before an emergency, before changing how one signs in."""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from sqlalchemy.orm import Session

from mdo_portal.domain.people import Person, Proof
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, NotFresh
from mdo_portal.services.people import passkeys, passwords, second_factors, sessions
from mdo_portal.web import browser, entering, passkey_requests
from mdo_portal.web.context import now, session_key, settings, signed, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.paths import own_path

blueprint = Blueprint("confirming", __name__)
WRONG = N_("Dit klopt niet. Er is niets veranderd; probeer het opnieuw.")
ONE_FACTOR = N_("Dat klopt, maar hier zijn twee stappen nodig: wachtwoord en code samen, of een passkey. Er is niets veranderd.")


class Confirmation(NamedTuple):
    """With what identity was proven just now, and whether that was two factors."""

    method: str
    strong: bool


def require_fresh() -> None:
    """Go on only when identity was proven within five minutes; otherwise the person is asked first. Raises NotFresh."""
    if not signed().is_fresh(now()):
        raise NotFresh(strong=False)


def require_fresh_strong() -> None:
    """As `require_fresh`, with two factors. Call it on the page with the form too: a form that is sent on is not kept."""
    if not signed().is_fresh_strong(now()):
        raise NotFresh(strong=True)


def ways(wanted: str) -> dict[str, Any]:
    """How this person can confirm: for the page, and for a form that asks it inline (templates/confirming/_fields.html)."""
    with transaction() as db:
        factors = second_factors.factors_of(db, viewer().person_id)
    return {
        "password": factors.password,
        "code": factors.app or factors.recovery_codes > 0,
        "passkey": factors.passkeys > 0 and passkey_requests.are_possible(),
        "provider": url_for("oidc.confirm", next=wanted) if signed().proof.issuer else "",
        "none": not factors.password and not factors.strong,
        "was_wrong": g.get("proof_was_wrong", False),
    }


def by_form() -> Confirmation | None:
    """What this request's form proves, kept in the session and the log; None when it is wrong or empty."""
    with transaction() as db:
        person = db.get_one(Person, viewer().person_id)
        proven = _proven(db, person)
        if proven is not None:
            sessions.confirm(db, session_key(), now=now(), strong=proven.strong)
        act = "confirm" if proven else "confirm.refused"
        method = proven.method if proven else ""
        entering.signed_line(db, act, person, method, refused=proven is None, hospital_id=viewer().hospital_id)
    g.proof_was_wrong = proven is None and not request.form.get("credential")
    return proven


def _proven(db: Session, person: Person) -> Confirmation | None:
    form = request.form
    if form.get("credential"):
        return _by_passkey(db, person.id)
    password, code = form.get("password", ""), form.get("code", "")[:40]
    if not password and not code:
        return None
    if password and not passwords.is_password_of(db, person.id, password, now=now()):
        return None
    method = _code_method(db, person, code) if code else ""
    if code and not method:
        return None
    word = "+".join(part for part in ("password" if password else "", method or "") if part)
    return Confirmation(word, strong=bool(password and code) or (settings().demo and bool(password)))


def _code_method(db: Session, person: Person, code: str) -> str | None:
    return second_factors.second_step(db, person.id, code=code, device=browser.known_device(db, person.email), now=now())


def _by_passkey(db: Session, person_id: uuid.UUID) -> Confirmation | None:
    try:
        passkey_requests.used(db, "confirm", person_id)
    except passkeys.Refused:
        return None
    return Confirmation("passkey", strong=True)


@blueprint.get("/confirm")
@may(Act.ACCOUNT_MANAGE)
def page() -> str:
    return _page()


def _page(error: str = "") -> str:
    wanted = own_path(request.values.get("next", ""))
    strong = request.values.get("strong") == "1"
    return render_template("confirming/page.html", ways=ways(wanted), next=wanted, strong=strong, error=error)


@blueprint.post("/confirm")
@may(Act.ACCOUNT_MANAGE)
def confirm() -> ResponseReturnValue:
    proven = by_form()
    if proven is None:
        return _page(WRONG), 401
    wanted = own_path(request.form.get("next", "")) or url_for("account.page")
    if not signed().proof.strong and proven.method != "password":
        return redirect(_strengthened(proven, wanted), 303)
    if request.form.get("strong") == "1" and not proven.strong:
        return _page(ONE_FACTOR), 401
    return redirect(wanted, 303)


def _strengthened(proven: Confirmation, wanted: str) -> str:
    """The second factor on top of the one this session began with: from now on it is a session with two."""
    was = signed().proof
    method = proven.method if proven.strong else f"{was.method}+{proven.method}"
    with transaction() as db:
        key = entering.strengthened(db, Proof(method, strong=True, issuer=was.issuer, provider_session=was.provider_session))
    return entering.carry_on(key, wanted)


@blueprint.post("/confirm/passkey/options")
@may(Act.ACCOUNT_MANAGE)
def passkey_options() -> Response:
    return passkey_requests.ask_to_use("confirm", viewer().person_id)
