"""Of requests that say no board the one that asks something is the referral; and what stands with nothing but a state is not shown."""

from __future__ import annotations

from typing import Any

import pytest

from .make import Node, request, told
from .read_house import about, read

SCAN: Node = request(id="a", identifier=[{"value": "CT-1"}], code={"text": "CT thorax"})


@pytest.mark.parametrize(
    "more",
    [
        {"note": [{"text": "Graag beoordelen"}]},
        {"reasonCode": [{"text": "Longcarcinoom"}]},
        {"reasonReference": [{"display": "Longcarcinoom"}]},
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_that_are_as_unclear_the_one_that_says_why_is_the_referral(more: dict[str, Any], is_first: bool) -> None:
    asked = request(id="b", code={"text": "Verwijzing longarts"}, **more)
    first, second = (asked, SCAN) if is_first else (SCAN, asked)
    found = read(second, asked=first)
    assert (found.number, ("Aangevraagd", "CT thorax") in told(found)) == ("REF-1", True)


def test_what_is_based_on_another_request_of_the_message_is_not_the_referral() -> None:
    scan = SCAN | {"basedOn": [{"reference": "ServiceRequest/b"}], "reasonCode": [{"text": "Longcarcinoom"}]}
    found = read(request(id="b", code={"text": "Verwijzing longarts"}), asked=scan)
    assert (found.number, found.board_hint) == ("REF-1", "Verwijzing longarts")


def test_a_request_that_says_only_that_it_is_done_is_not_shown_but_named() -> None:
    found = read(about("ServiceRequest", status="completed", intent="order"))
    assert (found.facts, found.unmapped) == ((), ("ServiceRequest/2",))
