"""Setting up how a hospital's people sign in: for its link manager, and the administrator."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain.audit import SUCCESS
from mdo_portal.domain.identity import Registration, sentence_of
from mdo_portal.domain.policy import Act
from mdo_portal.errors import Incomplete, NotAllowed, NotFound, Stale
from mdo_portal.services.access_log import audit, audit_sign_in
from mdo_portal.services.inbox import inbox
from mdo_portal.services.people import identities, providers
from mdo_portal.services.people.identities import NotAdmitted, ProviderRow
from mdo_portal.services.rights import colleagues
from mdo_portal.web import as_read
from mdo_portal.web.confirming import require_fresh_strong
from mdo_portal.web.context import client_address, now, settings, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.oidc import outside, relying_party
from mdo_portal.wiring import Metadata, Refused, identity_provider

blueprint = Blueprint("providers", __name__, url_prefix="/links/sign-in")


@dataclass(frozen=True)
class Tried:
    """What a test of the registration found: the provider's own words, or why it is not believed."""

    metadata: Metadata | None
    code: str = ""
    sentence: str = ""
    #: what is asked for and the provider does not say it has
    missing: list[str] = field(default_factory=list)


@blueprint.get("")
@may(Act.PROVIDER_MANAGE)
def index() -> str:
    with transaction() as db:
        hospitals, counts = providers.of_viewer(db, viewer()), inbox.counts(db, viewer())
    return render_template("providers/list.html", hospitals=hospitals, counts=counts)


