"""That there is nothing here takes as long to say of what is not there as of what is somebody else's.

PostgreSQL looks some tenths of a millisecond longer at a row that it then withholds. Who asks often could tell the two apart, and so learn
what another hospital has: such an answer leaves no sooner than a fixed time after its question came, several times what either takes.
"""

from __future__ import annotations

from time import monotonic, sleep

from flask import Flask, Response, current_app, g, request

AFTER = "mdo_nothing_after"
SECONDS = 0.025
_OPEN = (None, "static")
"""Of an address that leads nowhere, or of a file of ours that is not there, nobody learns anything: it holds up no worker."""


def install(app: Flask) -> None:
    app.extensions[AFTER] = SECONDS
    app.before_request(_begin)
    app.after_request(_wait)


def _begin() -> None:
    g.began = monotonic()


def _wait(response: Response) -> Response:
    if response.status_code == 404 and "began" in g and request.endpoint not in _OPEN:
        sleep(max(0.0, g.began + current_app.extensions[AFTER] - monotonic()))
    return response
