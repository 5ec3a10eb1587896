"""What is agreed about opening the portal from this hospital's EPD, and what its vendor must be told."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal import wiring_profiles
from mdo_portal.domain.link import Link
from mdo_portal.domain.policy import Act
from mdo_portal.domain.pull import UNREACHABLE
from mdo_portal.errors import N_, Incomplete
from mdo_portal.exchange import LaunchOffer, NotLaunched, Wire
from mdo_portal.services.links import hospitals, links
from mdo_portal.services.oversight import launches
from mdo_portal.services.oversight.launches import Agreed
from mdo_portal.web import confirming, link_words, links_seen
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.launch import door, launcher
from mdo_portal.web.links import log, told
from mdo_portal.web.links_proof import asks_again, confirmed, own, own_link

blueprint = Blueprint("launching", __name__, url_prefix="/links/<uuid:hospital_id>/launch")
_LINES = ("iss", "authorize_url", "token_url", "client_id", "profile")
NO_ISS = N_("Leg eerst het adres vast dat het EPD meegeeft (iss), en kijk daarna wat de server van zichzelf zegt.")
NOT_SAID = {
    "address": N_(
        "Naar dit adres gaat het portaal niet: het is een intern adres, of geen https. "
        "Staat de server in een VPN, vraag de beheerder van het portaal dan dat netwerk te registreren."
    ),
    "unreachable": UNREACHABLE,
}
_NOTHING_THERE = N_(
    "De server zegt op dat adres niets over openen (.well-known/smart-configuration). Vul zelf in wat de leverancier geeft."
)


@blueprint.get("")
@may(Act.LINK_MANAGE)
def page(hospital_id: uuid.UUID) -> str:
    confirmed(hospital_id)
    return _page(hospital_id, _stood(hospital_id))


def _stood(hospital_id: uuid.UUID) -> dict[str, Any]:
    with transaction() as db:
        seen = links_seen.seen(db, hospital_id, *links_seen.SETTINGS)
        agreed = launches.as_agreed(db, own_link(db, hospital_id), wiring_profiles.known_profiles())
        return asdict(agreed) | {"seen": seen}


def _page(hospital_id: uuid.UUID, form: dict[str, Any], **shown: Any) -> str:
    with transaction() as db:
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id)
    hints = {"errors": {}, "overtaken": "", "error": "", "not_said": "", "offer": None} | shown
    ways = confirming.ways(url_for("launching.page", hospital_id=hospital_id)) if hints["error"] else None
    hints |= {"profiles": link_words.profiles().of_wire(Wire.FHIR), "told": _told(hospital_id, link), "ways": ways}
    return render_template("links/launch.html", hospital=hospital, link=link, form=form, **hints)


def _told(hospital_id: uuid.UUID, link: Link | None) -> dict[str, str]:
    """What the EPD's vendor must fill in at the other side."""
    start = settings().public_url.rstrip("/") + url_for("launch.start")
    return {"start": start, "back": door(hospital_id), "jwks": f"{told(link)['fhir']}/jwks"}


@blueprint.post("")
@may(Act.LINK_MANAGE)
def save(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """All or nothing, with what was typed still there when it is nothing."""
    if again := asks_again(hospital_id):
        return _page(hospital_id, request.form.to_dict(), error=gettext(again)), 422
    try:
        with transaction() as db:
            hospital, link = own(db, hospital_id, lock=True)
            if overtaken := links_seen.overtaken(db, hospital_id, *links_seen.SETTINGS):
                form = request.form.to_dict() | {"seen": links_seen.seen(db, hospital_id, *links_seen.SETTINGS)}
                return _page(hospital_id, form, overtaken=overtaken), 409
            launches.save(
                db, hospital, link, _said(), wiring_profiles.known_profiles(), viewer=viewer(), now=now(), loopback=settings().demo
            )  # fmt: skip
            log(db, Act.LINK_MANAGE, hospital_id, "launch")
    except Incomplete as missing:
        return _page(hospital_id, request.form.to_dict(), errors=missing.fields), 422
    flash(gettext("De afspraken over openen vanuit het EPD zijn vastgelegd."), "success")
    return redirect(url_for("launching.page", hospital_id=hospital_id), 303)


def _said() -> Agreed:
    typed = {name: request.form.get(name, "").strip() for name in _LINES}
    is_on, signs = (bool(request.form.get(name)) for name in ("is_on", "signs"))
    return Agreed(**typed, is_on=is_on, signs=signs, scopes=" ".join(request.form.get("scopes", "").split()))


@blueprint.post("/look")
@may(Act.LINK_MANAGE)
def look(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """What the server that was written down says of itself, in the form for a person to compare; nothing is stored by it."""
    form = request.form.to_dict()
    if again := asks_again(hospital_id):
        return _page(hospital_id, form, error=gettext(again)), 422
    with transaction() as db:
        stood = launches.of_link(db, own_link(db, hospital_id).id)
        _, address = hospitals.address_of(db, hospital_id)
        log(db, Act.LINK_MANAGE, hospital_id, "looked at the launch server")
    if stood is None or not stood.iss or stood.iss != form.get("iss", "").strip():
        return _page(hospital_id, form, not_said=NO_ISS), 422
    try:
        offer = launcher().look(stood.iss, address)
    except NotLaunched as refused:
        return _page(hospital_id, form, not_said=NOT_SAID.get(refused.code, _NOTHING_THERE)), 422
    return _page(hospital_id, form | _offered(offer), offer=offer)


def _offered(offer: LaunchOffer) -> dict[str, str]:
    return {"authorize_url": offer.authorize_url, "token_url": offer.token_url}
