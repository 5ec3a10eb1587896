"""Ways back: only ever to a page of our own, whatever an address or a browser says."""

from __future__ import annotations

import pytest
from flask import Flask

from mdo_portal.web.paths import here, own_path

STRANGE = [
    "",
    "worklist",
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/work\x00list",
]


@pytest.mark.parametrize("wanted", STRANGE)
def test_what_is_no_page_of_our_own_is_nowhere(wanted: str) -> None:
    assert own_path(wanted) == ""


@pytest.mark.parametrize("wanted", ["/", "/worklist?q=a%20b&next=//evil.example", "/cases/1#notes"])
def test_a_page_of_our_own_is_gone_back_to_as_it_is(wanted: str) -> None:
    assert own_path(wanted) == wanted


def whence(method: str = "POST", **headers: str) -> str:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    with Flask(__name__).test_request_context("/here?a=b", method=method, headers=told):
        return here()


def test_a_page_is_where_it_is_and_a_form_or_fragment_where_it_stands() -> None:
    page = "http://localhost/worklist?board=x"

    assert (whence("GET"), whence("GET", Referer=page)) == ("/here?a=b", "/here?a=b")
    assert whence(Referer=page) == whence("GET", HX_Request="true", HX_Current_URL=page) == "/worklist?board=x"
    assert whence(Referer="http://localhost/other", HX_Current_URL=page) == "/worklist?board=x"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "http://evil.example/worklist",
        "http://localhost:81/worklist",
        "http://localhost//evil.example",
        "http://[",
        "http://[x/a",
    ],
)
def test_a_form_that_stands_elsewhere_or_nowhere_that_can_be_read_goes_back_nowhere(said: str) -> None:
    assert whence(Referer=said) == ""
