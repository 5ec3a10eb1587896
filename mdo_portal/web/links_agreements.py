"""What is agreed with one hospital about its line: TLS for letters, whom we trust there, tokens both ways, and what its server is asked."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal import wiring
from mdo_portal.domain.certificate_refusals import HOLDS_KEY
from mdo_portal.domain.fetched_keys import FetchedKeys
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.link import Link
from mdo_portal.domain.policy import Act
from mdo_portal.domain.subscription import Subscription
from mdo_portal.errors import N_, Incomplete
from mdo_portal.exchange import Wire
from mdo_portal.services.inbox import subscriptions
from mdo_portal.services.links import key_fetching
from mdo_portal.services.oversight import agreements
from mdo_portal.services.oversight.agreements import KEYS, Agreed
from mdo_portal.web import confirming, links_seen
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.links import log, told, wire_of
from mdo_portal.web.links_proof import asks_again, confirmed, own

blueprint = Blueprint("agreements", __name__, url_prefix="/links/<uuid:hospital_id>/agreements")
EVERY = {60: N_("elke minuut"), 300: N_("elke vijf minuten"), 900: N_("elk kwartier"), 3600: N_("elk uur")}
CHECKS = wiring.agreement_checks()
_LINES = ("token_url", "client_id", "scopes", "their_client_id", "search", "topic")
_GIVEN_AWAY = {HOLDS_KEY, KEYS["private"]}
"""After these nothing that was typed is shown again: it was no secret of ours to repeat."""


@blueprint.get("")
@may(Act.LINK_MANAGE)
def page(hospital_id: uuid.UUID) -> str:
    confirmed(hospital_id)
    with transaction() as db:
        seen = links_seen.seen(db, hospital_id, *links_seen.SETTINGS)
        hospital, link = own(db, hospital_id)
        form = _as_form(agreements.as_agreed(db, link)) | {"seen": seen}
        standing = subscriptions.of_link(db, link.id)
        return _page(hospital, link, form, {}, fetched=key_fetching.of_link(db, link), subscription=standing)


def _page(
    hospital: Hospital,
    link: Link,
    form: dict[str, Any],
    errors: dict[str, str],
    *,
    overtaken: str = "",
    again: str = "",
    fetched: FetchedKeys | None = None,
    subscription: Subscription | None = None,
) -> str:
    every = {str(seconds): gettext(words) for seconds, words in EVERY.items()}
    if form.get("every") and form["every"] not in every:
        every[form["every"]] = gettext("elke %(n)s seconden", n=form["every"])
    return render_template(
        "links/agreements.html", hospital=hospital, link=link, form=form, errors=errors, overtaken=overtaken, error=again,
        told=told(link), every=list(every.items()), fetched=fetched, has_fhir=_has_fhir(link), has_mllp=link.channel_out is Channel.MLLP,
        subscription=subscription, moment=now(),
        ways=confirming.ways(url_for("agreements.page", hospital_id=hospital.id)) if again else None,
    )  # fmt: skip


def _has_fhir(link: Link) -> bool:
    return wire_of(link) is Wire.FHIR or link.channel_out is Channel.FHIR


def _as_form(stood: Agreed) -> dict[str, Any]:
    shown = {name: value if value is not None else "" for name, value in asdict(stood).items()}
    return shown | {
        "every": str(stood.every or agreements.USUAL),
        "tls": "1" if stood.tls else "",
        "subscribes": stood.subscribes,
    }


@blueprint.post("")
@may(Act.LINK_MANAGE)
def save(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """All or nothing, with what was typed still there when it is nothing."""
    again = asks_again(hospital_id)
    try:
        with transaction() as db:
            hospital, link = own(db, hospital_id, lock=True)
            if again:
                return _page(hospital, link, request.form.to_dict(), {}, again=gettext(again)), 422
            if overtaken := links_seen.overtaken(db, hospital_id, *links_seen.SETTINGS):
                form = request.form.to_dict() | {"seen": links_seen.seen(db, hospital_id, *links_seen.SETTINGS)}
                return _page(hospital, link, form, {}, overtaken=overtaken), 409
            agreements.save(
                db, hospital, link, _said(link), CHECKS, viewer=viewer(), now=now(), loopback=settings().demo
            )  # fmt: skip
            log(db, Act.LINK_MANAGE, hospital_id, "agreements")
    except Incomplete as missing:
        return _refused(hospital_id, missing.fields), 422
    flash(gettext("De afspraken zijn vastgelegd. Wat hun server of hun token niet goed doet, staat hieronder."), "success")
    return redirect(url_for("links.page", hospital_id=hospital_id, _anchor="agreed"), 303)


def _refused(hospital_id: uuid.UUID, errors: dict[str, str]) -> str:
    form = {name: "" if errors.get(name) in _GIVEN_AWAY else text for name, text in request.form.items()}
    with transaction() as db:
        return _page(*own(db, hospital_id), form, errors)


def _said(link: Link) -> Agreed:
    """Only what the form of this link asks: what it does not show stays as it is."""
    form = request.form
    said: dict[str, Any] = {"trust": _text("trust")}
    if link.channel_out is Channel.MLLP:
        said["tls"] = bool(form.get("tls"))
    if _has_fhir(link):
        said |= {name: " ".join(form.get(name, "").split()) for name in _LINES} | {"their_keys": _text("their_keys")}
        every = form.get("every", "")
        said |= {
            "url": form.get("url", "").strip().rstrip("/"),
            "their_keys_url": form.get("their_keys_url", "").strip(),
            "subscribes": bool(form.get("subscribes")),
            "every": int(every) if every.isdecimal() and len(every) < 6 else 0,
        }
    return Agreed(**said)


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()
