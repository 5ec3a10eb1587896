"""Who may call over the line of one hospital: binding and withdrawing a certificate, and accepting in writing that it has none."""

from __future__ import annotations

import uuid
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain import certificate
from mdo_portal.domain.certificate_refusals import HOLDS_KEY, ISSUER_UNKNOWN
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, Incomplete
from mdo_portal.services.common import terms
from mdo_portal.services.links import line_acceptance, line_binding, lines, link_claims, links
from mdo_portal.settings import NOWHERE, host_port, is_loopback
from mdo_portal.web import confirming
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.guard import may, takes_files
from mdo_portal.web.links import log
from mdo_portal.web.links_proof import asks_again, confirmed, own_link
from mdo_portal.web.registration import read_date
from mdo_portal.zone import day_of

blueprint = Blueprint("line", __name__, url_prefix="/links/<uuid:hospital_id>/line")
NOTHING = N_("Dit was al ingetrokken. Er is niets veranderd.")


def _back(hospital_id: uuid.UUID, sentence: str, kind: str = "success") -> ResponseReturnValue:
    flash(sentence, kind)
    return redirect(url_for("links.page", hospital_id=hospital_id, _anchor="line"), 303)


@blueprint.get("/certificate")
@may(Act.LINK_MANAGE)
def certificates(hospital_id: uuid.UUID) -> str:
    confirmed(hospital_id)
    return _certificates(hospital_id, "", request.args.get("called", ""))


def _certificates(
    hospital_id: uuid.UUID, error: str, chosen: str = "", text: str = "", *, asks: bool = False, asks_chain: bool = False
) -> str:
    with transaction() as db:
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id)
        alike = link is not None and link_claims.is_shared(db, link)
        called = [] if alike else lines.called(db, now=now())
    return render_template(
        "links/certificate.html", hospital=hospital, link=link, called=called, error=error, chosen=chosen, text=text,
        by_name=bool(request.form.get("by_name")), takes_tls=settings().mllp_tls_bind != NOWHERE, issuers=_issuers(),
        asks_chain=asks_chain or bool(request.form.get("with_chain")),
        ways=confirming.ways(url_for("line.certificates", hospital_id=hospital_id)) if asks else None,
    )  # fmt: skip


def _issuers() -> tuple[str, ...]:
    """Whose certificates the listener lets call; none when this process does not have the listener's file."""
    try:
        return certificate.authorities(Path(settings().mllp_tls_authorities).read_bytes())
    except OSError:
        return ()


