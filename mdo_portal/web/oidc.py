"""Signing in through the hospital: out to its provider, back again, a fresh confirmation, and the provider's word that they left."""

from __future__ import annotations

import uuid
from typing import Any, cast

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import REFUSED, SUCCESS
from mdo_portal.domain.identity import sentence_of
from mdo_portal.domain.people import Proof
from mdo_portal.domain.policy import Act
from mdo_portal.errors import NotFound
from mdo_portal.exchange import Vouched
from mdo_portal.services.access_log import audit_sign_in
from mdo_portal.services.people import identities, sessions
from mdo_portal.services.people.identities import Admitted, Button, NotAdmitted, ProviderRow
from mdo_portal.services.rights import credentials
from mdo_portal.web import entering, invitations, oidc_attempts
from mdo_portal.web.context import client_address, now, session_key, settings, signed, transaction, viewer
from mdo_portal.web.entering import own_path
from mdo_portal.web.guard import machine, may, public
from mdo_portal.web.oidc_attempts import Pending
from mdo_portal.wiring import Refused, RelyingParty, identity_provider

blueprint = Blueprint("oidc", __name__)


@blueprint.app_context_processor
def _for_templates() -> dict[str, Any]:
    return {"sign_in_providers": _buttons, "provider_to_confirm": _to_confirm}


def _buttons() -> list[Button]:
    with transaction() as db:
        return identities.buttons(db)


def _to_confirm() -> Button | None:
    with transaction() as db:
        return identities.provider_to_confirm(db, viewer().person_id, viewer().hospital_id)


def relying_party() -> RelyingParty:
    return cast(RelyingParty, current_app.extensions["mdo_relying_party"])


def outside(endpoint: str, provider_id: uuid.UUID) -> str:
    """An address of ours as the provider has it registered: of the public name, never of whatever Host a request carried.

    One per provider: a code that another provider tricked out of this one comes back at the wrong door (RFC 9700 2.1, mix-up).
    """
    return settings().public_url.rstrip("/") + url_for(endpoint, provider_id=provider_id)


@blueprint.get("/sign-in/with/<uuid:provider_id>")
@public("sends a browser to a hospital's provider; nobody is signed in by it")
def start(provider_id: uuid.UUID) -> ResponseReturnValue:
    by_invitation = invitations.pressed(request.args.get("invitation", ""))
    token = str(session.get("invitation", "")) if by_invitation else ""
    return _sent(provider_id, wanted=request.args.get("next", ""), invitation=token)


@blueprint.get("/confirm/with-provider")
@may(Act.PROFILE_READ)
def confirm() -> ResponseReturnValue:
    """Prove identity freshly at the provider, then go on to `next`."""
    button = _to_confirm()
    if button is None:
        raise NotFound()
    return _sent(button.provider_id, wanted=request.args.get("next", ""), confirming=viewer().person_id)


def _sent(
    provider_id: uuid.UUID, *, wanted: str, invitation: str = "", confirming: uuid.UUID | None = None
) -> ResponseReturnValue:
    with transaction() as db:
        row = identities.provider(db, provider_id)
    back_to = outside("oidc.back", provider_id)
    try:
        url, attempt = relying_party().start(
            identity_provider(row.said), redirect_uri=back_to, now=now(), fresh=confirming is not None
        )
    except Refused as refused:
        return _refused(row, refused.code, wanted=wanted, detail=refused.detail, confirming=confirming)
    oidc_attempts.keep(Pending(provider_id, attempt, own_path(wanted), invitation, confirming))
    return redirect(url, 303)


