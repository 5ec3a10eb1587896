"""The FHIR door, for who has no token: what they send is kept nowhere, not for as long as a request takes either."""

from __future__ import annotations

import tracemalloc

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from mdo_portal.database import Database
from mdo_portal.web import bodies
from tests.web.fhir_house import app, messages

__all__ = ["app"]
LARGE = 8 * 1_048_576


class Zeros:
    """A body of so many bytes that is nowhere as a whole; each piece takes as long as the test likes."""

    def __init__(self, size: int, *, seconds: float = 0.0) -> None:
        self.left, self.seconds, self.now = size, seconds, 0.0

    def read(self, size: int = -1) -> bytes:
        piece = min(self.left, size if size >= 0 else self.left, 65_536)
        self.left, self.now = self.left - piece, self.now + self.seconds
        return bytes(piece)

    readline = read


@pytest.mark.parametrize("token", ["", "Bearer nobody"])
def test_a_large_body_without_a_known_token_is_passed_over_and_not_held(app: Flask, database: Database, token: str) -> None:
    """Two hundred strangers filled the memory of a web process: their bodies were held before anybody asked who they were."""
    body = Zeros(LARGE)
    told = {
        "HTTP_AUTHORIZATION": token,
        "CONTENT_TYPE": "application/fhir+json",
        "CONTENT_LENGTH": str(LARGE),
        "wsgi.input": body,
    }
    tracemalloc.start()
    try:
        answer = app.test_client().open("/fhir", method="POST", environ_overrides=told)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (answer.status_code, body.left, messages(database)) == (401, 0, [])
    assert most < LARGE / 4


def test_who_may_not_come_in_and_drips_is_not_heard_to_the_end() -> None:
    body = Zeros(LARGE, seconds=1.0)
    asked = Request(
        EnvironBuilder(method="POST", environ_overrides={"CONTENT_LENGTH": str(LARGE), "wsgi.input": body}).get_environ()
    )

    bodies.passed_over(asked, clock=lambda: body.now)

    assert (body.now, body.left > 0) == (bodies.PASSED_OVER_SECONDS, True)
