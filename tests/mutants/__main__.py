"""`python -m tests.mutants [NAME …] [--every N] [--only FUNCTION] [--most N]`: small mistakes, and whether tests notice; a line for each.

NAME: a group of promises.py, or modules of one group; all groups when none is said. A JSON line ends each module. Exit 1 when what a run
says is worth nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser

import pytest

from .promises import GROUPS, Group
from .trying import Trial

QUIET = ("-p", "no:cacheprovider", "-p", "no:xdist", "--disable-warnings", "--no-header")


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="tests.mutants")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--every", type=int, default=1, help="only one mistake in so many")
    parser.add_argument("--only", default="", help="only in functions with this in their name")
    parser.add_argument("--most", type=int, default=40, help="tests that try one mistake")
    said = parser.parse_args(arguments)
    names = said.names or list(GROUPS)
    if names[0] in GROUPS and len(names) > 1:  # each in a process of its own: what one run of pytest made, the next would find
        options = ["--every", str(said.every), "--only", said.only, "--most", str(said.most)]
        return max([subprocess.run([sys.executable, "-m", "tests.mutants", one, *options]).returncode for one in names])
    modules, tests = chosen(names)
    out = os.fdopen(os.dup(1), "w", buffering=1)
    trial = Trial(modules, say=lambda line: print(line, file=out), every=said.every, only=said.only, most=said.most)
    return int(pytest.main([*QUIET, *tests], plugins=[trial]) != pytest.ExitCode.OK)


def chosen(names: list[str]) -> Group:
    """A whole group, or some modules of one."""
    if names[0] in GROUPS:
        return GROUPS[names[0]]
    group = next(one for one in GROUPS.values() if any(module.endswith(f".{names[0]}") for module in one.modules))
    return group._replace(modules=tuple(one for one in group.modules if one.rpartition(".")[2] in names))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
