"""After the proof of identity, whichever it was: choose the hospital to work for, start the session, land on the first page."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from flask import flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_babel import gettext
from flask_login import login_user
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import REFUSED, SUCCESS
from mdo_portal.domain.people import Person, Proof
from mdo_portal.services.access_log import audit_sign_in
from mdo_portal.services.people import attempts, passwords, people, sessions
from mdo_portal.web import browser
from mdo_portal.web.context import SignedInUser, client_address, database, now, session_key, settings, transaction
from mdo_portal.web.navigation import first_page
from mdo_portal.web.paths import own_path

__all__ = ["own_path", "proven"]
HALFWAY = timedelta(minutes=10)


@dataclass(frozen=True)
class Halfway:
    """Somebody between two steps of signing in: kept in the signed cookie, for ten minutes."""

    #: what is to come: `second` (step), `hospital` (to choose)
    step: str
    person_id: uuid.UUID
    proof: Proof
    wanted: str


def go_halfway(half: Halfway) -> None:
    """Nothing of before stays in the cookie but this."""
    own = {"step": half.step, "person_id": str(half.person_id), "proof": asdict(half.proof), "wanted": half.wanted}
    _empty_cookie()
    session["halfway"] = own | {"at": now().timestamp()}


def _empty_cookie() -> None:
    """Only what waits to be said stays."""
    said = session.get("_flashes")
    session.clear()
    if said:
        session["_flashes"] = said


def halfway(step: str) -> Halfway | None:
    """Who is at this step; None when nobody is, too long, or was signed out everywhere since: nobody can end a cookie."""
    kept = session.get("halfway") or {}
    if kept.get("step") != step or now().timestamp() - float(kept["at"]) > HALFWAY.total_seconds():
        return None
    half = Halfway(step, uuid.UUID(kept["person_id"]), Proof(**kept["proof"]), str(kept["wanted"]))
    with transaction() as db:
        gone = sessions.signed_out_since(db, half.person_id, datetime.fromtimestamp(float(kept["at"]), UTC))
    return None if gone else half


def too_late() -> ResponseReturnValue:
    session.pop("halfway", None)
    flash(
        gettext("Het aanmelden duurde langer dan tien minuten, of is al afgerond. Begin opnieuw; er is niets veranderd."), "info"
    )
    return redirect(url_for("signing_in.page"))


def proven(person_id: uuid.UUID, proof: Proof, *, wanted: str = "", hospital_id: uuid.UUID | None = None) -> ResponseReturnValue:
    """The only way from a proof of identity to a session. Raises NoRoleNow for somebody who works nowhere today,
    WrongCredentials when a password alone proved it, or the account is closed.

    `hospital_id`: the hospital the person chose, or the only one that the proof is good for (a hospital's own provider);
    without it, who works for several is asked, and nothing is guessed.
    """
    if settings().demo and proof.method == "password":
        proof = replace(proof, strong=True)  # everybody in the demo is invented, and has no telephone
    with transaction() as db:
        is_shut_out = db.get_one(Person, person_id).disabled_at is not None  # since the proof, or while they chose a hospital
        hospitals = [] if is_shut_out else [one for one, _ in people.hospitals_of(db, person_id, now=now())]
    if not hospitals or (hospital_id is not None and hospital_id not in hospitals):
        has_no_role = not is_shut_out and (proof.issuer or (proof.strong and not hospitals))
        raise people.NoRoleNow() if has_no_role else passwords.WrongCredentials()
    if hospital_id is None and len(hospitals) > 1:
        go_halfway(Halfway("hospital", person_id, proof, own_path(wanted)))
        return redirect(url_for("signing_in.hospital"))
    return _start(person_id, proof, hospital_id or hospitals[0], wanted)


def _start(person_id: uuid.UUID, proof: Proof, hospital_id: uuid.UUID, wanted: str) -> ResponseReturnValue:
    """A new session from here on: nothing of before the sign-in stays, in the cookie or in the database."""
    device = browser.device_token()
    with transaction() as db:
        sessions.end_session(db, str(session.get("_user_id", "")), now=now())
        key = sessions.start_session(
            db, person_id, hospital_id, proof=proof, now=now(), device=browser.kind(), client_address=client_address()
        )
        if proof.strong:
            attempts.remember_device(db, person_id, device, now=now())
        if not proof.issuer:  # what a provider said of the way and the role stands in its own line
            signed_line(db, "sign_in", db.get_one(Person, person_id), proof.method, hospital_id=hospital_id)
    answer = cast(Response, redirect(_carry(key, wanted)))
    browser.keep_device(answer, device)
    return answer


def _carry(key: str, wanted: str = "") -> str:
    """Put the session in the cookie; where to go."""
    _empty_cookie()
    with database().transaction(entering=sessions.hash_key(key)) as db:
        found = sessions.signed_in(db, key, now=now(), client_address=client_address())
    assert found is not None
    login_user(SignedInUser(key, found))
    if not found.proof.strong:
        return url_for("account.second_factor", next=own_path(wanted) or None)
    return own_path(wanted) or first_page(found.viewer)


def strengthened(db: Session, proof: Proof) -> str:
    """A second factor was given in this session: a new key, with the same end. Call `carry_on` after the commit."""
    return sessions.replace_session(db, session_key(), now=now(), proof=proof)


def carry_on(key: str, wanted: str = "") -> str:
    """Go on under the new key of a session that was replaced; where to go."""
    return _carry(key, wanted)


def signed_line(
    db: Session,
    act: str,
    person: Person | None,
    method: str,
    *,
    refused: bool = False,
    hospital_id: uuid.UUID | None = None,
    detail: str = "",
) -> None:
    """A line in the access log about signing in; for a refusal: at the only hospital of the person, when there is one."""
    if hospital_id is None and person is not None:
        own = people.hospitals_of(db, person.id, now=now())
        hospital_id = own[0][0] if len(own) == 1 else None
    audit_sign_in.record(
        db,
        act=act,
        outcome=REFUSED if refused else SUCCESS,
        method=method,
        person_id=person.id if person else None,
        person_name=person.name if person else "",
        hospital_id=hospital_id,
        detail=detail,
        now=now(),
        client_address=client_address(),
    )
