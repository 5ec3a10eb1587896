"""`mdo-portal audit`: the words of the command line; the work is in audit.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from mdo_portal.commands import audit
from mdo_portal.commands.checks import OWNER
from mdo_portal.commands.process import checked_settings, open_database
from mdo_portal.services.access_log.audit_verify import Verified
from mdo_portal.settings import NOWHERE


@click.group("audit")
def command() -> None:
    """The access log's chains."""


@command.command("verify")
@click.option("--anchor", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="File of anchors, or of syslog.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def verify_command(anchor: Path | None, as_json: bool) -> None:
    """Recompute the chains; exit 1 when a line was changed, removed, moved, put in, or the end was cut off."""
    settings = checked_settings()
    place = anchor or (Path(settings.audit_anchor) if settings.audit_anchor != NOWHERE else None)
    found = audit.check(open_database(settings, "mdo_work", "mdo_audit", OWNER), place if place and place.exists() else None)
    click.echo(json.dumps(_as_json(found)) if as_json else _as_text(found))
    sys.exit(1 if found.findings else 0)


def _as_json(found: Verified) -> dict[str, object]:
    heads = [{"hospital": str(one.hospital_id), "count": one.number, "hash": one.hash.hex()} for one in found.heads.values()]
    return {
        "lines": found.lines,
        "waiting": found.waiting,
        "anchors": found.anchors,
        "heads": heads,
        "findings": [one.as_json() for one in found.findings],
        "ok": not found.findings,
    }


def _as_text(found: Verified) -> str:
    said = [f"{found.lines} lines sealed, {found.waiting} waiting, {len(found.heads)} chains, {found.anchors} anchors compared"]
    if not found.anchors:
        said.append("no anchors: a cut end or a chain made anew cannot be seen (MDO_AUDIT_ANCHOR, or --anchor FILE)")
    said += [f"{one.harm.value}: chain {one.hospital_id} place {one.number} line {one.seq or '-'}" for one in found.findings]
    return "\n".join([*said, "NOT IN ORDER" if found.findings else "in order"])
