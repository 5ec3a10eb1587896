"""PortalError as a page or a toast, in the reader's words; anything else as one calm sentence."""

from __future__ import annotations

import errno
import json
from urllib.parse import quote, urlsplit

import structlog
from flask import Flask, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale, gettext
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

from mdo_portal import database
from mdo_portal.domain.policy import Act
from mdo_portal.errors import (
    N_,
    HeldBack,
    NotFound,
    NotFresh,
    NotOurPage,
    NotSignedIn,
    NotStrong,
    PortalError,
    TooLong,
    whereabouts,
)
from mdo_portal.web import fhir, nothing, refusals
from mdo_portal.web.context import is_fragment
from mdo_portal.web.paths import here, own_path

log = structlog.get_logger(__name__)

HTTP_SENTENCES = {
    404: NotFound.sentence,
    400: N_("Dit adres of verzoek klopt niet. Er is niets veranderd."),
    405: N_("Dat kan op dit adres niet. Er is niets veranderd."),
    413: N_("Wat u verstuurde is te groot. Er is geen bestand bewaard; kies een kleiner bestand, of verstuur ze één voor één."),
}
LACKING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE})
"""No room on the disk, or no more files on it, a disk that takes nothing, too many files open."""
_SIGNING = {Act.DECISION_SIGN, Act.DECISION_REVISE}
_OURS = {"csrf_token", "next", "seen"}
"""Fields that nobody fills in."""
SECTIONS = {"destruction": "retention.page"}
"""Where somebody goes on whose form stood on a page that cannot be asked for: it was itself the answer to a form."""
FALLBACK = N_("Er ging iets mis bij ons. Wat al was opgeslagen, is er nog. Probeer het opnieuw of bel de beheerder.")
AWAY = N_(
    "Het portaal kan even niet bij zijn gegevens. Probeer het over een minuut opnieuw, of bel de beheerder als het langer duurt."
)
AWAY_AFTER_A_WRITE = N_(
    "Het portaal kan even niet bij zijn gegevens. Kijk over een minuut of het is opgeslagen voordat u het opnieuw doet."
)
AGAIN_SECONDS = 10
"""Who was told *not now* (503) may ask again after so long."""


def install(app: Flask) -> None:
    nothing.install(app)
    app.after_request(_say_when)
    app.register_error_handler(PortalError, _portal_error)
    app.register_error_handler(SecurityError, _unknown_host)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _portal_error(error: PortalError) -> ResponseReturnValue:
    refusals.note(error)
    if _is_a_machine():
        return fhir.nothing_here(error.status)
    if isinstance(error, NotSignedIn) and not is_fragment() and request.method == "GET":
        return redirect(url_for("signing_in.page", next=request.full_path.rstrip("?")))
    if isinstance(error, NotStrong) and not is_fragment() and request.method == "GET":
        return redirect(url_for("account.second_factor", next=own_path(request.full_path.rstrip("?"))))
    if isinstance(error, NotFresh):
        return _to_confirm(error)
    kind = {"is_expired": isinstance(error, NotOurPage), "is_held": isinstance(error, HeldBack)}
    return _answer(gettext(error.sentence) % error.params, error.status, **kind)


def _to_confirm(error: NotFresh) -> ResponseReturnValue:
    """To the page that asks who it is, and back to the page one was on."""
    url = url_for("confirming.page", next=here(), strong="1" if error.strong else None)
    return ("", 204, {"HX-Redirect": url}) if is_fragment() else redirect(url, 303)


def _unknown_host(error: SecurityError) -> ResponseReturnValue:
    """No page: under a name that is not ours no address can be made, and the name is not repeated."""
    return gettext(HTTP_SENTENCES[400]), 400, {"Content-Type": "text/plain; charset=utf-8"}


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if _is_a_machine():
        return fhir.nothing_here(status, getattr(error, "valid_methods", None) or ())  # a machine reads this, not a person
    return _answer(gettext(HTTP_SENTENCES.get(status, PortalError.sentence if status < 500 else FALLBACK)), status)


