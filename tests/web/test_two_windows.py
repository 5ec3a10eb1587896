"""The registration typed in two windows of one person: what was said to be kept is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from mdo_portal.database import Database
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in


@pytest.fixture
def dirk(database: Database, region: Region) -> Iterator[FlaskClient]:
    with app_on(database) as app:
        yield signed_in(app, database, region, "Dirk")


def opened(client: FlaskClient) -> dict[str, str]:
    """What a window that shows the form sends with every save."""
    page = client.get("/register").text
    return {"csrf_token": CSRF} | dict(re.findall(r'name="(page|after)" value="([^"]*)"', page))


def save(client: FlaskClient, window: dict[str, str], family: str) -> int:
    return client.post("/register/draft", data=window | {"family": family}, headers={"HX-Request": "true"}).status_code


def test_a_second_window_does_not_replace_what_the_first_was_told_is_kept(dirk: FlaskClient) -> None:
    first, second = opened(dirk), opened(dirk)

    assert [save(dirk, first, "Voorbeeld"), save(dirk, second, "Anders"), save(dirk, first, "Voorbeelden")] == [200, 409, 200]
    assert 'value="Voorbeelden"' in dirk.get("/register").text


def test_a_window_goes_on_from_what_was_kept_also_when_an_answer_never_came(dirk: FlaskClient) -> None:
    save(dirk, opened(dirk), "Voorbeeld")
    again = opened(dirk)

    assert [save(dirk, again, "Voorbeelden"), save(dirk, again, "Voorbeelden"), save(dirk, again, "Voorbeeld")] == [200] * 3


def test_sending_in_from_one_window_leaves_what_another_was_told_is_kept(dirk: FlaskClient) -> None:
    first, second = opened(dirk), opened(dirk)
    save(dirk, second, "Anders")

    refused = dirk.post("/register", data=first | {"family": "Voorbeeld"})

    assert refused.status_code == 422 and "wat u typte is bewaard" not in refused.text and 'value="Voorbeeld"' in refused.text
    assert 'value="Anders"' in dirk.get("/register").text
