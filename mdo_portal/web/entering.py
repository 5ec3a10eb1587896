"""After the proof of identity, whichever it was: choose the hospital to work for, start the session, land on the first page."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from flask import redirect, session
from flask.typing import ResponseReturnValue
from flask_login import login_user

from mdo_portal.domain.people import Proof
from mdo_portal.services import people
from mdo_portal.web.context import SignedInUser, client_address, now, transaction
from mdo_portal.web.navigation import first_page


def proven(person_id: uuid.UUID, proof: Proof, *, wanted: str = "", hospital_id: uuid.UUID | None = None) -> ResponseReturnValue:
    """The only way from a proof of identity to a session. Raises WrongCredentials for somebody who works nowhere (any more).

    `hospital_id`: the hospital the person chose, or the only one that the proof is good for (a hospital's own provider):
    who was vouched for by a provider lands there or nowhere.
    """
    with transaction() as db:
        hospitals = people.hospitals_of(db, person_id)
        if not hospitals or (proof.issuer and hospital_id not in [one for one, _ in hospitals]):
            raise people.WrongCredentials()
        chosen = next((one for one, _ in hospitals if one == hospital_id), hospitals[0][0])
        key = people.start_session(db, person_id, chosen, proof=proof, now=now())
    return _enter(key, wanted)


def _enter(key: str, wanted: str) -> ResponseReturnValue:
    """A new session from here on: nothing of before the sign-in stays."""
    session.clear()
    with transaction() as db:
        found = people.signed_in(db, key, now=now(), client_address=client_address())
    assert found is not None
    login_user(SignedInUser(key, found))
    return redirect(own_path(wanted) or first_page(found.viewer))


def own_path(wanted: str) -> str:
    """Only a path of our own; never another site."""
    parts = urlsplit(wanted)
    return wanted if wanted.startswith("/") and not wanted.startswith("//") and not parts.netloc and "\\" not in wanted else ""
