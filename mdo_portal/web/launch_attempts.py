"""What a browser carries while its EPD opens the portal: in signed cookies, ten minutes, good once. Nothing about any patient.

Two pieces. What the EPD gave (`iss` and its launch token) waits in a cookie of its own, since signing in begins a new session; it never
stands in an address of ours, so in no log and no history. After that the attempt (state and PKCE verifier) waits in the session, and
belongs to that person working for that hospital.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, request
from flask.wrappers import Response
from itsdangerous import BadData, URLSafeTimedSerializer

from mdo_portal.exchange import LaunchAttempt
from mdo_portal.web import on_the_way
from mdo_portal.web.context import settings
from mdo_portal.web.on_the_way import KEPT

LONGEST_ISS, LONGEST_LAUNCH = 300, 2_000
_NAME = "launch"
_PATH = "/launch"


@dataclass(frozen=True)
class Asked:
    """What the EPD opened us with."""

    iss: str
    launch: str


def asked() -> Asked | None:
    """Of this request; None when it is no launch."""
    iss, launch = request.args.get("iss", ""), request.args.get("launch", "")
    fits = 0 < len(iss) <= LONGEST_ISS and 0 < len(launch) <= LONGEST_LAUNCH
    return Asked(iss, launch) if fits and all(re.fullmatch(r"[\x21-\x7e]+", one) for one in (iss, launch)) else None


def wait(answer: Response, one: Asked, key: str) -> None:
    """Under a key of its own: two patients who are opened at once must not come into each other's window."""
    for older in _older():
        answer.delete_cookie(older, path=_PATH)
    answer.set_cookie(
        _cookie_name() + key, _serializer().dumps([one.iss, one.launch]), max_age=int(KEPT.total_seconds()), httponly=True,
        samesite="Lax", secure=settings().public_url.startswith("https:"), path=_PATH,
    )  # fmt: skip


def waiting(key: str) -> Asked | None:
    """What waits in this browser under that key, while it is young."""
    found = _opened(_cookie_name() + key)
    return found[1] if found else None


def waits_no_more(answer: Response, key: str) -> None:
    answer.delete_cookie(_cookie_name() + key, path=_PATH)


def _older() -> list[str]:
    """All but the newest that waits: a request with three of them would be too long to be taken."""
    names = [name for name in request.cookies if name.startswith(_cookie_name())]
    known = {name: found[0] for name in names if (found := _opened(name))}
    newest = max(known, key=lambda name: known[name], default="")
    return [name for name in names if name != newest]


def _opened(name: str) -> tuple[datetime, Asked] | None:
    try:
        said, at = _serializer().loads(
            request.cookies.get(name, ""), max_age=int(KEPT.total_seconds()), return_timestamp=True
        )  # fmt: skip
    except BadData:
        return None
    iss, launch = said
    return at, Asked(str(iss), str(launch))


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="launch")


def _cookie_name() -> str:
    return "__Secure-mdo-launch-" if settings().public_url.startswith("https:") else "mdo-launch-"


@dataclass(frozen=True)
class Pending:
    """An attempt, and whose."""

    attempt: LaunchAttempt
    iss: str
    person_id: uuid.UUID
    hospital_id: uuid.UUID


def keep(pending: Pending, *, now: datetime) -> None:
    """In this browser, until it comes back with the state of the attempt."""
    on_the_way.keep(_NAME, pending.attempt.state, {
        "verifier": pending.attempt.verifier, "iss": pending.iss, "person": str(pending.person_id), "hospital": str(pending.hospital_id),
    }, started_at=now)  # fmt: skip


def take(state: str, person_id: uuid.UUID, hospital_id: uuid.UUID, *, now: datetime) -> Pending | None:
    """The attempt of this browser with this state, when it is this person's at this hospital and still young; gone after this."""
    taken = on_the_way.take(_NAME, state, now=now)
    if taken is None or (taken[0]["person"], taken[0]["hospital"]) != (str(person_id), str(hospital_id)):
        return None
    return Pending(LaunchAttempt(state, taken[0]["verifier"]), taken[0]["iss"], person_id, hospital_id)
