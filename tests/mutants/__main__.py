"""`python -m tests.mutants [NAME … | MODULE TEST …] [--every N] [--only FUNCTION]`: small mistakes, and whether tests notice; a line for each.

NAME: of promises.py; all of them when none is said. A last JSON line for each module. Exit 1 when what a run says is worth nothing.
"""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import ArgumentParser

import pytest

from .promises import PROMISES
from .trying import BY_ASSERTION, BY_ERROR, BY_HANGING, NotTrue, Trial


def tried(module: str, tests: tuple[str, ...], *, every: int, only: str) -> bool:
    """Try the mistakes of one module with these tests. Whether the figures are worth anything."""
    out, began = os.fdopen(os.dup(1), "w", buffering=1), time.monotonic()
    trial = Trial(module, say=lambda line: print(line, file=out), every=every, only=only)
    plain = ["-p", "no:cacheprovider", "-p", "no:xdist"]
    pytest.main([*plain, *tests], plugins=[trial])
    killed = {how: trial.fates[how] for how in (BY_ASSERTION, BY_ERROR, BY_HANGING)}
    found = {
        "module": module, "tests": len(trial.seconds), "killed": sum(killed.values()), **killed, "errors": dict(trial.errors),
        "survived": trial.fates["survived"], "not tried": trial.fates["not tried"], "seconds": round(time.monotonic() - began),
        "worth": trial.is_worth,
    }  # fmt: skip
    print(json.dumps(found), file=out)
    return trial.is_worth


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="tests.mutants")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", default="")
    said = parser.parse_args(arguments)
    names = said.names or list(PROMISES)
    chosen = [PROMISES[one] for one in names] if names[0] in PROMISES else [(names[0], tuple(names[1:]))]
    return 0 if all([tried(module, tests, every=said.every, only=said.only) for module, tests in chosen]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
