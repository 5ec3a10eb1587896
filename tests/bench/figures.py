"""How a figure is made: pinned, in CPU time or on the wire, interleaved rounds, and one JSON line at the end."""

from __future__ import annotations

import gc
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

ROUNDS = 3
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
"""Servers, ours and peers alike, run on the first core, whoever asks them on the last; PostgreSQL goes where it likes."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One figure of ours beside one of a peer, or beside a fixed limit (then `peer` is None and `ratio` is the figure)."""

    what: str
    ours: float
    unit: str
    peer: str | None = None
    peer_figure: float | None = None
    ratio: float
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def goal(self) -> str:
        if self.at_least is None and self.at_most is None:
            return "seen"
        return f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"

    @property
    def margin(self) -> float:
        """How far on the good side of the goal: 1 is exactly the goal, less is missed."""
        if self.at_least is not None:
            return self.ratio / self.at_least if self.at_least else float("inf")
        if self.at_most is not None:
            return 1.0 if self.ratio == self.at_most else self.at_most / max(self.ratio, 1e-9)
        return float("inf")

    @property
    def ok(self) -> bool:
        return self.margin >= 1.0

    def as_json(self) -> dict[str, object]:
        shown = {name: _short(value) for name, value in asdict(self).items() if name not in ("at_least", "at_most")}
        if not self.note:
            del shown["note"]
        return shown | {"ratio": shown["ratio"] if self.peer else None, "goal": self.goal, "ok": self.ok}


@dataclass
class Figures:
    """What one bench found. Its line shows the comparison that comes closest to its goal, `more` all of them."""

    bench: str
    found: list[Comparison] = field(default_factory=list)

    def against(
        self,
        what: str,
        unit: str,
        ours: Sequence[float],
        peer: tuple[str, Sequence[float]],
        *,
        at_least: float | None = None,
        at_most: float | None = None,
        note: str = "",
    ) -> None:
        """Compare round by round: the ratio is the median of the rounds' ratios, so that a busy moment hurts both."""
        name, theirs = peer
        ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        self.found.append(
            Comparison(
                what=what, unit=unit, ours=statistics.median(ours), peer=name, peer_figure=statistics.median(theirs),
                ratio=statistics.median(ratios), at_least=at_least, at_most=at_most, note=note,
            )
        )  # fmt: skip

    def limit(
        self, what: str, unit: str, ours: float, *, at_most: float | None = None, at_least: float | None = None, note: str = ""
    ) -> None:
        """Compare with a fixed limit."""
        self.found.append(Comparison(what=what, unit=unit, ours=ours, ratio=ours, at_least=at_least, at_most=at_most, note=note))

    def line(self) -> dict[str, object]:
        """The bench's one JSON line."""
        tightest = min(self.found, key=lambda one: one.margin).as_json()
        shown = {name: tightest[name] for name in ("what", "ours", "unit", "peer", "peer_figure", "ratio", "goal")}
        ok = all(one.ok for one in self.found)
        return {"bench": self.bench, **shown, "ok": ok, "more": [one.as_json() for one in self.found]}

    def print(self) -> bool:
        line = self.line()
        print(json.dumps(line, ensure_ascii=False), flush=True)
        return bool(line["ok"])


def interleaved(contenders: Mapping[str, Callable[[], float]], *, rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Every contender once per round, each round beginning with another one."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            gc.collect()
            found[name].append(contenders[name]())
    return found


def per_cpu_second(act: Callable[[], object], *, seconds: float = 0.5) -> float:
    """How often `act` runs in one second of this process' CPU time."""
    act()
    count, step = 0, 1
    started = time.process_time()
    while (used := time.process_time() - started) < seconds:
        for _ in range(step):
            act()
        count += step
        step = min(step * 2, 4096) if used < seconds / 8 else step
    return count / used


def cpu_ms(act: Callable[[], object], *, seconds: float = 0.5) -> float:
    """CPU milliseconds of this process for one `act`."""
    return 1000 / per_cpu_second(act, seconds=seconds)


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """This process on one core for the length of the block."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _short(value: object) -> object:
    return float(f"{value:.4g}") if isinstance(value, float) else value
