"""`mdo-portal retention`: the words of the command line; the work is in retention.py."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from mdo_portal.commands import retention
from mdo_portal.commands.checks import OWNER
from mdo_portal.commands.process import checked_settings, open_database, stop_on_signals
from mdo_portal.domain.retention import RULES, Kind


def _now() -> datetime:
    return datetime.now(UTC)


@click.group("retention")
def command() -> None:
    """Terms: what is due, and letting it go."""


@command.command("due")
@click.option("--json", "as_json", is_flag=True, help="One JSON list instead of lines.")
def due_command(as_json: bool) -> None:
    """Say per rule how much is due and since when; changes nothing."""
    rows = retention.due(open_database(checked_settings(), "mdo_work", OWNER), _now())
    _say(rows, as_json)


@command.command("purge")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice([kind.value for kind in Kind]), help="Only this rule; may be repeated."
)
@click.option("--dry-run", is_flag=True, help="Only say what is due.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
def purge_command(kinds: Sequence[str], dry_run: bool, as_json: bool) -> None:
    """Let go what is due, in small batches. May be stopped at any moment and started again."""
    database, wanted = open_database(checked_settings(), "mdo_work", OWNER), [Kind(one) for one in kinds] or list(Kind)
    if dry_run:
        _say([row for row in retention.due(database, _now()) if row["kind"] in wanted], as_json)
        return
    done = retention.purge(database, _now, kinds=wanted, stop=stop_on_signals())
    click.echo(json.dumps(done) if as_json else "\n".join(f"{kind:<11} {one['gone']:>8} gone" for kind, one in done.items()))


def _say(rows: Sequence[dict[str, object]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        unit = RULES[Kind(str(row["kind"]))].unit
        click.echo(f"{row['kind']:<11} term {row['term']:>3} {unit:<6} due {row['due']:>8}  oldest {row['oldest'] or '-'}")
