"""A server that has it too busy may say when to come back (RFC 9110, 10.2.3): read at every door out, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from integrations.fhir.sending.question import FhirAsker
from integrations.fhir.sending.receipt import outcome_of
from integrations.fhir.sending.sender import FhirSender
from integrations.fhir.server.door import Door
from integrations.fhir.server.fetching import Fetching
from integrations.out import Reply
from integrations.smart.client import Tokens
from integrations.smart.keys import OwnKey
from mdo_portal.exchange import Address, NotPulled
from tests.integrations.fhir.make import Told, address, decision, server
from tests.integrations.fhir.test_question import QUESTION

SAID_AT = "Mon, 02 Mar 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        pytest.param(503, {"retry-after": "120"}, 120, id="seconds"),
        pytest.param(429, {"retry-after": " 7 "}, 7, id="with blanks"),
        pytest.param(
            503, {"retry-after": "Mon, 02 Mar 2026 09:05:00 GMT", "date": SAID_AT}, 300, id="a moment, by its own clock"
        ),
        pytest.param(503, {"retry-after": "Mon, 02 Mar 2026 08:00:00 GMT", "date": SAID_AT}, 0, id="a moment that has passed"),
        pytest.param(503, {"retry-after": "Mon, 02 Mar 2026 09:05:00 GMT"}, 0, id="a moment, and no clock to read it by"),
        pytest.param(503, {"retry-after": "Mon, 02 Mar 2026 09:05:00", "date": SAID_AT}, 0, id="a moment somewhere"),
        pytest.param(503, {"retry-after": "-5"}, 0, id="less than nothing"),
        pytest.param(503, {"retry-after": "٣"}, 0, id="digits of elsewhere"),
        pytest.param(503, {"retry-after": "9" * 5_000}, 0, id="no number of seconds"),
        pytest.param(503, {"retry-after": "soon"}, 0, id="a word"),
        pytest.param(503, {}, 0, id="nothing"),
        pytest.param(422, {"retry-after": "120"}, 0, id="a refusal is for a person"),
    ],
)
def test_how_long_a_server_asks_us_to_wait(status: int, headers: dict[str, str], seconds: int) -> None:
    assert outcome_of(Reply(status, b"", headers)).wait_seconds == seconds


OURS = Tokens(OwnKey(b"s" * 32))


def fetched(there: Address) -> float:
    with pytest.raises(NotPulled) as caught:
        Fetching(there, Door(OURS)).send("GET", "Task/1")
    return caught.value.wait_seconds


@pytest.mark.parametrize("asked_for", ["token", "task"])
@pytest.mark.parametrize(
    "waits",
    [
        pytest.param(lambda there: FhirSender(OURS).send(decision(), there).wait_seconds, id="a letter"),
        pytest.param(lambda there: FhirAsker(OURS).ask(QUESTION, there).wait_seconds, id="a question"),
        pytest.param(fetched, id="what lies ready"),
    ],
)
def test_whoever_asks_hears_it_also_of_the_server_that_gives_tokens(waits: Callable[[Address], float], asked_for: str) -> None:
    with server(Told(503, b"", headers={"Retry-After": "120"})) as url:
        there = address(url)
        assert waits(replace(there, token_url=f"{url}/token") if asked_for == "token" else there) == 120
