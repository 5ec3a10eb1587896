"""How long a queue waits before it knocks at the same door again."""

from __future__ import annotations

import random
from datetime import timedelta

LONGEST = 900.0
"""A quarter of an hour; a queue that asks less of the other side has a shorter one of its own."""


def pause(attempts: int, *, asked: float = 0.0, longest: float = LONGEST) -> timedelta:
    """1, 2, 4 … seconds up to `longest`, with a random half so that a region does not knock at once.

    `asked`: seconds that the other side asks us to stay away; one that says a day is asked again within `longest` all the same.
    """
    seconds = min(longest, 2.0 ** min(attempts - 1, 12))
    ours = seconds * random.uniform(0.5, 1.0)  # noqa: S311  spreads knocking, hides nothing
    return timedelta(seconds=max(ours, min(asked, longest)))
