"""What happens to people without their doing: lines, machines, clocks and the portal itself."""

from __future__ import annotations

from random import Random

from tests.monkey.desks import Desk
from tests.monkey.meeting import Held

LATENCIES = (0, 30, 150, 400, 900)
KINDS = ("slow", "line", "slow machine", "asleep", "out", "clock", "restart", "reopened")
WEIGHTS = (45, 18, 10, 7, 6, 5, 3, 4)


def strikes(held: Held, desk: Desk, chance: Random) -> str:
    kind = chance.choices(KINDS, WEIGHTS)[0]
    if desk.is_asleep:
        desk.sleep(asleep=False)
        return "wakes"
    if desk.is_out and chance.random() < 0.7:
        desk.sign_in()
        return "signs in again in another tab"
    if kind in ("restart"):
        held.restart()
        return "the portal was killed and is up again"
    if kind == "reopened":
        return f"a case is taken up again: {held.reopen(chance.choice(sorted(held.names)))}"
    return _at_desk(desk, kind, chance)


def _at_desk(desk: Desk, kind: str, chance: Random) -> str:
    if kind == "line":
        desk.line(offline=not desk.is_offline)
        return "has no line" if desk.is_offline else "has a line again"
    if kind == "slow machine":
        desk.cdp.send("Emulation.setCPUThrottlingRate", {"rate": chance.choice((1, 3, 6))})
        return "has a slow machine, or not any more"
    if kind == "asleep":
        desk.sleep(asleep=True)
        return "has the tab asleep"
    if kind == "out":
        desk.sign_out()
        return "is signed out elsewhere"
    if kind == "clock":
        hours = chance.choice((-1, 1))
        desk.clock(hours)
        return f"has a clock that goes {hours} hour"
    desk.line(chance.choice(LATENCIES))
    return f"has a line of {desk.latency} ms"
