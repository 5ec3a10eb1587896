"""`mdo-portal`: the commands. Each starts one process and knows its signals; nothing else.

A command's module is imported when it is called: the listener needs no front end, and a web process no simulator.
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import Any

import click

from mdo_portal import __version__
from mdo_portal.commands.process import DATABASE_TROUBLE, TRY_AGAIN, configure_logging, database_said

#: command -> the module that has it as `command`
COMMANDS = {
    "web": "web",
    "listen": "listen",
    "work": "work",
    "demo": "demo.line",
    "db": "schema",
    "hospital": "hospital_line",
    "person": "person",
    "doctor": "doctor",
    "keys": "keys_line",
    "audit": "audit_line",
    "bench": "bench",
    "retention": "retention_line",
    "restored": "restored",
    "export": "export",
}


class Commands(click.Group):
    """The commands by name, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        gc.disable()  # in modules that are just read there is nothing to collect, and looking takes a tenth of the start
        try:
            found = import_module(f"mdo_portal.commands.{COMMANDS[cmd_name]}").command
        finally:
            gc.enable()
        assert isinstance(found, click.Command)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """A database that is away is said in a sentence: fifty lines of ours tell an operator nothing."""
        try:
            return super().invoke(ctx)
        except DATABASE_TROUBLE as error:
            click.echo(f"the database cannot be used: {database_said(error)}", err=True)
            sys.exit(TRY_AGAIN)


@click.command(cls=Commands)
@click.version_option(__version__)
def main() -> None:
    """The portal for regional multidisciplinary tumour boards."""
    configure_logging()
