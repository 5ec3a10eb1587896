"""create_app: the order in which the portal is put together."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_login import LoginManager, current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from mdo_portal import wiring
from mdo_portal.database import Database
from mdo_portal.domain.sealing import Sealer
from mdo_portal.errors import NotSignedIn
from mdo_portal.live import server as live
from mdo_portal.services.people import sessions
from mdo_portal.settings import PACKAGE, Settings
from mdo_portal.web import (
    absences,
    account,
    advice,
    boards,
    bodies,
    calendars,
    cases,
    companions,
    confirming,
    decision_forms,
    decision_objections,
    decisions,
    destruction,
    documents,
    errors,
    exports,
    fhir,
    fhir_access,
    fhir_notices,
    fhir_requests,
    follow_up_figures,
    follow_ups,
    forms,
    grants,
    guard,
    health,
    identities,
    inbox,
    invitations,
    launch,
    leave,
    letter_templates,
    links,
    links_again,
    links_agreements,
    links_gp,
    links_launch,
    links_line,
    links_places,
    links_taking,
    links_try,
    links_way_back,
    log,
    meetings,
    navigation,
    oidc,
    openapi,
    patient_letters,
    post,
    post_taken_back,
    post_week,
    preparations,
    providers,
    reading_order,
    receipt_lists,
    refused_calls,
    rescheduling,
    retention,
    rights,
    rooms,
    signing_in,
    undecided,
    words,
    worklist,
    year_figures,
)
from mdo_portal.web import people as people_pages
from mdo_portal.web import sessions as session_pages
from mdo_portal.web.context import SignedInUser, client_address, now

SIGNING_IN = (signing_in, invitations, confirming, account, calendars, session_pages, oidc, providers)
CASES = (
    worklist,
    cases,
    documents,
    forms,
    launch,
    grants,
    preparations,
    meetings,
    absences,
    leave,
    rescheduling,
    rooms,
    undecided,
    companions,
    advice,
    decisions,
    decision_forms,
    decision_objections,
    patient_letters,
    post,
    post_taken_back,
    post_week,
    receipt_lists,
    follow_ups,
    follow_up_figures,
    year_figures,
    exports,
)
RUNNING = (
    identities,
    inbox,
    links,
    links_try,
    links_way_back,
    links_again,
    links_agreements,
    links_taking,
    links_places,
    links_gp,
    links_launch,
    links_line,
    log,
    people_pages,
    rights,
    boards,
    letter_templates,
    retention,
    destruction,
)
BLUEPRINTS = (*SIGNING_IN, *CASES, *RUNNING, fhir_access, fhir_notices, fhir_requests, fhir, health, openapi)


def create_app(settings: Settings, *, database: Database | None = None) -> Flask:
    """The web application: pages, the FHIR door and the live sockets of one process."""
    app = Flask("mdo_portal", template_folder=str(settings.templates), static_folder=str(PACKAGE / "static"))
    _configure(app, settings)
    app.extensions["mdo_settings"] = settings
    app.extensions["mdo_database"] = database or Database(
        settings.database_url, sealer=Sealer(settings.keyring), pool_size=20, of_people=True
    )
    app.extensions["mdo_readers"] = wiring.readers()
    app.extensions["mdo_relying_party"] = wiring.relying_party(loopback=settings.demo)
    Babel(app, locale_selector=_language, default_locale="nl", default_timezone="Europe/Amsterdam")
    _carry_user(app)
    for part in (words, navigation, reading_order, guard, errors, refused_calls):
        part.install(app)
    for part in BLUEPRINTS:
        app.register_blueprint(part.blueprint)
    app.add_url_rule("/", "home", _home)
    live.install(app, settings)
    bodies.install(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    secure = settings.public_url.startswith("https:")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-mdo" if secure else "mdo",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        TRUSTED_HOSTS=trusted_hosts(settings),
        MAX_CONTENT_LENGTH=settings.message_limit,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        MAX_FORM_PARTS=300,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        BABEL_TRANSLATION_DIRECTORIES=str(PACKAGE / "translations"),
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def trusted_hosts(settings: Settings) -> list[str]:
    """The names this portal answers to; loopback too, for whoever watches it on its own machine. Any other Host is refused."""
    own = urlsplit(settings.public_url).hostname or ""
    return [own, *settings.trusted_hosts, "localhost", "127.0.0.1", "[::1]"]


def _language() -> str:
    if isinstance(current_user, SignedInUser) or getattr(current_user, "is_authenticated", False):
        return str(current_user.signed.viewer.language)
    return request.cookies.get("language") if request.cookies.get("language") in ("nl", "en") else "nl"  # type: ignore[return-value]


def _carry_user(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(key: str) -> SignedInUser | None:
        touch = request.headers.get("X-Live") != "1"  # a page that refreshes itself is nobody's act
        known_by = {"client_address": client_address(), "trace_id": g.get("trace_id", "")}
        try:
            with app.extensions["mdo_database"].transaction(entering=sessions.hash_key(key)) as session:
                found = sessions.signed_in(session, key, now=now(), touch=touch, **known_by)
        except NotSignedIn:
            return None
        return SignedInUser(key, found) if found else None


@guard.public("only sends on to the first page")
def _home() -> ResponseReturnValue:
    user = current_user._get_current_object()
    return redirect(navigation.first_page(user.signed.viewer) if isinstance(user, SignedInUser) else url_for("signing_in.page"))
