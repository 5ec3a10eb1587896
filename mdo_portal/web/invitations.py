"""Accepting an invitation: a password of one's own, and then a second step."""

from __future__ import annotations

import hmac
import secrets

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from mdo_portal.domain.people import Person, Proof
from mdo_portal.errors import N_
from mdo_portal.services.people import identities, passwords, people
from mdo_portal.services.rights import credentials
from mdo_portal.web import entering, passkey_requests
from mdo_portal.web.context import now, transaction
from mdo_portal.web.guard import public

blueprint = Blueprint("invitations", __name__)
OTHER = N_(
    "In deze browser is intussen een andere uitnodiging geopend. Er is niets veranderd; kijk voor wie deze is, "
    "of open uw eigen link opnieuw."
)
DIFFERENT = N_("De twee wachtwoorden zijn niet hetzelfde. Er is niets veranderd; typ ze opnieuw.")


@blueprint.get("/invitation/<token>")
@public("the link of an invitation; opening it uses nothing up")
def arrive(token: str) -> ResponseReturnValue:
    """The token goes out of the address at once: addresses end up in logs, histories and screenshots."""
    session["invitation"] = token[:100]
    session.pop("invitation_page", None)
    return redirect(url_for("invitations.page"))


def pressed_on() -> str:
    """What the page of the invitation that is open here says with what is pressed on it. Another site can open a link in this browser
    and can go wherever the page goes, but cannot read this; and it is another for each link.
    """
    return str(session.setdefault("invitation_page", secrets.token_urlsafe(12)))


def pressed(said: str) -> bool:
    """Whether it was pressed on the page of the invitation that is open here now."""
    own = str(session.get("invitation_page", ""))
    return bool(own) and hmac.compare_digest(said.encode("utf-8", "replace"), own.encode())


@blueprint.get("/invitation")
@public("somebody with an invitation chooses a password")
def page() -> str:
    return _page()


def _page(error: str = "") -> str:
    with transaction() as db:
        person = credentials.invited(db, str(session.get("invitation", "")), now=now())
        works_for = [hospital_id for hospital_id, _ in people.hospitals_of(db, person.id, now=now())]
        providers = identities.buttons(db, works_for)
    shown = {"person": person, "pressed_on": pressed_on(), "error": error, "shortest": passwords.SHORTEST, "providers": providers}
    return render_template("signing_in/invitation.html", passkeys=passkey_requests.are_possible(), **shown)


@blueprint.post("/invitation")
@public("somebody with an invitation chooses a password")
def accept() -> ResponseReturnValue:
    if not pressed(request.form.get("invitation", "")):
        return _page(OTHER), 422
    if request.form.get("password", "") != request.form.get("again", ""):
        return _page(DIFFERENT), 422
    try:
        person = _accepted()
    except passwords.Unfit as unfit:
        return _page(unfit.sentence), 422
    return entering.proven(person.id, Proof("password"), wanted=url_for("account.second_factor"))


def _accepted() -> Person:
    """Raises Unfit or NotInvited, and then nothing has changed."""
    with transaction() as db:
        person = credentials.accept(db, str(session.get("invitation", "")), request.form.get("password", ""), now=now())
        entering.signed_line(db, "account.changed", person, "invitation", detail="password set, second step taken away")
    session.pop("invitation", None)
    return person