@blueprint.get("/new/<uuid:hospital_id>")
@may(Act.PROVIDER_MANAGE)
def new(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """An id first: the provider wants our addresses before it gives us a client id."""
    return redirect(url_for("providers.page", provider_id=uuid.uuid4(), hospital=hospital_id))


@blueprint.get("/<uuid:provider_id>")
@may(Act.PROVIDER_MANAGE)
def page(provider_id: uuid.UUID) -> str:
    _confirmed(provider_id)
    return _page(provider_id)


def _confirmed(provider_id: uuid.UUID) -> None:
    """Who says by whose word a hospital's people come in has just proven who they are. Whose provider it is not, is not asked for that."""
    with transaction() as db:
        _row(db, provider_id)
    require_fresh_strong()


def _page(provider_id: uuid.UUID, **shown: Any) -> str:
    with transaction() as db:
        seen = as_read.mark({"changed": providers.changed(db, provider_id)})  # before what is shown is read
        row, is_new = _row(db, provider_id)
        known = [] if is_new else providers.people_of(db, row)
    addresses = {"redirect": outside("oidc.back", provider_id), "logout": outside("oidc.logout", provider_id)}
    given = {"errors": {}, "form": _as_form(row.said), "tried": None, "is_stale": False, **shown}
    given["seen"] = request.form.get("seen", seen) if given["errors"] else seen
    return render_template("providers/page.html", provider=row, is_new=is_new, people=known, addresses=addresses, **given)


def _row(db: Any, provider_id: uuid.UUID) -> tuple[ProviderRow, bool]:
    """What stands there, or an empty one for the hospital that was asked for."""
    asked = request.values.get("hospital", "")
    try:
        return providers.provider_for(db, viewer(), provider_id), False
    except NotFound:
        return providers.empty_for(db, viewer(), provider_id, _id(asked)), True


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound() from None


def _as_form(said: Registration) -> dict[str, str]:
    """The fields as people type them; the secret never comes back."""
    lists = ("required_acr", "required_amr", "strong_values", "algorithms", "extra_hosts")
    return {
        "label": said.label,
        "issuer": said.issuer,
        "client_id": said.client_id,
        "scopes": said.scopes,
        "max_age_minutes": str(said.max_age_seconds // 60),
        "reads_userinfo": "1" if said.reads_userinfo else "",
        "enabled": "1" if said.enabled else "",
        **{name: " ".join(getattr(said, name)) for name in lists},
    }


@blueprint.post("/<uuid:provider_id>")
@may(Act.PROVIDER_MANAGE)
def save(provider_id: uuid.UUID) -> ResponseReturnValue:
    _confirmed(provider_id)
    try:
        said = providers.registration(request.form, loopback=settings().demo)
    except Incomplete as missing:
        return _page(provider_id, errors=missing.fields, form=request.form.to_dict()), 422
    try:
        _save(provider_id, said)
    except Stale as error:
        return _page(provider_id, form=request.form.to_dict(), is_stale=True), error.status
    flash(gettext("De aanmelddienst is opgeslagen. Controleer nu of het portaal haar kan bereiken."), "success")
    return redirect(url_for("providers.page", provider_id=provider_id), 303)


def _save(provider_id: uuid.UUID, said: Registration) -> None:
    """Raises Stale."""
    with transaction() as db:
        row, _ = _row(db, provider_id)
        as_read.check({"changed": providers.changed(db, provider_id, lock=True)})
        providers.save(db, row, said, viewer=viewer(), now=now())
        _log(db, provider_id, "enabled" if said.enabled else "saved, not enabled")


def _log(db: Any, provider_id: uuid.UUID, detail: str) -> None:
    audit.record(
        db, viewer(), Act.PROVIDER_MANAGE, now=now(), object_type="identity_provider", object_id=provider_id, detail=detail
    )


@blueprint.post("/<uuid:provider_id>/try")
@may(Act.PROVIDER_MANAGE)
def test(provider_id: uuid.UUID) -> str:
    """Fetch the metadata and the keys now, and say what is there."""
    with transaction() as db:
        row = providers.provider_for(db, viewer(), provider_id)
    try:
        tried = _compared(row.said, relying_party().look(identity_provider(row.said)))
    except Refused as refused:
        tried = Tried(None, f"{refused.code} {refused.detail}".strip(), sentence_of(refused.code))
    return _page(provider_id, tried=tried)


def _compared(said: Registration, found: Metadata) -> Tried:
    missing = [one for one in said.algorithms if one not in found.algorithms]
    missing += [one for one in said.required_acr if found.acr_values and one not in found.acr_values]
    return Tried(found, missing=missing)


@blueprint.post("/<uuid:provider_id>/people")
@may(Act.PROVIDER_MANAGE)
def link(provider_id: uuid.UUID) -> ResponseReturnValue:
    """Say beforehand under which name (sub) the provider knows somebody of the hospital."""
    _confirmed(provider_id)
    person_id, subject = _id(request.form.get("person_id", "")), request.form.get("subject", "").strip()
    if not (0 < len(subject) <= 255 and subject.isascii() and subject.isprintable()):
        sentence = gettext("Vul het kenmerk (sub) in zoals de aanmelddienst het geeft, hoogstens 255 tekens.")
        return _page(provider_id, errors={"subject": sentence}), 422
    try:
        with transaction() as db:
            row = providers.provider_for(db, viewer(), provider_id)
            colleagues.check_tie(db, viewer(), person_id)
            identities.link(db, person_id, row.hospital_id, row.said.issuer, subject, now=now(), linked_by_id=viewer().person_id)
            _log_link(db, row, person_id, "linked to the hospital's account by the link manager")
    except (NotAdmitted, NotAllowed) as refused:
        status = 409 if isinstance(refused, NotAdmitted) else refused.status
        return _page(provider_id, errors={"subject": gettext(refused.sentence)}), status
    flash(gettext("De koppeling is opgeslagen. Deze collega kan zich nu via het ziekenhuis aanmelden."), "success")
    return redirect(url_for("providers.page", provider_id=provider_id, _anchor="people"), 303)


@blueprint.post("/<uuid:provider_id>/people/<uuid:identity_id>/remove")
@may(Act.PROVIDER_MANAGE)
def unlink(provider_id: uuid.UUID, identity_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        row = providers.provider_for(db, viewer(), provider_id)
        person_id = providers.unlink(db, row, identity_id)
        _log_link(db, row, person_id, "unlinked from the hospital's account by the link manager")
    flash(gettext("De koppeling is verwijderd. Wie al is aangemeld, blijft dat tot de sessie eindigt."))
    return redirect(url_for("providers.page", provider_id=provider_id, _anchor="people"), 303)


def _log_link(db: Any, row: ProviderRow, person_id: uuid.UUID, detail: str) -> None:
    _log(db, row.provider_id, detail)
    audit_sign_in.record(
        db, act="account.changed", outcome=SUCCESS, method="oidc", person_id=person_id, person_name="",
        hospital_id=row.hospital_id, detail=detail, now=now(), client_address=client_address(),
    )  # fmt: skip
