"""`mdo-portal bench`: the figures of a checkout's tests/bench. A wheel carries no tests, and says so."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import click

from mdo_portal.settings import PACKAGE

CHECKOUT = PACKAGE.parent


def run(name: str, as_json: bool) -> int:
    """Measure one bench, or `all`. One JSON line each, or a table for people; returns the exit code.

    0 = every goal reached, 1 = one missed, 2 = one broke, there is no such bench, or there are no benches here.
    """
    if not (CHECKOUT / "tests" / "bench" / "__main__.py").exists():
        click.echo("The benches are part of the repository, not of the installed package: run `make bench` in a clone.", err=True)
        return 2
    command = [sys.executable, "-m", "tests.bench", name]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            click.echo(line.rstrip() if as_json else _for_people(json.loads(line)))
    return process.returncode


def _for_people(bench: dict[str, Any]) -> str:
    rows = [f"{bench['bench']}{'' if bench['ok'] else '  (missed)'}"]
    for one in bench.get("more", []):
        beside = f"{one['peer']} {one['peer_figure']}: {one['ratio']} ×" if one["peer"] else ""
        rows.append(f"  {'ok  ' if one['ok'] else 'MISS'} {one['what']}: {one['ours']} {one['unit']}  {beside}  {one['goal']}")
    return "\n".join(rows)


@click.command("bench")
@click.argument("name", default="all")
@click.option("--json", "as_json", is_flag=True, help="One JSON line per bench.")
def command(name: str, as_json: bool) -> None:
    """Measure speed against peers (in a checkout)."""
    sys.exit(run(name, as_json))