def _is_a_machine() -> bool:
    return request.path == "/fhir" or request.path.startswith("/fhir/")


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("request.failed", endpoint=request.endpoint, **whereabouts(error))
    if request.environ.get("mdo.debug"):
        raise error
    if _is_a_machine():
        return fhir.broken(error)
    if database.is_too_long(error):
        return _portal_error(TooLong())
    if database.is_held_back(error) and (held := _held_back()) is not None:
        return held
    is_away = database.is_away(error) or _lacks(error)
    status = 503 if is_away else 500
    language = request.cookies.get("language", "nl")
    with force_locale(language if language in ("nl", "en") else "nl"):
        sentence = gettext(_trouble(is_away=is_away))
        # Outside every context processor: whoever is signed in cannot be read when the database is what failed.
        template = current_app.jinja_env.get_template("errors/unavailable.html")
        shown = {"sentence": sentence, "again": _again(), "was_sent": request.method == "POST", "is_away": is_away}
        page = template.render(**shown, locale=str(get_locale()))
        return (sentence, status, _headers(sentence, status)) if is_fragment() else (page, status)


def _held_back() -> ResponseReturnValue | None:
    """That PostgreSQL held it back, and what to do. None when it withholds also who is in: then it is the portal that lacks a right."""
    try:
        return _portal_error(HeldBack())
    except SQLAlchemyError as failed:
        log.error("request.failed", endpoint=request.endpoint, **whereabouts(failed))
        return None


def _lacks(error: Exception) -> bool:
    """Whether this machine has no room for a large file, or may open no more of them: no fault of what was sent."""
    return isinstance(error, OSError) and error.errno in LACKING


def _trouble(*, is_away: bool) -> str:
    if not is_away:
        return FALLBACK
    return AWAY if request.method in ("GET", "HEAD") else AWAY_AFTER_A_WRITE


def _say_when(response: Response) -> Response:
    if response.status_code == 503:
        response.headers.setdefault("Retry-After", str(AGAIN_SECONDS))
    return response


def _again() -> str:
    """The page to try again: this one, unless it was a write."""
    return request.full_path.rstrip("?") if request.method == "GET" else _way_back()


def _way_back() -> str:
    """The page with the form that was sent; else the one somebody most likely came from: of the case or meeting that the address names."""
    if request.method == "POST" and (came_from := _page_before()):
        return came_from
    way = _page_above()
    return way if way != request.path else url_for("home")  # the page that is not there leads nowhere


def _page_above() -> str:
    if request.blueprint in SECTIONS:
        return url_for(SECTIONS[request.blueprint])
    named = request.view_args or {}
    if "case_id" in named:
        return url_for("cases.page", case_id=named["case_id"])
    if "meeting_id" in named:
        return url_for("meetings.agenda", meeting_id=named["meeting_id"])
    return url_for("home")


def _page_before() -> str:
    """Where the form stood, when it can be asked for: what an earlier form was answered with cannot."""
    came_from = here()
    adapter = current_app.create_url_adapter(request)
    return came_from if adapter and came_from and adapter.test(urlsplit(came_from).path, "GET") else ""


def _answer(sentence: str, status: int, *, is_expired: bool = False, is_held: bool = False) -> ResponseReturnValue:
    if is_fragment():
        return render_template("errors/_toast.html", sentence=sentence, status=status), status, _headers(sentence, status)
    g.uncounted = True  # a refusal costs little, however often it is asked for
    was_sent = request.method == "POST"  # something was typed, and the page before this one still has it
    shown = {"sentence": sentence, "status": status, "again": _again(), "back": _way_back()}
    has_typed = was_sent and (is_held or status in (400, 404, 409)) and _has_typed()
    kind = {"is_expired": is_expired, "is_held": is_held, **_of_a_case()}
    return render_template("errors/page.html", **shown, was_sent=was_sent, has_typed=has_typed, **kind), status


def _of_a_case() -> dict[str, bool]:
    """Whether the address names a case or its discussion, and whether one signs there: its page may have left the screen of who read it.
    Said alike of what never was, of another hospital's and of what was taken away: it is about the address alone.
    """
    named = request.view_args or {}
    act = getattr(current_app.view_functions.get(request.endpoint or ""), "act", None)
    return {"of_case": "case_id" in named or "round_id" in named, "signs": act in _SIGNING}


def _has_typed() -> bool:
    """Whether the form holds anything; of one that is larger than its sender may send nothing is read, for this neither."""
    try:
        return any(text for name, text in request.form.items() if name not in _OURS)
    except RequestEntityTooLarge:
        return True


def _headers(sentence: str, status: int) -> dict[str, str]:
    """Nothing of the page is replaced; the sentence becomes a toast. htmx does not count 422 as an error, so it is told apart."""
    spoken = (
        {"HX-Trigger": json.dumps({"toast": {"kind": "error", "text": sentence}})}
        if status == 422
        else {"X-Error": quote(sentence)}
    )
    return {"HX-Reswap": "none"} | spoken
