"""`mdo-portal demo`: the words of the command line; the work is in story.py and exercise.py."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from mdo_portal.commands.demo import story
from mdo_portal.commands.demo.places import Places
from mdo_portal.commands.postgres_folders import PostgresError


def _play(places: Places) -> int:
    """The exercise, imported when it is asked for: somebody who only wants to look need not wait for it."""
    return int(import_module("mdo_portal.commands.demo.exercise").exercise_running(places))


@click.command("demo")
@click.option("--exercise", is_flag=True, help="Play the whole story through public interfaces, print one JSON report, and stop.")
@click.option("--fresh", is_flag=True, help="Throw the demo's data away first.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("var"), show_default=True, help="Where the demo keeps its data."
)
def command(**options: Any) -> None:
    """Run an invented region on this machine: PostgreSQL, portal, listener, worker and four hospitals."""
    try:
        sys.exit(story.run(**options, play=_play))
    except PostgresError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
