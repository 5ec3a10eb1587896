"""What stands ready when a demo begins: hospitals sent referrals this week, and secretaries planned some of them.

Over the lines and through the screens, as the exercise does: nothing stands there that a hospital and a person could not have made.
Every EPD keeps some referrals for who looks to send.
"""

from __future__ import annotations

import re

import click
import httpx

from mdo_portal.commands.demo.fill import LINKED
from mdo_portal.commands.demo.places import Places
from mdo_portal.commands.demo.screens import UUID, Screen, StoryBroken, meeting_to_choose, person, until, with_role
from mdo_portal.wiring_region import CaseSeed, Region

KEPT_BACK = ("UP01", "UP03", "UP04", "UB01", "UB02", "GY01", "GY04", "GI01", "LO02")
"""Not sent yet: of each EPD, and of each board, there is one."""
PLANNED = (
    "UP06", "UP08", "UP10", "UP11", "UP07", "UB05", "UB04", "UB06", "GY06", "GY02", "GY07", "GI02", "GI03", "GI05", "LO01", "LO03",
)  # fmt: skip
"""In the next meeting of their board, in this order. The others of what was sent wait on the work list."""


def begin(places: Places, region: Region) -> None:
    """Send and plan. Where that fails the demo goes on without, and says so."""
    try:
        _send(places, region)
        for board in region.boards:
            planned = [case for code in PLANNED for case in region.cases if case.code == code and case.board == board.code]
            _plan(person(places, region, with_role(board.code, "secretary")), planned)
    except (StoryBroken, httpx.HTTPError) as broken:
        click.echo(f"The coming meetings were not filled: {broken or type(broken).__name__}", err=True)


def _send(places: Places, region: Region) -> None:
    for code in LINKED:
        ready = [case.code for case in region.cases if case.hospital == code and case.code not in KEPT_BACK]
        httpx.post(f"{places.page(code)}/api/send", json={"cases": ready}, timeout=60, trust_env=False).raise_for_status()


def _plan(secretary: Screen, cases: list[CaseSeed]) -> None:
    for case in cases:
        found: list[str] = []
        until(lambda case=case, found=found: found.extend(_found(secretary, case)) or found, seconds=60, what="a referral")
        meeting_id = meeting_to_choose(secretary.read(f"/cases/{found[0]}"))
        secretary.send(f"/cases/{found[0]}/plan", {"meeting_id": meeting_id, "late_reason": "na overleg met de voorzitter"})


def _found(secretary: Screen, case: CaseSeed) -> list[str]:
    """Its id, where it stands on the work list."""
    secretary.read("/worklist")
    return re.findall(rf'data-row="({UUID})"', secretary.send("/worklist/rows", {"words": case.number}))
