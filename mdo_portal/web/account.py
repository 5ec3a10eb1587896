"""My account: how I sign in, where I am signed in."""

from __future__ import annotations

import uuid

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.people import Person, Proof
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, NotFound
from mdo_portal.services.meetings import calendars
from mdo_portal.services.people import mailboxes, open_sessions, passkeys, passwords, people, second_factors, sessions
from mdo_portal.services.rights import credentials
from mdo_portal.web import entering, passkey_requests
from mdo_portal.web.confirming import require_fresh, require_fresh_strong
from mdo_portal.web.context import now, session_key, settings, signed, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.paths import own_path

blueprint = Blueprint("account", __name__, url_prefix="/account")
WRONG_CODE = N_("Deze code klopt niet (meer). Wacht op de volgende code in uw app en typ die; er is niets veranderd.")
DIFFERENT = N_("De twee wachtwoorden zijn niet hetzelfde. Er is niets veranderd; typ ze opnieuw.")


@blueprint.get("")
@may(Act.ACCOUNT_MANAGE)
def page() -> str:
    return _page()


def _page(wrong_password: str = "") -> str:
    me = viewer().person_id
    with transaction() as db:
        shown = {
            "factors": second_factors.factors_of(db, me),
            "passkeys": passkeys.of_person(db, me),
            "open_sessions": open_sessions.sessions_of(db, me, now=now()),
            "hospitals": people.hospitals_of(db, me, now=now()),
            "person": db.get_one(Person, me),
            "calendar": calendars.of_person(db, me),
            "mail_refused_at": mailboxes.refusing(db, [me]).get(me),
            "opens_more": _opens_more(db),
        }
    here = sessions.hash_key(session_key())
    return render_template(
        "account/page.html", here=here, proof=signed().proof, wrong_password=wrong_password, shortest=passwords.SHORTEST, **shown
    )


@blueprint.get("/second-factor")
@may(Act.ACCOUNT_MANAGE)
def second_factor() -> ResponseReturnValue:
    return _second_factor()


def _second_factor(error: str = "", status: int = 200, *, refused: str = "") -> ResponseReturnValue:
    """Add a passkey, or an app; who has an app puts it on another telephone, also when it is the only factor and lost.
    Who has one already, and is here with one factor, uses that first."""
    wanted = own_path(request.values.get("next", ""))
    with transaction() as db:
        factors = second_factors.factors_of(db, viewer().person_id)
    if factors.strong and not signed().proof.strong:
        return redirect(url_for("confirming.page", next=wanted, strong="1"))
    with transaction() as db:
        _may_add(db, factors)
        app = second_factors.begin_app(db, viewer().person_id, network=settings().network, now=now())
    picture = segno.make(app.address, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
    shown = {"app": app, "picture": picture, "factors": factors, "next": wanted, "error": error, "refused": refused}
    return render_template(
        "account/second_factor.html", possible=passkey_requests.are_possible(), weak=not signed().proof.strong, **shown
    ), status


def _may_add(db: Session, factors: second_factors.Factors) -> None:
    """The first second factor needs a fresh sign-in; every other change needs the ones there are. Raises NotFresh or OpensMore."""
    require_fresh_strong() if factors.strong else require_fresh()
    _check_theirs(db)


def _opens_more(db: Session) -> bool:
    """Here by the word of one hospital's provider, with an account that opens more than that hospital."""
    return bool(signed().proof.issuer) and credentials.opens_more(db, viewer(), now=now())


def _check_theirs(db: Session) -> None:
    if _opens_more(db):
        raise credentials.OpensMore()


@blueprint.post("/app")
@may(Act.ACCOUNT_MANAGE)
def confirm_app() -> ResponseReturnValue:
    key, codes = "", list[str]()
    with transaction() as db:
        factors = _locked(db)
        _may_add(db, factors)
        right = second_factors.confirm_app(db, viewer().person_id, request.form.get("code", "")[:10], now=now())
        if right:
            key, codes = _added(db, factors, "totp")
    return _enrolled(key, codes) if right else _second_factor(WRONG_CODE, 422)


@blueprint.post("/passkeys/options")
@may(Act.ACCOUNT_MANAGE)
def passkey_options() -> Response:
    with transaction() as db:
        _may_add(db, second_factors.factors_of(db, viewer().person_id))
    return passkey_requests.ask_to_add(viewer().person_id)


@blueprint.post("/passkeys")
@may(Act.ACCOUNT_MANAGE)
def add_passkey() -> ResponseReturnValue:
    me, form, key, codes, refused = viewer().person_id, request.form, "", list[str](), ""
    with transaction() as db:
        factors = _locked(db)
        _may_add(db, factors)
        try:
            answer, site = form.get("credential", "")[:50_000], passkey_requests.site()
            passkeys.add(db, me, passkey_requests.challenge_id(), answer, label=form.get("label", ""), site=site, now=now())
            key, codes = _added(db, factors, "passkey")
        except passkeys.Refused as error:
            refused = error.sentence
    return _second_factor(status=422, refused=refused) if refused else _enrolled(key, codes)


def _locked(db: Session) -> second_factors.Factors:
    """The factors; two changes of one person at once wait for each other."""
    db.get_one(Person, viewer().person_id, with_for_update=True)
    return second_factors.factors_of(db, viewer().person_id)


def _added(db: Session, before: second_factors.Factors, kind: str) -> tuple[str, list[str]]:
    """(new key of the session, recovery codes to show): after the first factor this session has two."""
    _line(db, "totp replaced" if kind == "totp" and before.app else f"{kind} added")
    codes = [] if before.recovery_codes else second_factors.new_recovery_codes(db, viewer().person_id, now=now())
    if before.strong:
        return "", codes
    was = signed().proof
    method = "passkey" if kind == "passkey" else f"{was.method}+{kind}"
    return entering.strengthened(db, Proof(method, strong=True, issuer=was.issuer, provider_session=was.provider_session)), codes


def _enrolled(key: str, codes: list[str]) -> ResponseReturnValue:
    wanted = own_path(request.form.get("next", ""))
    onward = entering.carry_on(key, wanted) if key else wanted or url_for("account.page")
    if not codes:
        flash(gettext("De nieuwe manier om u aan te melden werkt nu."))
        return redirect(url_for("account.page"), 303)
    return render_template("account/recovery_codes.html", codes=codes, onward=onward)


@blueprint.post("/app/remove")
@may(Act.ACCOUNT_MANAGE)
def remove_app() -> ResponseReturnValue:
    require_fresh_strong()
    with transaction() as db:
        _check_theirs(db)
        credentials.remove_app(db, viewer().person_id)
        _line(db, "totp removed")
    return _done(gettext("De app geeft geen codes meer voor dit portaal. Verwijder het ook in de app zelf."))


@blueprint.post("/passkeys/remove")
@may(Act.ACCOUNT_MANAGE)
def remove_passkey() -> ResponseReturnValue:
    require_fresh_strong()
    with transaction() as db:
        _check_theirs(db)
        if not credentials.remove_passkey(db, viewer().person_id, _an_id("passkey_id")):
            raise NotFound()
        _line(db, "passkey removed")
    return _done(gettext("De passkey is verwijderd. Met dat apparaat kunt u zich hier niet meer aanmelden."))


def _an_id(name: str) -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get(name, ""))
    except ValueError as error:
        raise NotFound() from error


