"""How much a form may say: little, unless it carries files; and who only asks says nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask

from mdo_portal.database import Database
from mdo_portal.web import guard
from tests.web.access_house import House, house
from tests.web.portal import CSRF, app_on

__all__ = ["house"]


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as made:
        yield made


def multipart(size: int) -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{CSRF}\r\n'
    file = '--b\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    return (head + file).encode() + b"x" * size + b"\r\n--b--\r\n"


FORM = "multipart/form-data; boundary=b"


def test_large_forms_are_taken_where_a_page_has_files_and_nowhere_else(app: Flask) -> None:
    large = {name for name, view in app.view_functions.items() if getattr(view, "takes_files", False)}

    assert large == {
        "documents.add", "forms.save", "forms.send_in", "letter_templates.save", "letter_templates.try_out", "line.bind",
        "trying.show",
    }  # fmt: skip


def test_a_form_without_files_that_is_very_large_is_told_so(house: House) -> None:
    """Thirty-two megabytes of it were put on the disk of the web process, and then the act was done."""
    browser = house.person("Aisha")
    ask = f"/cases/{house.ids['case_id']}/ask"

    answer = browser.post(ask, data=multipart(guard.FORM), content_type=FORM)
    small = browser.post(ask, data=multipart(1_000), content_type=FORM)

    assert (answer.status_code, small.status_code != 413) == (413, True)
    assert "Dit formulier is te groot" in answer.text


def test_a_form_that_does_not_say_how_large_it_is_is_read_no_further(house: House) -> None:
    sent = io.BytesIO(multipart(guard.FORM * 4))

    head = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "wsgi.input": sent}
    ask = f"/cases/{house.ids['case_id']}/ask"

    answer = house.person("Aisha").post(ask, content_type=FORM, environ_overrides=head)

    assert answer.status_code == 413
    assert sent.tell() <= guard.FORM + 100_000


@pytest.mark.parametrize("who", ["nobody", "somebody"])
def test_of_a_question_with_a_form_nothing_is_read(house: House, app: Flask, who: str) -> None:
    """Nobody had to be signed in to leave thirty-two megabytes on the disk so, for as long as they dripped."""
    browser = app.test_client() if who == "nobody" else house.person("Aisha")
    sent = io.BytesIO(multipart(3_000_000))

    browser.get(
        "/account" if who == "somebody" else "/sign-in", input_stream=sent, content_length=len(sent.getvalue()), content_type=FORM
    )

    assert sent.tell() == 0
