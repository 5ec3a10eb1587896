"""What we know of the browser: its network address, the device cookie, and its kind for the person's own list."""

from __future__ import annotations

import secrets

from flask import request
from flask.wrappers import Response
from sqlalchemy.orm import Session

from mdo_portal.services.people import attempts
from mdo_portal.services.people.attempts import DEVICE_KNOWN, Origin
from mdo_portal.web.context import client_place, now, settings

BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SAME = ("iPhone", "iPad", "Android", "Windows")
MACHINES = (*zip(SAME, SAME, strict=True), ("Mac OS X", "macOS"), ("Linux", "Linux"))


def origin() -> Origin:
    return Origin(client_place(), request.cookies.get(_cookie_name(), "")[:100])


def kind() -> str:
    """`Firefox · Windows`: enough to recognise one's own, too little to follow anybody."""
    agent = request.user_agent.string
    known = [next((word for mark, word in table if mark in agent), "") for table in (BROWSERS, MACHINES)]
    return " · ".join(filter(None, known))


def device_token() -> str:
    """The token of this browser; a new one when it has none."""
    return origin().device or secrets.token_urlsafe(32)


def known_device(db: Session, account: str) -> str:
    """The token of this browser, when the person of this account signed in in it before; else ""."""
    device = origin().device
    return device if attempts.is_known(db, account, device, now=now()) else ""


def keep_device(answer: Response, token: str) -> None:
    """The cookie proves nothing; it only keeps strangers' wrong tries apart from this browser's."""
    secure = settings().public_url.startswith("https:")
    answer.set_cookie(
        _cookie_name(), token, max_age=int(DEVICE_KNOWN.total_seconds()), httponly=True, samesite="Lax", secure=secure, path="/"
    )


def _cookie_name() -> str:
    return "__Host-mdo-device" if settings().public_url.startswith("https:") else "mdo-device"