@blueprint.get("/sign-in/back/<uuid:provider_id>")
@public("takes the provider's answer; whom it vouches for is checked before anybody is signed in")
def back(provider_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        row = identities.provider(db, provider_id)
    pending = oidc_attempts.take(request.args.get("state", ""), provider_id, now=now())
    if pending is None:
        return _refused(row, "state")
    try:
        answer = request.args.to_dict()
        vouched = relying_party().finish(identity_provider(row.said), pending.attempt, answer, now=now())
        return _confirmed(row, pending, vouched) if pending.confirming else _entered(row, pending, vouched)
    except Refused as refused:
        return _refused(row, refused.code, wanted=pending.wanted, detail=refused.detail, confirming=pending.confirming)
    except NotAdmitted as refused:
        return _refused(row, refused.code, wanted=pending.wanted, person_id=refused.person_id, confirming=pending.confirming)


def _entered(row: ProviderRow, pending: Pending, vouched: Vouched) -> ResponseReturnValue:
    with transaction() as db:
        found = identities.admit(db, row, vouched, invited=_invited(db, pending), now=now())
        if found.newly_linked:
            credentials.use_up(db, found.person_id, now=now())
            _log(db, row, "account.changed", found, detail="linked to the hospital's account, by invitation")
        _log(db, row, "sign_in", found, detail=_how(vouched))
    proof = Proof("oidc", strong=vouched.strong, issuer=vouched.issuer, provider_session=vouched.provider_session)
    return entering.proven(found.person_id, proof, wanted=pending.wanted, hospital_id=row.hospital_id)


def _invited(db: Session, pending: Pending) -> uuid.UUID | None:
    """Whose invitation it is, as long as it is good: a cookie is for ever, and whoever once saw the link has one."""
    try:
        return credentials.invited(db, pending.invitation, now=now()).id if pending.invitation else None
    except credentials.NotInvited:
        return None


def _confirmed(row: ProviderRow, pending: Pending, vouched: Vouched) -> ResponseReturnValue:
    """The same person, in the same session, for the same hospital: anything else confirms nothing."""
    viewer_ = signed().viewer
    with transaction() as db:
        found = identities.admit(db, row, vouched, invited=None, now=now())
        if not found.person_id == viewer_.person_id == pending.confirming or viewer_.hospital_id != row.hospital_id:
            raise NotAdmitted("other_person", person_id=viewer_.person_id)
        sessions.confirm(db, session_key(), now=now(), strong=vouched.strong)
        _log(db, row, "confirm", found, detail=_how(vouched))
    return redirect(pending.wanted or url_for("home"), 303)


def _how(vouched: Vouched) -> str:
    """For the access log: what the provider said about the way and the role; no name, no number of anybody."""
    parts = {"acr": vouched.acr, "amr": " ".join(vouched.amr), "role": " ".join(vouched.role_codes)}
    return ", ".join(f"{name}={value[:80]}" for name, value in parts.items() if value)


def _log(db: Any, row: ProviderRow, act: str, who: Admitted, *, detail: str) -> None:
    audit_sign_in.record(
        db, act=act, outcome=SUCCESS, method="oidc", person_id=who.person_id, person_name=who.name,
        hospital_id=row.hospital_id, detail=detail, now=now(), client_address=client_address(),
    )  # fmt: skip


def _refused(
    row: ProviderRow,
    code: str,
    *,
    wanted: str = "",
    detail: str = "",
    person_id: uuid.UUID | None = None,
    confirming: uuid.UUID | None = None,
) -> ResponseReturnValue:
    """Nobody is signed in or confirmed: a page that says why, and a line in the log."""
    with transaction() as db:
        audit_sign_in.record(
            db, act="confirm.refused" if confirming else "sign_in.refused", outcome=REFUSED, method="oidc",
            person_id=person_id or confirming, person_name="", hospital_id=row.hospital_id,
            detail=f"{code} {detail}".strip(), now=now(), client_address=client_address(),
        )  # fmt: skip
    status = 503 if code == "unreachable" else 403
    return render_template(
        "providers/refused.html",
        provider=row,
        code=code,
        sentence=sentence_of(code),
        next=own_path(wanted),
        confirming=confirming,
    ), status


@blueprint.post("/oidc/logout/<uuid:provider_id>")
@machine("back-channel logout: the provider proves itself by the signature of its logout token")
def logout(provider_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        row = identities.provider(db, provider_id, only_enabled=False)
    try:
        ended = relying_party().ended(identity_provider(row.said), request.form.get("logout_token"), now=now())
        with transaction() as db:
            for person_id, name in identities.log_out(db, row, ended, now=now()):
                _log(db, row, "sign_out", Admitted(person_id, name, newly_linked=False), detail="by the provider")
    except (Refused, NotAdmitted) as refused:
        return {"error": "invalid_request"}, 503 if refused.code == "unreachable" else 400
    return "", 200
