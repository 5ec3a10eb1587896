"""What every route needs: the database, who looks, what time it is."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import cast

from flask import current_app, g, request
from flask_login import UserMixin, current_user
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import NotSignedIn
from mdo_portal.services.people import sessions
from mdo_portal.services.people.sessions import SignedIn
from mdo_portal.settings import Settings
from mdo_portal.web import once_more


@dataclass
class SignedInUser(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: the key of the session in the database, and who that is."""

    key: str
    signed: SignedIn

    def get_id(self) -> str:
        return self.key


def now() -> datetime:
    """This moment; one per request, so that everything of one act has one time."""
    page = g._get_current_object()
    moment = getattr(page, "now", None)
    if moment is None:
        moment = page.now = datetime.now(UTC)
    return cast(datetime, moment)


def database() -> Database:
    return cast(Database, current_app.extensions["mdo_database"])


def settings() -> Settings:
    return cast(Settings, current_app.extensions["mdo_settings"])


def transaction() -> AbstractContextManager[Session]:
    """A transaction of who is signed in: PostgreSQL shows what is theirs. Of nobody when nobody is: no row of any patient."""
    user = current_user._get_current_object()
    return once_more.noted(database().transaction(entering=sessions.hash_key(user.key) if isinstance(user, SignedInUser) else ""))


def signed() -> SignedIn:
    """Who is signed in. Raises NotSignedIn."""
    user = current_user._get_current_object()
    if not isinstance(user, SignedInUser):
        raise NotSignedIn()
    return user.signed


def viewer() -> Viewer:
    return signed().viewer


def session_key() -> str:
    return cast(SignedInUser, current_user._get_current_object()).key


def client_address() -> str:
    return request.remote_addr or ""


def client_place() -> str:
    """What counts as one place when tries are counted: of IPv6 the whole /64, which a line has for itself."""
    try:
        address = ip_address(client_address().partition("%")[0])
    except ValueError:
        return client_address()
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


def is_fragment() -> bool:
    """htmx asks for a piece of a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
