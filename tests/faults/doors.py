"""Row D1: everybody tries every door, in the web application as web processes have it."""

from __future__ import annotations

import sys
from typing import Any

from tests.faults.house import House
from tests.web.matrix_house import house_on
from tests.web.matrix_tries import SLICES, try_all


def everybody_everywhere(house: House, *, rounds: int) -> dict[str, Any]:
    """So many slices of the matrix of rights; a short run takes another one than the tests do."""
    database = house.copy()
    with house_on(database, house.region) as tried:
        tally = try_all(tried, tried.people, {(1 + at) % SLICES for at in range(rounds)})
        figures = {"cells": tally.cells, "people": len(tried.people), "leaks": len(tally.leaks), "unlisted": len(tally.unlisted)}
    database.close()
    found = [*tally.leaks, *tally.wrong, *tally.unlisted]
    print("\n".join(found), file=sys.stderr)
    return figures | {"wrong": len(tally.wrong), "rounds": rounds, "ok": not found}