@blueprint.post("/certificate")
@may(Act.LINK_MANAGE)
@takes_files
def bind(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """A certificate that was pasted or uploaded. Of what is none, or holds a key, nothing is kept; a key is not shown again either."""
    raw, text = _handed_in()
    if error := asks_again(hospital_id):
        return _certificates(hospital_id, gettext(error), text=text, asks=True), 422
    try:
        found = certificate.read(raw)
        if reason := _never_comes_in(found):
            return _certificates(hospital_id, reason, text=found.pem, asks_chain=True), 422
        with transaction() as db:
            bound_to = line_binding.bind_certificate(
                db, own_link(db, hospital_id).id, found, by_name=bool(request.form.get("by_name")), by=viewer().name, now=now(),
                viewer=viewer(),
            )  # fmt: skip
            log(db, Act.LINK_MANAGE, hospital_id, f"bound {bound_to}")
    except Incomplete as missing:
        reason = missing.fields[certificate.FIELD]
        return _certificates(hospital_id, gettext(reason), text="" if reason == HOLDS_KEY else text), 422
    return _back(hospital_id, _bound(found.subject))


def _never_comes_in(found: certificate.Certificate) -> str:
    """Why the listener breaks off before a message came, as far as this process can know; "" = it does not, or its chain comes along."""
    known = _issuers()
    if not known or found.issuer in known or request.form.get("with_chain"):
        return ""
    return str(gettext(ISSUER_UNKNOWN, issuer=found.issuer or gettext("onbekend")))


def _handed_in() -> tuple[bytes, str]:
    """The bytes, and what of them was typed."""
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        return upload.stream.read(certificate.LARGEST + 1), ""
    text = request.form.get("certificate", "").strip()[: certificate.LARGEST + 1]
    return text.encode(), text if len(text) <= certificate.LARGEST else ""


def _bound(subject: str) -> str:
    return str(gettext("Het certificaat is gekoppeld: %(subject)s. Binnen enkele seconden mag het bellen.", subject=subject))


@blueprint.post("/certificate/called")
@may(Act.LINK_MANAGE)
def bind_called(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """A certificate that called, by its fingerprint."""
    fingerprint = request.form.get("fingerprint", "")
    if error := asks_again(hospital_id):
        return _certificates(hospital_id, gettext(error), fingerprint, asks=True), 422
    try:
        with transaction() as db:
            name = line_binding.bind_called(
                db, own_link(db, hospital_id).id, fingerprint, by=viewer().name, now=now(), viewer=viewer()
            )
            log(db, Act.LINK_MANAGE, hospital_id, f"bound {fingerprint}")
    except Incomplete as missing:
        return _certificates(hospital_id, gettext(missing.fields[certificate.FIELD]), fingerprint), 422
    return _back(hospital_id, _bound(name))


@blueprint.post("/certificate/withdraw")
@may(Act.LINK_MANAGE)
def withdraw(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """Asks for no new proof of identity: who must shut somebody out, must be able to at once."""
    bound_to = request.form.get("bound_to", "")
    with transaction() as db:
        if not line_binding.withdraw(db, own_link(db, hospital_id).id, bound_to, now=now(), viewer=viewer()):
            return _back(hospital_id, gettext(NOTHING), "info")
        log(db, Act.LINK_MANAGE, hospital_id, f"withdrew {bound_to}")
    return _back(hospital_id, gettext("Het certificaat is ingetrokken. Binnen enkele seconden komt er niemand meer mee binnen."))


@blueprint.get("/plain")
@may(Act.LINK_MANAGE)
def plain(hospital_id: uuid.UUID) -> str:
    confirmed(hospital_id)
    return _plain(hospital_id, {})


def _plain(hospital_id: uuid.UUID, errors: dict[str, str], error: str = "") -> str:
    with transaction() as db:
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id)
        is_shared = link is not None and link_claims.is_shared(db, link)
    last = day_of(now() + line_acceptance.LONGEST_PLAIN)
    return render_template(
        "links/plain.html", hospital=hospital, link=link, form=request.form, errors=errors, first=now(), last=last,
        is_shut=is_loopback(host_port(settings().mllp_bind)[0]), is_shared=is_shared, error=error,
        ways=confirming.ways(url_for("line.plain", hospital_id=hospital_id)) if error else None,
    )  # fmt: skip


@blueprint.post("/plain")
@may(Act.LINK_MANAGE)
def accept_plain(hospital_id: uuid.UUID) -> ResponseReturnValue:
    if error := asks_again(hospital_id):
        return _plain(hospital_id, {}, gettext(error)), 422
    day = read_date(request.form.get("until", ""))
    try:
        with transaction() as db:
            line_acceptance.accept_plain(
                db, own_link(db, hospital_id).id, by=request.form.get("by", ""), why=request.form.get("why", ""),
                until=terms.end_of(day) if day else None, now=now(), viewer=viewer(),
            )  # fmt: skip
            log(db, Act.LINK_MANAGE, hospital_id, f"accepted unencrypted messages until {day}")
    except Incomplete as missing:
        return _plain(hospital_id, missing.fields), 422
    return _back(hospital_id, gettext("Vastgelegd. De lijn heet nu Onbeveiligd; na die dag wordt geweigerd."), "warning")


@blueprint.post("/plain/withdraw")
@may(Act.LINK_MANAGE)
def withdraw_plain(hospital_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        if not line_acceptance.withdraw_plain(db, own_link(db, hospital_id).id, now=now(), viewer=viewer()):
            return _back(hospital_id, gettext(NOTHING), "info")
        log(db, Act.LINK_MANAGE, hospital_id, "withdrew the acceptance of unencrypted messages")
    return _back(hospital_id, gettext("Ingetrokken. Binnen enkele seconden wordt onversleuteld geweigerd."))
