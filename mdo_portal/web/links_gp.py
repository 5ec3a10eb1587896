"""How letters to the general practitioners of one hospital's patients go, and trying that with an invented letter."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal import wiring_profiles
from mdo_portal.domain.delivery import Audience
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Act
from mdo_portal.errors import Incomplete
from mdo_portal.exchange import Wire
from mdo_portal.services.links import links, recipient_channels, recipient_form
from mdo_portal.web import confirming, link_words, links_seen
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.links import log
from mdo_portal.web.links_proof import who_again
from mdo_portal.web.links_way_back import try_letter

blueprint = Blueprint("gp_channel", __name__, url_prefix="/links/<uuid:hospital_id>/gp")
_FIELDS = ("profile_out", "host", "port", "url", "folder", "mail_to", "phone")


@blueprint.get("")
@may(Act.LINK_MANAGE)
def page(hospital_id: uuid.UUID) -> str:
    return _page(hospital_id)


def _page(
    hospital_id: uuid.UUID,
    *,
    form: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    overtaken: str = "",
    again: str = "",
) -> str:
    with transaction() as db:
        seen = links_seen.seen(db, hospital_id, *links_seen.COPIES)
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id)
        kept = recipient_channels.of(db, hospital_id, Audience.GP)
        shown = {name: str(getattr(kept, name) or "") for name in _FIELDS} if kept else {}
        shown |= {"channel": kept.channel.value if kept else "", "seen": seen}
    if overtaken and form:
        form |= {"seen": seen}
    return render_template(
        "links/gp.html", hospital=hospital, link=link, kept=kept, form=shown if form is None else form, errors=errors or {},
        overtaken=overtaken, writes=link_words.profiles().of_wire(Wire.HL7V2, Wire.FHIR),
        administers=Role.ADMINISTRATOR in viewer().hospital_roles, again=again,
        proof=confirming.ways(url_for("gp_channel.page", hospital_id=hospital_id)) if again else None,
    )  # fmt: skip


@blueprint.post("")
@may(Act.LINK_MANAGE)
def save(hospital_id: uuid.UUID) -> ResponseReturnValue:
    if again := _again(hospital_id):
        return _page(hospital_id, form=request.form.to_dict(), again=gettext(again)), 422
    try:
        with transaction() as db:
            hospital, _ = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id, lock=True)
            if overtaken := links_seen.overtaken(db, hospital_id, *links_seen.COPIES):
                return _page(hospital_id, form=request.form.to_dict(), overtaken=overtaken), 409
            recipient_form.save(
                db, hospital, request.form, profiles=wiring_profiles.known_profiles(), viewer=viewer(), now=now(), loopback=settings().demo
            )  # fmt: skip
            log(db, Act.LINK_MANAGE, hospital_id, "letters to general practitioners")
    except Incomplete as missing:
        return _page(hospital_id, form=request.form.to_dict(), errors=missing.fields), 422
    flash(
        gettext("Opgeslagen. Het geldt voor adviezen die vanaf nu worden getekend; wat al onderweg is, gaat over de nieuwe weg.")
    )
    return redirect(url_for("gp_channel.page", hospital_id=hospital_id), 303)


def _again(hospital_id: uuid.UUID) -> str:
    """Who sends the copies of a hospital's letters elsewhere has just proven who they are."""
    with transaction() as db:
        links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id)
        if not recipient_form.sends_elsewhere(recipient_channels.of(db, hospital_id, Audience.GP), request.form):
            return ""
    return who_again()


@blueprint.post("/try")
@may(Act.LINK_MANAGE)
def try_it(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """Send an invented letter now, and say what the other side said."""
    with transaction() as db:
        hospital, _ = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id)  # without a channel: on paper
        channel, address = recipient_channels.address_of(db, hospital_id, Audience.GP)
        log(db, Act.LINK_MANAGE, hospital_id, "tried a letter to general practitioners")
    try_letter(channel, address, recipient=gettext("Huisarts (proef)"), hospital=hospital.name, knows_patients=False)
    return redirect(url_for("gp_channel.page", hospital_id=hospital_id), 303)
