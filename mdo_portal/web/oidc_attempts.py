"""What a browser carries between leaving for its provider and coming back: in its own signed cookie, ten minutes, good once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import session

from mdo_portal.wiring import Attempt

KEPT = timedelta(minutes=10)
AT_ONCE = 3
"""So many windows may be signing in at the same time; the cookie must stay small."""
_NAME = "oidc"


@dataclass(frozen=True)
class Pending:
    """An attempt, and what it is for."""

    provider_id: uuid.UUID
    attempt: Attempt
    #: where the person wanted to go
    wanted: str
    #: the token of the invitation by whose page it began, judged again on the way back; "" = an ordinary sign-in
    invitation: str = ""
    #: who confirms while signed in; None = a sign-in
    confirming: uuid.UUID | None = None


def keep(pending: Pending) -> None:
    attempt = pending.attempt
    waiting = [*session.get(_NAME, []), {
        "state": attempt.state, "nonce": attempt.nonce, "verifier": attempt.verifier, "back": attempt.redirect_uri,
        "at": attempt.started_at.timestamp(), "fresh": attempt.fresh, "provider": str(pending.provider_id),
        "wanted": pending.wanted[:300], "invitation": pending.invitation, "confirming": str(pending.confirming or ""),
    }]  # fmt: skip
    session[_NAME] = waiting[-AT_ONCE:]


def take(state: str, provider_id: uuid.UUID, *, now: datetime) -> Pending | None:
    """The attempt of this browser with this state, for this provider and still young; gone after this."""
    waiting: list[dict[str, Any]] = session.get(_NAME, [])
    found = next((one for one in waiting if one["state"] == state), None)
    session[_NAME] = [one for one in waiting if one is not found]
    if found is None or found["provider"] != str(provider_id):  # a state is bound to the provider it was made for (mix-up)
        return None
    started_at = datetime.fromtimestamp(found["at"], UTC)
    if now - started_at > KEPT:
        return None
    attempt = Attempt(found["state"], found["nonce"], found["verifier"], found["back"], started_at, found["fresh"])
    return Pending(provider_id, attempt, found["wanted"], found["invitation"], _id(found["confirming"]))


def _id(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None
