"""A server that has it too busy may say when to come back (RFC 9110, 10.2.3): read, and nothing else is."""

from __future__ import annotations

import pytest

from integrations.fhir.receipt import outcome_of
from integrations.out import Reply

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
