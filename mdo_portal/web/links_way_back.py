"""Trying the way to a hospital before anything real depends on it: a letter about nobody, and asking its FHIR server who it is."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal import trial_letter, wiring, wiring_profiles
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from mdo_portal.domain.policy import Act
from mdo_portal.domain.pull import CERTIFICATE, TOKEN, UNREACHABLE
from mdo_portal.errors import N_
from mdo_portal.exchange import Address, NotPulled, Receipt, ReceiptKind
from mdo_portal.services.common.sealed import client_secret
from mdo_portal.services.letters import receipts
from mdo_portal.services.links import hospitals, links
from mdo_portal.web.context import database, now, settings, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.links import log
from mdo_portal.web.links_proof import own_link

blueprint = Blueprint("way_back", __name__, url_prefix="/links/<uuid:hospital_id>/way-back")
BY_HAND = N_("Langs deze weg valt niets te proberen: een mens drukt de brief af.")
NOT_BUILT = N_("Deze weg is op deze server nog niet ingericht. Vraag de beheerder.")
IS_IT_ON = N_("Laat nagaan of die ontvanger aanstaat en antwoordt, en of het adres klopt dat hier is vastgelegd.")
NO_SERVER = N_("Er is nog geen adres van een FHIR-server vastgelegd. Er is niets geprobeerd.")
_TURNED_DOWN = frozenset({"AE", "CE", "400", "422"})
"""By which a receiver says that it read the letter and will not have it."""
_TURNED_AWAY = frozenset({"AR", "CR"})
"""By which a receiver says that it did not even read it: HL7 has this for a processing id (MSH-11) it does not take, too."""
_VERSIONS = {"3": "STU3", "4": "R4"}
NOT_REACHED = {
    "address": N_(
        "Naar dit adres gaat het portaal niet: het is een intern adres, of geen https. "
        "Staat de server in een VPN, vraag de beheerder van het portaal dan dat netwerk te registreren."
    ),
    "certificate": CERTIFICATE,
    "token": TOKEN,
    "refused": N_("Op [basisadres]/metadata komt geen antwoord van een FHIR-server. Klopt het basisadres?"),
    "answer": N_("Op [basisadres]/metadata staat iets anders dan FHIR. Klopt het basisadres?"),
    "too_large": N_("Op [basisadres]/metadata staat iets anders dan FHIR. Klopt het basisadres?"),
    "unreachable": UNREACHABLE,
}
"""Code of NotPulled -> what a person reads."""
_LONGEST = 300


def _outward() -> wiring.Outward:
    return wiring.outward(client_secret(database()), settings())


def try_letter(channel: Channel, address: Address, *, recipient: str, hospital: str, knows_patients: bool) -> None:
    """Send a letter about nobody over this way, now, and say on the next page what the other side said. No transaction is open.

    `knows_patients`: the other side files letters with patients of its own, so that it may well refuse this one.
    """
    sender = _outward().senders.get(channel)
    if sender is None:
        flash(gettext(BY_HAND if channel is Channel.PAPER else NOT_BUILT), "warning")
        return
    receipt = trial_letter.send(
        sender, address, recipient=recipient, hospital=hospital, network=settings().network, now=now()
    )  # fmt: skip
    flash(_said(receipt, knows_patients=knows_patients), "success" if receipt.kind is ReceiptKind.ACCEPTED else "warning")


def _said(receipt: Receipt, *, knows_patients: bool) -> str:
    if receipt.kind is ReceiptKind.ACCEPTED:
        return str(gettext("De proefbrief is aangenomen (%(code)s).", code=receipt.code))
    words = f" „{receipt.text[:_LONGEST]}”" if receipt.text else ""
    if knows_patients and receipt.kind is ReceiptKind.REFUSED and receipt.code in _TURNED_DOWN:
        heard = gettext(
            "De weg werkt: de ontvanger las de proefbrief en weigerde hem (%(code)s). Dat hoort zo als hij de patiënt niet kent.",
            code=receipt.code,
        )
        return f"{heard}{words}"
    if knows_patients and receipt.code in _TURNED_AWAY:
        heard = gettext(
            "De ontvanger antwoordde, en nam de proefbrief niet aan (%(code)s). Veel systemen doen dat met een bericht dat als test is "
            "gemarkeerd (MSH-11 = T), of van een afzender die ze niet kennen. Vraag welke van de twee het is.",
            code=receipt.code,
        )
        return f"{heard}{words}"
    why = receipts.reason(receipt.code)
    not_confirmed = gettext("De proefbrief is niet bevestigd.")
    is_silent = receipts.told(receipt) in (receipts.Told.ABSENCE, receipts.Told.TROUBLE)
    ask = f" {gettext(IS_IT_ON)}" if is_silent and receipt.code != "certificate" else ""
    return f"{not_confirmed} {gettext(why) if why else receipt.code}{words}{ask}"


@blueprint.post("/letter")
@may(Act.LINK_MANAGE)
def letter(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """Over the way that this hospital's own letters go."""
    with transaction() as db:
        own_link(db, hospital_id)
        hospital, _ = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id)
        channel, address = hospitals.address_of(db, hospital_id)
        log(db, Act.LINK_MANAGE, hospital_id, "tried a letter")
    try_letter(channel, address, recipient=hospital.name, hospital=hospital.name, knows_patients=True)
    return redirect(url_for("links.page", hospital_id=hospital_id), 303)


@blueprint.post("/server")
@may(Act.LINK_MANAGE)
def server(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """Whether its FHIR server answers, shows a good certificate and gives us a token. Asks for nobody's data."""
    with transaction() as db:
        link = own_link(db, hospital_id)
        _, address = hospitals.address_of(db, hospital_id)
        log(db, Act.LINK_MANAGE, hospital_id, "tried the FHIR server")
    if not address.url:
        flash(gettext(NO_SERVER), "warning")
    else:
        flash(*_reached(link, address))
    return redirect(url_for("links.page", hospital_id=hospital_id, _anchor="agreed"), 303)


def _reached(link: Link, address: Address) -> tuple[str, str]:
    """What to say of the server, and how."""
    try:
        version = _outward().prober.probe(address)
    except NotPulled as trouble:
        why = NOT_REACHED.get(trouble.code)
        not_reached = gettext("De FHIR-server is niet bereikt.")
        return f"{not_reached} {gettext(why) if why else trouble.code}", "warning"
    ours, theirs = _version(link), _VERSIONS.get(version.partition(".")[0], version)
    if ours and theirs and ours != theirs:
        words = {"theirs": version, "ours": ours}
        other = gettext(
            "De FHIR-server antwoordt, maar spreekt versie %(theirs)s en deze koppeling %(ours)s. Kies bij Instellingen een ander profiel.",
            **words,
        )
        return other, "warning"
    if address.token_url:
        return gettext("De FHIR-server antwoordt, en gaf ons een token."), "success"
    return gettext("De FHIR-server antwoordt. Of het vaste token daar geldt, blijkt pas bij een brief of bij ophalen."), "success"


def _version(link: Link) -> str:
    """Of FHIR, as this link is read or written; "" when it is neither."""
    return next(filter(None, map(wiring_profiles.fhir_version, (link.profile_in, link.profile_out))), "")
