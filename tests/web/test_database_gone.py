"""What a person and what a machine hear while the database is away: not now, and when again. What was typed waits."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import TimeoutError as NoneFree
from werkzeug import formparser

from mdo_portal.database import Database
from mdo_portal.services.common import standbys
from mdo_portal.services.referrals import drafts
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in

NOWHERE = "postgresql+psycopg://mdo_app@/mdo?host=/nowhere"
FORM = {"csrf_token": CSRF, "family": "Voorbeeld"}


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as running:
        yield running


@pytest.fixture
def dirk(app: Flask, database: Database, region: Region) -> FlaskClient:
    return signed_in(app, database, region, "Dirk")


def go_away(app: Flask) -> None:
    app.extensions["mdo_database"] = Database(NOWHERE)


def test_a_page_says_that_it_cannot_be_had_now_and_when_to_ask_again(app: Flask, dirk: FlaskClient) -> None:
    go_away(app)

    page = dirk.get("/worklist")

    assert page.status_code == 503 and int(page.headers["Retry-After"]) > 0
    assert "kan even niet bij zijn gegevens" in page.text and "Er ging iets mis" not in page.text


def test_the_page_after_a_form_keeps_what_was_typed_until_it_is_sent_again(app: Flask, dirk: FlaskClient) -> None:
    """*Opnieuw proberen* led to an empty form: the script that keeps it was told that the form had been taken."""
    go_away(app)

    sent, asked = dirk.post("/register/draft", data=FORM), dirk.get("/register")

    assert sent.status_code == 503 and "voordat u het opnieuw doet" in sent.text
    assert "data-typed-waits" in sent.text and "/core" in sent.text.partition("<script")[2]
    assert "<script" not in asked.text  # it would say that the form was taken


def test_a_fragment_is_a_sentence_and_the_page_stays(app: Flask, dirk: FlaskClient) -> None:
    go_away(app)

    piece = dirk.post("/register/draft", data=FORM, headers={"HX-Request": "true"})

    assert piece.status_code == 503 and piece.headers["HX-Reswap"] == "none" and piece.headers["X-Error"]


def test_none_free_in_time_is_not_now_too(dirk: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def waits_in_vain(*_: object, **__: object) -> None:
        raise NoneFree

    monkeypatch.setattr(drafts, "load", waits_in_vain)

    assert dirk.get("/register").status_code == 503


def test_files_and_who_watches_us_are_answered(app: Flask, dirk: FlaskClient) -> None:
    paths = ("/static/dist/manifest.json", "/health/live", "/health/ready")
    before = [dirk.get(path).status_code for path in paths]
    go_away(app)

    assert [dirk.get(path).status_code for path in paths] == [*before[:2], 503]


def test_who_watches_us_hears_that_every_page_waits_for_a_standby(dirk: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standbys, "is_awaited", lambda session: True)

    assert dirk.get("/health/ready").status_code == 503


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_file_for_which_the_disk_has_no_room_is_not_now_and_what_was_typed_waits(
    dirk: FlaskClient, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(**_: object) -> None:
        raise OSError(number, "no room")

    monkeypatch.setattr(formparser, "SpooledTemporaryFile", full)

    sent = dirk.post("/register", data=FORM | {"files": (BytesIO(b"%PDF-1.7"), "brief.pdf")})

    assert sent.status_code == 503 and int(sent.headers["Retry-After"]) > 0
    assert "voordat u het opnieuw doet" in sent.text and "data-typed-waits" in sent.text


def test_a_hospital_s_system_hears_when_to_send_again(app: Flask) -> None:
    go_away(app)

    answer = app.test_client().post("/fhir", data=b"{}", headers={"Authorization": "Bearer x"})

    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
