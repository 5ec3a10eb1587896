"""Who may talk to the page: this machine, by its own name, and no other site through somebody's browser."""

from __future__ import annotations

from flask import Flask, Response, abort, request

_NAMES = ("127.0.0.1", "localhost", "[::1]")
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def guard(app: Flask) -> None:
    @app.before_request
    def only_here() -> None:
        """A name that is not ours is DNS rebinding; a POST with another Origin is another site."""
        port = request.environ["SERVER_PORT"]
        if request.host not in {f"{name}:{port}" for name in _NAMES}:
            abort(421)
        origin = request.headers.get("Origin")
        if request.method != "GET" and origin is not None and origin != f"http://{request.host}":
            abort(403)

    @app.after_request
    def with_headers(response: Response) -> Response:
        response.headers.extend(_HEADERS)
        return response
