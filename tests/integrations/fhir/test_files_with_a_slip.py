"""A slip in what is said of a file beside what it is costs no letter, and a file is called what its request calls it."""

from __future__ import annotations

from typing import Any

import pytest

from .make import Node, request
from .read_house import PDF, about, read


def letter(**beside: Any) -> Node:
    file = {"contentType": "application/pdf", "title": "Brief longarts", "data": PDF} | beside
    return about("DocumentReference", status="current", content=[{"attachment": file}])


@pytest.mark.parametrize(
    ("name", "wrong"), [("hash", "zz!"), ("hash", "0a1b2"), ("size", -1), ("size", "groot"), ("creation", "11/01/2026")]
)
def test_a_letter_of_which_the_size_or_the_hash_is_wrong_is_a_letter(name: str, wrong: object) -> None:
    """It was put apart whole, with its title and its date: nobody saw it on the case."""
    found = read(letter(**{name: wrong}))

    assert [(one.title, one.media_type, bool(one.content)) for one in found.documents] == [
        ("Brief longarts", "application/pdf", True)
    ]
    assert (found.quarantined, found.unmapped) == ((), (f"DocumentReference/2 attachment.{name}",))


def test_so_is_one_in_a_report() -> None:
    form = {"contentType": "application/pdf", "title": "PA-verslag", "data": PDF, "size": -1}
    found = read(about("DiagnosticReport", status="final", code={"text": "PA"}, presentedForm=[form]))

    assert [one.title for one in found.documents] == ["PA-verslag"]


def test_what_is_no_base64_stays_apart() -> None:
    assert read(letter(data="***", size=-1)).documents == ()


def test_a_file_that_a_request_points_at_is_called_as_it_calls_it() -> None:
    file = {"resourceType": "Binary", "id": "b", "contentType": "application/pdf", "data": PDF}
    found = read(file, asked=request(supportingInfo=[{"reference": "Binary/b", "display": "Verwijsbrief"}]))

    assert [one.title for one in found.documents] == ["Verwijsbrief"]
