"""Opened from the EPD with a patient on its screen (SMART App Launch): to that patient's case, or to the form to register.

A launch signs nobody in and widens no right: who it is and what they may see says the portal's own session. It makes nothing either: what
the EPD told stands in a form, for a person to check and send in.
"""

from __future__ import annotations

import secrets
import uuid
from typing import cast

import structlog
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_login import current_user

from mdo_portal import wiring
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_
from mdo_portal.exchange import Launched, Launcher, LaunchServer, NotLaunched
from mdo_portal.services.cases import launched
from mdo_portal.services.common.sealed import client_secret
from mdo_portal.services.oversight import launches
from mdo_portal.web import forms, launch_attempts, registration
from mdo_portal.web.context import SignedInUser, database, now, settings, signed, transaction, viewer
from mdo_portal.web.guard import may, public
from mdo_portal.web.launch_attempts import Pending

log = structlog.get_logger(__name__)
blueprint = Blueprint("launch", __name__, url_prefix="/launch")
_LINK_MANAGER = N_("Het antwoord van het EPD klopt niet met wat is afgesproken. Vraag de koppelingsbeheerder van uw ziekenhuis.")
REFUSALS = {
    "unknown": N_(
        "Vanuit dit EPD kan het portaal niet worden geopend voor het ziekenhuis waarvoor u nu werkt. Werkt u voor meer ziekenhuizen? "
        "Meld u dan af, en aan voor het ziekenhuis van dit EPD."
    ),
    "expired": N_(
        "Dit openen is al gebruikt, of begon langer dan tien minuten geleden. Open de patiënt opnieuw vanuit het EPD. "
        "Typte u al op het formulier, dan staat dat bij Aanmelden."
    ),
    "cancelled": N_("Het EPD gaf geen toestemming. Open de patiënt opnieuw vanuit het EPD als u verder wilt."),
    "no_patient": N_("Het EPD zei niet om welke patiënt het gaat. Open eerst de patiënt in het EPD, en daarna het portaal."),
    "unreachable": N_("Het EPD antwoordt nu niet. Probeer het straks opnieuw, of zoek de patiënt op in de werklijst."),
    "contradicts": N_(
        "Wat het EPD van deze patiënt zegt en wat in het portaal staat, spreken elkaar tegen: nummer, BSN, naam of geboortedatum. "
        "Daarom is niets geopend. Zoek de patiënt op in de werklijst, en laat de MDO-coördinator uitzoeken wie dit is."
    ),
}
"""Code -> what a person reads; any other is for the link manager."""
_STATUS = {"unknown": 404, "unreachable": 503, "contradicts": 409}


def launcher() -> Launcher:
    return wiring.launcher(client_secret(database()))


def door(hospital_id: uuid.UUID) -> str:
    """Where the EPD of this hospital sends a browser back to: one per hospital, so that another's code comes at the wrong door."""
    return settings().public_url.rstrip("/") + url_for("launch.back", hospital_id=hospital_id)


@blueprint.get("")
@public("keeps what an EPD gave for after signing in; looks nothing up and says nothing")
def start() -> ResponseReturnValue:
    one = launch_attempts.asked()
    if one is None:
        return _page("expired")
    user = current_user._get_current_object()
    goes_on = isinstance(user, SignedInUser) and user.signed.proof.strong
    key = secrets.token_urlsafe(9)
    answer = cast(Response, redirect(url_for("launch.out" if goes_on else "launch.onward", key=key), 303))
    launch_attempts.wait(answer, one, key)
    return answer


@blueprint.get("/onward/<key>")
@may(Act.CASE_READ)
def onward(key: str) -> str:
    """After signing in. A page between: a browser does not follow a form of ours to another site (form-action)."""
    return render_template("launch/onward.html", key=key)


@blueprint.get("/out/<key>")
@may(Act.CASE_READ)
def out(key: str) -> ResponseReturnValue:
    """On to the EPD's own door, when it is the one that the viewer's hospital registered."""
    one, who = launch_attempts.waiting(key), viewer()
    with transaction() as db:
        server = launches.server_of(db, who.hospital_id, one.iss) if one else None
    if one is None or server is None:
        return _refused("unknown" if one else "expired")
    url, attempt = launcher().start(server, launch=one.launch, back_to=door(who.hospital_id))
    launch_attempts.keep(Pending(attempt, one.iss, who.person_id, who.hospital_id), now=now())
    answer = cast(Response, redirect(url, 303))
    launch_attempts.waits_no_more(answer, key)
    return answer


@blueprint.get("/back/<uuid:hospital_id>")
@may(Act.CASE_READ)
def back(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """What the EPD answered; the patient is asked for once, and the token is gone when this answer is."""
    pending = launch_attempts.take(request.args.get("state", ""), viewer().person_id, viewer().hospital_id, now=now())
    if hospital_id != viewer().hospital_id:  # a state is bound to the door it was made for (mix-up), and another's is not there
        return _refused("unknown")
    if pending is None:
        return _refused("expired")
    with transaction() as db:
        server = launches.server_of(db, hospital_id, pending.iss)
    if server is None:
        return _refused("unknown")
    try:
        found = launcher().finish(server, pending.attempt, request.args.to_dict(), back_to=door(hospital_id))
    except NotLaunched as refused:
        return _refused("expired" if refused.code == "state" else refused.code, server)
    return _shown(found)


def _shown(told: Launched) -> ResponseReturnValue:
    with transaction() as db:
        found = launched.found(db, viewer(), told, now=now())
    if found.contradicts:
        return _page("contradicts")
    if found.only:
        return redirect(url_for("cases.page", case_id=found.only.id), 303)
    may_register = viewer().may_for_own_hospital(Act.CASE_REGISTER)
    if may_register and not found.cases:
        return forms.filled_in(_fields(told))
    shown = {"cases": found.cases, "fields": _fields(told) if may_register else {}, "hospital_name": signed().hospital_name}
    return render_template("launch/found.html", **shown)


def _fields(told: Launched) -> dict[str, str]:
    """Of the form; with from where and when, which the form keeps saying until it is sent in."""
    return registration.of_identity(told.patient) | {
        "epd_at": now().isoformat(timespec="seconds"),
        "epd_two_bsns": "1" if told.has_second_bsn else "",
        "epd_deceased": "1" if told.patient.deceased else "",
        "referrer_name": signed().viewer.name,
    }


@blueprint.post("/register")
@may(Act.CASE_REGISTER)
def register() -> ResponseReturnValue:
    """A new registration beside the cases that there are: the form, with what the EPD told."""
    return forms.filled_in({name: value for name, value in request.form.items() if name in _CARRIED})


_CARRIED = frozenset(
    (*registration.OF_IDENTITY, "epd_at", "epd_two_bsns", "epd_deceased", "referrer_name")
)  # fmt: skip


def _refused(code: str, server: LaunchServer | None = None) -> ResponseReturnValue:
    """Nothing was opened: a page that says why, a line in the access log, and one for whoever runs the portal."""
    with transaction() as db:
        launched.refuse(db, viewer(), now=now())
    log.warning("launch.refused", code=code, hospital_id=str(viewer().hospital_id), is_known=server is not None)
    return _page(code)


def _page(code: str) -> ResponseReturnValue:
    sentence = REFUSALS.get(code, _LINK_MANAGER)
    return render_template("launch/refused.html", sentence=sentence, code=code), _STATUS.get(code, 400)
