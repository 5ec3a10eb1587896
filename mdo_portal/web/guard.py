"""The doors of the web: every route names its act, every write proves that it comes from our own page."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request, session
from flask.wrappers import Response
from flask_login import current_user

from mdo_portal.domain.policy import POLICY, Act
from mdo_portal.errors import N_, NotAllowed, NotOurPage, NotSignedIn, NotStrong, PortalError
from mdo_portal.settings import is_loopback
from mdo_portal.web import bodies, limits, once_more
from mdo_portal.web.context import SignedInUser, settings, signed

Route = TypeVar("Route", bound=Callable[..., Any])
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
STRANGERS_FORM = 100_000
"""Bytes. Nobody who is not signed in adds a file."""
FORM = 2_000_000
"""Bytes of a form without files: the longest that was ever pasted in one is a fraction of it."""
#: what a session with one factor may do: arrange the second one, and leave
WITH_ONE_FACTOR = frozenset({Act.ACCOUNT_MANAGE, Act.PROFILE_READ})


def may(act: Act) -> Callable[[Route], Route]:
    """The route does `act`: somebody must be signed in whose roles can do it at all; to which object, `services.common.access` decides."""
    if act not in POLICY:
        raise KeyError(act)

    def decorate(route: Route) -> Route:
        @wraps(route)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not signed().proof.strong and act not in WITH_ONE_FACTOR:
                raise NotStrong()
            if not signed().viewer.may_at_all(act):
                raise NotAllowed()
            return once_more.done(lambda: route(*args, **kwargs))

        guarded.act = act  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def public(reason: str) -> Callable[[Route], Route]:
    """The route needs nobody signed in; `reason` says why that is safe."""

    def decorate(route: Route) -> Route:
        route.public = reason  # type: ignore[attr-defined]
        return route

    return decorate


def takes_files(route: Route) -> Route:
    """The form of this route has files: as much as `MDO_MESSAGE_LIMIT` may come. Every other form is small."""
    route.takes_files = True  # type: ignore[attr-defined]
    return route


def machine(reason: str) -> Callable[[Route], Route]:
    """The route is for a hospital's system, which proves itself with a token and has no page or cookie of ours."""

    def decorate(route: Route) -> Route:
        route.public = reason  # type: ignore[attr-defined]
        route.machine = True  # type: ignore[attr-defined]
        return route

    return decorate


def install(app: Flask) -> None:
    """Refuse unguarded routes, forged writes and unknown hosts; put the safety headers on every answer."""
    app.before_request(_new_nonce)
    app.before_request(_no_other_site_writes)
    limits.install(app)  # between the two: what another site sends uses up nobody's tries, and of who waits nothing is read
    app.before_request(_only_our_own_pages_write)
    app.before_request(_no_unprintable_words)
    app.after_request(_headers)


def unguarded(app: Flask) -> list[str]:
    """Endpoints without an act: must be empty, the build says so."""
    views = app.view_functions.items()
    return sorted(name for name, view in views if not hasattr(view, "act") and not hasattr(view, "public") and name != "static")


def csrf_token() -> str:
    """The page's token: a secret of this browser session, asked back with every write."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(32)
    return str(session["csrf"])


def _new_nonce() -> None:
    g.csp_nonce = secrets.token_urlsafe(16)


def _no_other_site_writes() -> None:
    """By what a browser says of where a form stood; nothing of the form is read yet."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_pages = view is not None and not getattr(view, "machine", False) and request.blueprint != "fhir"
    if is_pages and request.method not in SAFE and not _is_from_here():
        raise NotOurPage()


def _only_our_own_pages_write() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method in SAFE:
        request.max_content_length = 0  # nothing is said by who only asks
        return
    if request.blueprint == "fhir":  # that door asks for the token before it reads a message
        return
    is_machine = getattr(view, "machine", False)
    if is_machine or not isinstance(current_user._get_current_object(), SignedInUser):
        _strangers_say_little(is_page=hasattr(view, "act"))
    elif not getattr(view, "takes_files", False):
        _no_large_form()
    if is_machine or view is None:
        return
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    own = hmac.compare_digest(sent.encode("utf-8", "replace"), str(session.get("csrf", "")).encode()) and bool(sent)
    if not own:
        raise NotOurPage()


def _strangers_say_little(*, is_page: bool) -> None:
    """Before anything of it is read or put in a file here. A page of whose session ended meanwhile hears that, also of a large file."""
    request.max_content_length = STRANGERS_FORM
    if is_page and (request.content_length or 0) > STRANGERS_FORM:
        bodies.swallow(request, most=settings().message_limit)
        raise NotSignedIn()


def _no_large_form() -> None:
    request.max_content_length = FORM
    if (request.content_length or 0) > FORM:
        bodies.swallow(request, most=settings().message_limit)
        raise bodies.FormTooLarge()


def _no_unprintable_words() -> None:
    """PostgreSQL knows no NUL in a text; no form or address of ours holds one."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and getattr(view, "machine", False):
        return
    said = () if request.method in SAFE else request.form.values()
    if any("\0" in value for value in (*request.args.values(), *said)):
        raise PortalError(N_("Deze tekst bevat een teken dat niet kan worden bewaard. Er is niets veranderd; typ het opnieuw."))


def _is_from_here() -> bool:
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    own = urlsplit(settings().public_url)
    here = {f"{own.scheme}://{own.netloc}"}
    if is_loopback(own.hostname or ""):  # the demo and the tests: whichever port the browser was sent to
        here.add(f"{request.scheme}://{request.host}")
    return origin in here


def _headers(response: Response) -> Response:
    policy = (
        "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-" + g.get("csp_nonce", "") + "'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'self'"
    )
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"  # no-referrer would make a form's Origin "null"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.endpoint != "static" or response.status_code >= 400:
        response.headers.setdefault("Cache-Control", "no-store")
    if settings().public_url.startswith("https:"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
