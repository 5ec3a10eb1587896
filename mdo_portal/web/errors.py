"""PortalError as a page or a toast, in the reader's words; anything else as one calm sentence."""

from __future__ import annotations

import structlog
from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from mdo_portal.errors import N_, NotFound, NotSignedIn, PortalError
from mdo_portal.web.context import is_fragment

log = structlog.get_logger(__name__)

HTTP_SENTENCES = {
    404: NotFound.sentence,
    405: N_("Dat kan op dit adres niet. Er is niets veranderd."),
    413: N_("Dit bestand is te groot. Er is niets bewaard; kies een kleiner bestand."),
}
FALLBACK = N_("Er ging iets mis bij ons. Wat al was opgeslagen, is er nog. Probeer het opnieuw of bel de beheerder.")


def install(app: Flask) -> None:
    app.register_error_handler(PortalError, _portal_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _portal_error(error: PortalError) -> ResponseReturnValue:
    if isinstance(error, NotSignedIn) and not is_fragment() and request.method == "GET":
        return redirect(url_for("signing_in.page", next=request.full_path.rstrip("?")))
    return _answer(gettext(error.sentence) % error.params, error.status)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    return _answer(gettext(HTTP_SENTENCES.get(status, PortalError.sentence if status < 500 else FALLBACK)), status)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("request.failed", endpoint=request.endpoint, error=type(error).__name__, exc_info=False)
    if request.environ.get("mdo.debug"):
        raise error
    return _answer(gettext(FALLBACK), 500)


def _answer(sentence: str, status: int) -> ResponseReturnValue:
    template = "errors/_toast.html" if is_fragment() else "errors/page.html"
    headers = {"HX-Reswap": "none"} if is_fragment() else {}
    return render_template(template, sentence=sentence, status=status), status, headers
