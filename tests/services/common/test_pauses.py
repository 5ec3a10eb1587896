"""How long a queue waits before it knocks again: longer each time, never longer than a quarter of an hour, and as long as was asked."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from mdo_portal.services.common.pauses import pause
from mdo_portal.services.letters.deliveries import MAX_ATTEMPTS

SECONDS = timedelta(seconds=1)


def test_pauses_grow_to_a_quarter_of_an_hour_and_no_further() -> None:
    random.seed(4)
    pauses = [pause(attempt).total_seconds() for attempt in range(1, 60)]

    assert 0.5 <= pauses[0] <= 1
    assert all(2 ** (attempt - 1) / 2 <= pauses[attempt - 1] <= 2 ** (attempt - 1) for attempt in range(1, 10))
    assert all(450 <= one <= 900 for one in pauses[11:])


def test_a_receiver_that_is_never_there_costs_few_attempts_a_day() -> None:
    random.seed(4)
    waited, attempts = 0.0, 0
    while waited < 24 * 3600:
        attempts += 1
        waited += pause(attempts).total_seconds()

    assert attempts < 200 < MAX_ATTEMPTS


@pytest.mark.parametrize(("asked", "least", "most"), [(0, 0.5, 1), (600, 600, 600), (86_400, 900, 900)])
def test_a_pause_is_as_long_as_was_asked_but_never_a_day(asked: float, least: float, most: float) -> None:
    assert least * SECONDS <= pause(1, asked=asked) <= most * SECONDS
