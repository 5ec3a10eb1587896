"""One seed: three people and a wall, as many steps, and now and then a quiet in which everything must come right."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import TextIO

from playwright.sync_api import Browser, Error

from tests.monkey import judging, weather
from tests.monkey.deeds import People
from tests.monkey.desks import Desk, Seat, Sight, desk, told
from tests.monkey.meeting import Held

PATIENCE = 60
"""Seconds in which all must have come right: an answer that never came is waited for 20 of them."""
SEATS = (Seat("Bram", leads=True), Seat("Bilal", leads=True), Seat("Mila"), Seat("Bilal", leads=True, is_wall=True))
STEPS_BETWEEN = 60
PAUSES = (0, 0, 20, 60, 150, 400)
MOST = 20  #: what is wrong is told so often at most


class Sitting:
    def __init__(self, held: Held, browser: Browser, seed: int, log: TextIO) -> None:
        self._held, self._chance, self._log, self._began = held, Random(seed), log, time.monotonic()
        self._people, self._wrong, self._rounds = People(), list[str](), dict[str, str]()
        self._could_not = self._quiets = 0
        self._desks = [desk(held, browser, seat, self._say, self._is_wrong) for seat in SEATS]

    @property
    def figures(self) -> dict[str, int]:
        return {"words": len(self._people.words), "quiets": self._quiets, "could_not": self._could_not}

    def held(self, steps: int) -> list[str]:
        """What did not hold."""
        try:
            for one in self._desks:
                one.page.goto(one.address)
                one.page.locator("[data-room][data-joined=yes]").wait_for()
            for step in range(steps):
                self._step(step)
                if step % STEPS_BETWEEN == STEPS_BETWEEN - 1:
                    self._quiet()
            self._quiet()
        except Exception as error:  # a seed that broke its own monkey must not take the others along
            self._say(traceback.format_exc())
            self._is_wrong(f"the monkey itself: {type(error).__name__}: {str(error).splitlines()[0]}")
        finally:
            for one in self._desks:
                one.page.context.close()
        return self._wrong[:MOST]

    def _say(self, *what: object) -> None:
        print(f"{time.monotonic() - self._began:7.2f}", *what, file=self._log, flush=True)

    def _is_wrong(self, *what: object) -> None:
        line = ": ".join(str(one) for one in what)
        self._say("!!", line)
        if line not in self._wrong:
            self._wrong.append(line)

    def _step(self, step: int) -> None:
        if self._chance.random() < 0.1:
            struck = self._chance.choice(self._desks)
            self._say(struck.name, self._tried(lambda: weather.strikes(self._held, struck, self._chance)))
        acting = self._chance.choices(self._desks[:3], (5, 2, 4))[0]
        awake = [one for one in self._desks if not one.is_asleep]
        before = {one.name: one.sees() for one in awake}
        did = self._tried(lambda: self._people.act(acting, self._chance)) if not acting.is_asleep else "is asleep"
        self._say(step, acting.name, did)
        if pause := self._chance.choice(PAUSES):
            self._desks[0].page.wait_for_timeout(pause)
        for one in awake:
            self._judge(one, before[one.name], is_own=one is acting)

    def _tried(self, deed: Callable[[], str]) -> str:
        try:
            return deed()
        except Error as error:  # it went from under the mouse, or there is no line
            self._could_not += 1
            return f"could not: {str(error).splitlines()[0][:150]}"

    def _judge(self, one: Desk, before: Sight, *, is_own: bool) -> None:
        now = one.sees()
        for wrong in judging.at_any_moment(self._held, now, self._rounds):
            self._is_wrong(one.name, wrong)
        for wrong in () if is_own else judging.meanwhile(before, now):
            self._is_wrong(one.name, wrong)

    def _quiet(self) -> None:
        for one in self._desks:
            self._rests(one)
        until = time.monotonic() + PATIENCE
        while wrong := list(judging.when_quiet(self._held, self._desks, self._people)):
            if time.monotonic() > until:
                break
            self._desks[0].page.wait_for_timeout(500)
        for line in wrong:
            self._is_wrong(f"quiet {self._quiets}", line)
        self._quiets += 1
        self._rounds = self._held.stored().rounds
        for one in self._desks:
            self._say("quiet", one.name, told(one.sees()))

    def _rests(self, one: Desk) -> None:
        """Types to the end, leaves the text, and goes back to the room with the chair."""
        one.recover()
        one.cdp.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        sight = one.sees()
        if one.typing and sight["focus"] == one.typing.place and not sight["isCovered"]:
            self._people.types(one, len(one.typing.rest))
        self._people.gives_up(one)
        with suppress(Error):
            if sight["dialog"] and not sight["isCovered"]:
                one.page.keyboard.press("Escape")
            one.page.evaluate("document.activeElement?.blur()")
            one.page.evaluate("document.querySelectorAll('.live-bar').forEach(bar => bar.checkVisibility() && bar.click())")
