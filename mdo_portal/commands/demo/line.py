"""`mdo-portal demo`: the words of the command line; the work is in story.py and exercise.py."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from mdo_portal.commands.demo import story
from mdo_portal.commands.demo.places import LAST_PORT, Places
from mdo_portal.commands.postgres_folders import PostgresError


def _play(places: Places) -> int:
    """The exercise, imported when it is asked for: somebody who only wants to look need not wait for it."""
    return int(import_module("mdo_portal.commands.demo.exercise").exercise_running(places))


@click.command("demo")
@click.option("--exercise", is_flag=True, help="Play the whole story through public interfaces, print one JSON report, and stop.")
@click.option("--fresh", is_flag=True, help="Throw the demo's data away first.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=story.USUAL, show_default=True, help="Where the demo keeps its data."
)
@click.option(
    "--port",
    type=click.IntRange(1_024, LAST_PORT),
    help="Where the portal stands, with the rest of the demo on the seven ports above it and data of its own. Usually 8000, "
    "and 2525, 2575, 2601, 8101-8104.",
)
def command(**options: Any) -> None:
    """Run an invented region on this machine: PostgreSQL, portal, listener, worker and four hospitals."""
    try:
        sys.exit(story.run(**options, play=_play))
    except PostgresError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
