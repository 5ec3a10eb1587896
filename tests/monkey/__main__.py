"""`python -m tests.monkey [--minutes 10] [--steps 180] [SEED …]`: one JSON line per seed. Exit 1 when something did not hold.

Without seeds it goes on with 1, 2, 3 … until the minutes are over. What happened, step by step, stands in var/monkey/SEED.log. A failure
counts when it comes again with its seed: on a full machine answers come in another order.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from itertools import count

import structlog
from playwright.sync_api import Browser

from tests.browser import ROOT, chromium
from tests.faults.house import House, house
from tests.monkey.meeting import meeting
from tests.monkey.sitting import Sitting

LOGS = ROOT / "var" / "monkey"


def main(arguments: list[str]) -> int:
    wanted = _read(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    LOGS.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + 60 * wanted.minutes
    worst = 0
    with house() as place, chromium() as browser:
        for seed in wanted.seeds or count(1):
            worst = max(worst, _one(place, browser, seed, wanted.steps))
            if not wanted.seeds and time.monotonic() > until:
                break
    return worst


def _read(arguments: list[str]) -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m tests.monkey")
    reader.add_argument("seeds", type=int, nargs="*")
    reader.add_argument("--minutes", type=float, default=10)
    reader.add_argument("--steps", type=int, default=180)
    return reader.parse_args(arguments)


def _one(place: House, browser: Browser, seed: int, steps: int) -> int:
    began = time.monotonic()
    with meeting(place) as held, (LOGS / f"{seed}.log").open("w") as log:
        sitting = Sitting(held, browser, seed, log)
        wrong = sitting.held(steps)
    figures = {"monkey": seed, "steps": steps, **sitting.figures, "wrong": wrong, "ok": not wrong}
    print(json.dumps({**figures, "seconds": round(time.monotonic() - began, 1)}, ensure_ascii=False), flush=True)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
