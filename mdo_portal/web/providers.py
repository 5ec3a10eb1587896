"""Setting up how a hospital's people sign in: for its link manager, and the administrator."""

from __future__ import annotations

import uuid
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
from mdo_portal.web import as_read, confirming
from mdo_portal.web.context import client_address, now, settings, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.links_proof import who_again
from mdo_portal.web.oidc import outside, relying_party
from mdo_portal.web.provider_form import Tried, as_form, compared
from mdo_portal.wiring import Refused, identity_provider

blueprint = Blueprint("providers", __name__, url_prefix="/links/sign-in")


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
    with transaction() as db:
        _row(db, provider_id)  # whose it is not, is not asked who they are
    confirming.require_fresh_strong()
    return _page(provider_id)


def _again(provider_id: uuid.UUID) -> str:
    """Who says by whose word a hospital's people come in has just proven who they are; what they typed meanwhile stays."""
    with transaction() as db:
        _row(db, provider_id)
    return gettext(why) if (why := who_again()) else ""


def _page(provider_id: uuid.UUID, **shown: Any) -> str:
    with transaction() as db:
        seen = as_read.mark({"changed": providers.changed(db, provider_id)})  # before what is shown is read
        row, is_new = _row(db, provider_id)
        known = [] if is_new else providers.people_of(db, row)
    addresses = {"redirect": outside("oidc.back", provider_id), "logout": outside("oidc.logout", provider_id)}
    given = {"errors": {}, "form": as_form(row.said), "tie": {}, "tried": None, "is_stale": False, "again": "", **shown}
    given["seen"] = request.form.get("seen", seen) if given["errors"] or given["again"] else seen
    back = url_for("providers.page", provider_id=provider_id, hospital=row.hospital_id)
    given["proof"] = confirming.ways(back) if given["again"] else None
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


@blueprint.post("/<uuid:provider_id>")
@may(Act.PROVIDER_MANAGE)
def save(provider_id: uuid.UUID) -> ResponseReturnValue:
    if again := _again(provider_id):
        return _page(provider_id, form=request.form.to_dict(), again=again), 422
    try:
        said = providers.registration(request.form, loopback=settings().demo)
    except Incomplete as missing:
        return _page(provider_id, errors=missing.fields, form=request.form.to_dict()), 422
    try:
        left = _save(provider_id, said)
    except Stale as error:
        return _page(provider_id, form=request.form.to_dict(), is_stale=True), error.status
    flash(gettext("De aanmelddienst is opgeslagen. Controleer nu of het portaal haar kan bereiken."), "success")
    if left:
        flash(gettext("Wie zich via deze dienst had aangemeld, is afgemeld: %(n)s.", n=left))
    return redirect(url_for("providers.page", provider_id=provider_id), 303)


def _save(provider_id: uuid.UUID, said: Registration) -> int:
    """How many were signed out by it. Raises Stale."""
    with transaction() as db:
        row, _ = _row(db, provider_id)
        as_read.check({"changed": providers.changed(db, provider_id, lock=True)})
        providers.save(db, row, said, viewer=viewer(), now=now())
        _log(db, provider_id, "enabled" if said.enabled else "saved, not enabled")
        left = set(providers.no_longer_believed(db, row, now=now()))
        for person_id in left:
            _signed_line(db, row, person_id, "sign_out", "the provider is off, or another")
        return len(left)


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
        tried = compared(row.said, relying_party().look(identity_provider(row.said)))
    except Refused as refused:
        tried = Tried(None, f"{refused.code} {refused.detail}".strip(), sentence_of(refused.code))
    return _page(provider_id, tried=tried)


@blueprint.post("/<uuid:provider_id>/people")
@may(Act.PROVIDER_MANAGE)
def link(provider_id: uuid.UUID) -> ResponseReturnValue:
    """Say beforehand under which name (sub) the provider knows somebody of the hospital."""
    tie = request.form.to_dict()
    if again := _again(provider_id):
        return _page(provider_id, tie=tie, again=again), 422
    person_id, subject = _id(tie.get("person_id", "")), tie.get("subject", "").strip()
    if not (0 < len(subject) <= 255 and subject.isascii() and subject.isprintable()):
        sentence = gettext("Vul het kenmerk (sub) in zoals de aanmelddienst het geeft, hoogstens 255 tekens.")
        return _page(provider_id, tie=tie, errors={"subject": sentence}), 422
    try:
        with transaction() as db:
            row = providers.provider_for(db, viewer(), provider_id)
            colleagues.check_tie(db, viewer(), person_id, now=now())
            identities.link(db, person_id, row.hospital_id, row.said.issuer, subject, now=now(), linked_by_id=viewer().person_id)
            _log_link(db, row, person_id, "linked to the hospital's account by the link manager")
    except (NotAdmitted, NotAllowed) as refused:
        status = 409 if isinstance(refused, NotAdmitted) else refused.status
        return _page(provider_id, tie=tie, errors={"subject": gettext(refused.sentence)}), status
    flash(gettext("De koppeling is opgeslagen. Deze collega kan zich nu via het ziekenhuis aanmelden."), "success")
    return redirect(url_for("providers.page", provider_id=provider_id, _anchor="people"), 303)


@blueprint.post("/<uuid:provider_id>/people/<uuid:identity_id>/remove")
@may(Act.PROVIDER_MANAGE)
def unlink(provider_id: uuid.UUID, identity_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        row = providers.provider_for(db, viewer(), provider_id)
        person_id = providers.unlink(db, row, identity_id, now=now())
        _log_link(db, row, person_id, "unlinked from the hospital's account by the link manager")
    flash(gettext("De koppeling is verwijderd. Wie zich daarmee had aangemeld, is afgemeld."))
    return redirect(url_for("providers.page", provider_id=provider_id, _anchor="people"), 303)


def _log_link(db: Any, row: ProviderRow, person_id: uuid.UUID, detail: str) -> None:
    _log(db, row.provider_id, detail)
    _signed_line(db, row, person_id, "account.changed", detail)


def _signed_line(db: Any, row: ProviderRow, person_id: uuid.UUID, act: str, detail: str) -> None:
    audit_sign_in.record(
        db, act=act, outcome=SUCCESS, method="oidc", person_id=person_id, person_name="",
        hospital_id=row.hospital_id, detail=detail, now=now(), client_address=client_address(),
    )  # fmt: skip
