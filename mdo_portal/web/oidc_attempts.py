"""What a browser carries between leaving for its provider and coming back (on_the_way.py)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from mdo_portal.web import on_the_way
from mdo_portal.wiring import Attempt

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
    """In this browser, until it comes back with the state of the attempt."""
    attempt = pending.attempt
    on_the_way.keep(_NAME, attempt.state, {
        "nonce": attempt.nonce, "verifier": attempt.verifier, "back": attempt.redirect_uri, "fresh": attempt.fresh,
        "provider": str(pending.provider_id), "wanted": pending.wanted[:300], "invitation": pending.invitation,
        "confirming": str(pending.confirming or ""),
    }, started_at=attempt.started_at)  # fmt: skip


def take(state: str, provider_id: uuid.UUID, *, now: datetime) -> Pending | None:
    """The attempt of this browser with this state, for this provider and still young; gone after this."""
    taken = on_the_way.take(_NAME, state, now=now)
    if taken is None or taken[0]["provider"] != str(provider_id):  # a state is bound to the provider it was made for (mix-up)
        return None
    found, started_at = taken
    attempt = Attempt(state, found["nonce"], found["verifier"], found["back"], started_at, found["fresh"])
    return Pending(provider_id, attempt, found["wanted"], found["invitation"], _id(found["confirming"]))


def _id(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None
