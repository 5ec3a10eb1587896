"""How fast anybody may ask: per person, hospital, address and link. Generous for people at work; somebody who runs away waits.

Counted in the memory of one web process: with n processes behind the proxy n times as much gets through, and a restart forgets.
That holds off a script that runs away and slows down guessing; it is no shield against a flood, which belongs in the proxy.
"""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable

from flask import Flask, current_app, g, request
from flask.wrappers import Response
from flask_login import current_user

from mdo_portal.allowance import Allowances, Rate
from mdo_portal.errors import N_, PortalError
from mdo_portal.web.context import SignedInUser, client_place

REMEMBERED = 20_000


#: a page of a live meeting asks about five times per change; a change a second for a whole meeting stays far below this
PERSON = Rate(300, 20)
#: of everybody of a hospital on this process together
HOSPITAL = Rate(6_000, 400)
#: files that one person adds
UPLOAD = Rate(40, 0.5)
#: patients whom one person asks for in an emergency: it says whether they are here, also to who guesses numbers
GLASS = Rate(10, 0.05)
#: tries to sign in from one address: a whole hospital may stand behind one
SIGN_IN = Rate(60, 1)
#: pages that need nobody signed in, per address
ADDRESS = Rate(600, 40)
#: messages of one hospital's system
LINK = Rate(2_000, 200)
#: calls with a token that is nobody's, per address
STRANGER = Rate(60, 1)


class TooMany(PortalError):
    """Asked too fast; nothing was done."""

    status = 429
    sentence = N_("Er kwamen te veel verzoeken kort na elkaar. Er is niets veranderd; wacht even en probeer het opnieuw.")


class Limits:
    """What everybody may still do: counted for each kind apart, on whatever thread they ask."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, most: int = REMEMBERED) -> None:
        self._lock = threading.Lock()
        self._allowances = Allowances(most, clock=clock)

    def wait(self, kind: str, who: str, rate: Rate) -> float:
        """0 when it may go on (and it is counted); otherwise the seconds until it may."""
        with self._lock:
            return self._allowances.of((kind, who), rate).wait()


def install(app: Flask) -> None:
    """Ask of every request but files, health and machines (their door asks by itself)."""
    app.extensions["mdo_limits"] = Limits()
    app.before_request(_not_too_fast)
    app.after_request(_say_when)


def ask(kind: str, who: str, rate: Rate) -> None:
    """One more of this kind by `who`. Raises TooMany."""
    wait = current_app.extensions["mdo_limits"].wait(kind, who, rate)
    if wait:
        g.retry_after = wait
        raise TooMany()


def ask_link(token: str, *, known: bool) -> None:
    """One more message with this token. Raises TooMany."""
    if known:
        ask("link", hashlib.sha256(token.encode()).hexdigest(), LINK)
    else:
        ask("stranger", client_place(), STRANGER)


def _not_too_fast() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.endpoint == "static" or request.blueprint == "health" or getattr(view, "machine", False):
        return
    if request.method == "POST" and request.blueprint == "signing_in" and request.endpoint != "signing_in.sign_out":
        ask("sign-in", client_place(), SIGN_IN)
    user = current_user._get_current_object()
    if isinstance(user, SignedInUser):
        _ask_person(user)
    else:
        ask("address", client_place(), ADDRESS)


def _ask_person(user: SignedInUser) -> None:
    viewer = user.signed.viewer
    ask("person", str(viewer.person_id), PERSON)
    ask("hospital", str(viewer.hospital_id), HOSPITAL)
    if request.mimetype == "multipart/form-data" and request.method == "POST":
        ask("upload", str(viewer.person_id), UPLOAD)


def _say_when(response: Response) -> Response:
    if response.status_code == 429:
        response.headers["Retry-After"] = str(max(1, math.ceil(g.get("retry_after", 1))))
    return response
