"""`python -m tests.fuzz [TARGET …] [SECONDS]`: inputs that nobody means; one JSON line per target. Exit 1 when one crashed or was slow.

A target is a number or a name of knowledge: 1 frames, 2 headers, 3 messages, 4 written, … To add yours: a module with TARGETS, and its
name in MODULES. What crashes is kept in var/fuzz.
"""

from __future__ import annotations

import importlib
import logging
import sys

import structlog

from tests.bench.house import ROOT

from .engine import Target, run

MODULES = ("hl7", "fhir")
"""Modules of this folder that have TARGETS."""
SECONDS = 60.0


def targets() -> list[Target]:
    """All of them, by number."""
    found = [target for module in MODULES for target in importlib.import_module(f"{__package__}.{module}").TARGETS]
    return sorted(found, key=lambda target: target.number)


def main(arguments: list[str]) -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    known = targets()
    names = {str(target.number): target for target in known} | {target.name: target for target in known}
    wanted = [names[one] for one in arguments if one in names]
    seconds = next((float(one) for one in arguments if one not in names and one.replace(".", "", 1).isdigit()), SECONDS)
    if any(one not in names and not one.replace(".", "", 1).isdigit() for one in arguments):
        print(f"no such target; there are: {', '.join(f'{one.number} {one.name}' for one in known)}", file=sys.stderr)
        return 2
    ok = True
    for target in wanted or known:
        found = run(target, seconds, keep=ROOT / "var" / "fuzz")
        print(found.line(), flush=True)
        ok = ok and found.ok
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
