"""The browser's conversation about passkeys: what it is asked, and the number that its answer must sign, once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import jsonify, request, session
from flask.wrappers import Response
from sqlalchemy.orm import Session

from mdo_portal.domain.people import Person
from mdo_portal.services.people import passkeys
from mdo_portal.services.people.passkeys import Site
from mdo_portal.web.context import now, settings, transaction

Asking = tuple[uuid.UUID, dict[str, Any]]


def site() -> Site:
    return passkeys.site_of(settings().public_url, settings().network)


def are_possible() -> bool:
    return passkeys.is_possible(settings().public_url)


def ask(make: Callable[[Session], Asking]) -> Response:
    """The options as JSON; the number stays here and only its id goes in the cookie."""
    with transaction() as db:
        challenge_id, options = make(db)
    session["challenge"] = str(challenge_id)
    return jsonify(options)


def ask_to_use(purpose: str, person_id: uuid.UUID | None) -> Response:
    return ask(lambda db: passkeys.request(db, purpose, person_id, site=site(), now=now()))


def ask_to_add(person_id: uuid.UUID) -> Response:
    return ask(lambda db: passkeys.creation(db, person_id, site=site(), now=now()))


def challenge_id() -> uuid.UUID | None:
    """The number that was asked for in this browser; forgotten by asking."""
    kept = session.pop("challenge", None)
    return uuid.UUID(kept) if kept else None


def used(db: Session, purpose: str, person_id: uuid.UUID | None) -> Person:
    """Whose passkey answered the form's question. Raises Refused; commit even so: the number is used up."""
    answer = request.form.get("credential", "")[:20_000]
    return passkeys.use(db, purpose, challenge_id(), answer, person_id=person_id, site=site(), now=now())
