"""How often chance is asked: as often as in every run of the tests, or many times that (`make properties`, MDO_CHANCE).

A property that runs in every `make test` is given new examples each time; what is rare is found by the long run.
"""

from __future__ import annotations

import os


def examples(in_every_run: int) -> int:
    """So many, times what the long run asks for."""
    return in_every_run * int(os.environ.get("MDO_CHANCE", "1"))