@blueprint.post("/recovery-codes")
@may(Act.ACCOUNT_MANAGE)
def new_recovery_codes() -> ResponseReturnValue:
    require_fresh_strong()
    with transaction() as db:
        _check_theirs(db)
        codes = second_factors.new_recovery_codes(db, viewer().person_id, now=now())
        _line(db, "new recovery codes")
    return render_template("account/recovery_codes.html", codes=codes, onward=url_for("account.page"))


@blueprint.post("/password")
@may(Act.ACCOUNT_MANAGE)
def new_password() -> ResponseReturnValue:
    """Every other session ends, and a link that was open: who knew the old password is out, and who found the link stays out."""
    require_fresh_strong()
    if request.form.get("password", "") != request.form.get("again", ""):
        return _page(DIFFERENT), 422
    try:
        with transaction() as db:
            _check_theirs(db)
            passwords.set_new(db, viewer().person_id, request.form.get("password", ""))
            sessions.end_all_sessions(db, viewer().person_id, now=now(), but=session_key())
            credentials.use_up(db, viewer().person_id, now=now())
            _line(db, "password changed")
    except passwords.Unfit as unfit:
        return _page(unfit.sentence), 422
    return _done(gettext("Uw wachtwoord is gewijzigd. Op andere apparaten bent u afgemeld."))


@blueprint.post("/sessions/end")
@may(Act.ACCOUNT_MANAGE)
def end_sessions() -> ResponseReturnValue:
    """One of them, or all but this one."""
    which, me = request.form.get("session", ""), viewer().person_id
    with transaction() as db:
        one = sessions.end_own_session(db, me, which, now=now()) if which else 0
        ended = one if which else sessions.end_all_sessions(db, me, now=now(), but=session_key())
        entering.signed_line(
            db, "sign_out", db.get_one(Person, me), "", hospital_id=viewer().hospital_id, detail=f"elsewhere: {ended}"
        )
    return _done(
        gettext("Afgemeld op %(n)s andere plaatsen.", n=ended) if ended != 1 else gettext("Afgemeld op één andere plaats.")
    )


def _line(db: Session, detail: str) -> None:
    person = db.get_one(Person, viewer().person_id)
    entering.signed_line(db, "account.changed", person, "", hospital_id=viewer().hospital_id, detail=detail)


def _done(said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("account.page"), 303)


@blueprint.post("/mail")
@may(Act.ACCOUNT_MANAGE)
def mail() -> ResponseReturnValue:
    """Mail about questions, on or off."""
    wanted = request.form.get("questions") == "on"
    with transaction() as db:
        people.set_mailed_of_questions(db, viewer().person_id, wanted=wanted)
    flash(
        gettext("U krijgt weer mail over vragen en antwoorden.")
        if wanted
        else gettext("U krijgt geen mail meer over vragen en antwoorden.")
    )
    return redirect(url_for("account.page", _anchor="mail"), 303)
