"""`mllp-durable`, `mllp-one`, `mllp-mdm`, `feed`: the real listener beside python-hl7's server and bare group commit."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import count

from .figures import LOAD_CORE, Figures, interleaved
from .house import ROOT, House, free_port, hospital, house, patients, until_open, used_inbox
from .load import KNOWN, Order, Seen

SECONDS = 2.0
KEPT = "SELECT count(*) FROM inbound_messages WHERE state = 'kept'"
_runs = count(1)


def mllp_durable(url: str) -> Figures:
    """Eight connections with sixteen messages in flight each; every message is about a known patient and is kept."""
    with _lines(url, "python-hl7", "group-commit", "group-commit-arrays") as lines:
        rates, seen = _rates(lines, Order(0, connections=8, window=16, seconds=SECONDS))
        figures = Figures("mllp-durable")
        figures.against(
            "8 connections x 16", "messages/s", rates["ours"], ("python-hl7, stores nothing", rates["python-hl7"]), at_least=12
        )
        figures.against(
            "8 connections x 16", "messages/s", rates["ours"], ("bare group commit", rates["group-commit"]), at_least=0.6
        )
        leanest = ("bare group commit, arrays", rates["group-commit-arrays"])
        figures.against("8 connections x 16", "messages/s", rates["ours"], leanest)
        figures.limit(
            "p99 (bare: " + _p99(seen["group-commit"]) + ")",
            "ms",
            statistics.median(one.p99_ms for one in seen["ours"]),
            at_most=50,
        )
        _must_be_right(figures, lines.house, seen["ours"])
    return figures


def mllp_one(url: str) -> Figures:
    """One connection that waits for every answer, as most EPDs do."""
    with _lines(url, "python-hl7", "group-commit") as lines:
        rates, seen = _rates(lines, Order(0, connections=1, window=1, seconds=SECONDS))
        figures = Figures("mllp-one")
        figures.against(
            "1 connection x 1", "messages/s", rates["ours"], ("python-hl7, stores nothing", rates["python-hl7"]), at_least=1.5
        )
        figures.against("1 connection x 1", "messages/s", rates["ours"], ("bare group commit", rates["group-commit"]))
        _must_be_right(figures, lines.house, seen["ours"])
    return figures


def mllp_mdm(url: str) -> Figures:
    """MDM^T02 with a document of 200 kB on eight connections."""
    with _lines(url, "group-commit") as lines:
        rates, seen = _rates(lines, Order(0, kind="mdm", connections=8, window=1, seconds=SECONDS))
        figures = Figures("mllp-mdm")
        figures.against(
            "8 connections x 1", "messages/s", rates["ours"], ("bare group commit", rates["group-commit"]), at_least=0.6
        )
        _must_be_right(figures, lines.house, seen["ours"])
    return figures


def feed(url: str) -> Figures:
    """A hospital's whole ADT feed: 95 % about people nobody referred."""
    with _lines(url, "python-hl7") as lines:
        rates, seen = _rates(lines, Order(0, kind="feed", connections=8, window=16, seconds=SECONDS))
        figures = Figures("feed")
        figures.against(
            "95 % unknown", "messages/s", rates["ours"], ("python-hl7, stores nothing", rates["python-hl7"]), at_least=30
        )
        kept = lines.house.count(KEPT)
        ignored = lines.house.count("SELECT sum(ignored) FROM feed_counts")
        strangers = sum(one.about_strangers for one in seen["ours"])
        figures.limit(
            "rows kept for unknown patients", "rows", kept + strangers - sum(one.sent for one in seen["ours"]), at_most=0
        )
        figures.limit("unknown and not counted as ignored", "messages", strangers - ignored, at_most=0)
        _must_be_right(figures, lines.house, seen["ours"], stored=False)
    return figures


class Lines:
    """The ports of ours and of the peers."""

    def __init__(self, house_: House) -> None:
        self.house = house_
        self.ports: dict[str, int] = {}

    def peer(self, name: str) -> None:
        port = free_port()
        more = [self.house.url.replace("postgresql+psycopg://", "postgresql://")] if name.startswith("group-commit") else []
        until_open(port, self.house.start(["-m", "tests.bench.servers", name, str(port), *more]))
        self.ports[name] = port


@contextmanager
def _lines(url: str, *peers: str) -> Iterator[Lines]:
    with house(url) as found:
        with found.database().transaction() as session:
            hospital_id = hospital(session, profile="generic-v2")
            patients(session, hospital_id, KNOWN)
            used_inbox(session, hospital_id)
        lines = Lines(found)
        found.portal("listen")
        lines.ports["ours"] = found.ports["mllp"]
        for name in peers:
            lines.peer(name)
        yield lines


def _rates(lines: Lines, order: Order) -> tuple[dict[str, list[float]], dict[str, list[Seen]]]:
    """Acknowledgements per second, a warm-up before the first round."""
    seen: dict[str, list[Seen]] = {name: [] for name in lines.ports}

    def contender(name: str, port: int) -> Callable[[], float]:
        def once() -> float:
            found = run(replace(order, port=port, prefix=f"{name[0].upper()}{os.getpid() % 10000}{next(_runs)}X"))
            seen[name].append(found)
            return found.per_second

        return once

    contenders = {name: contender(name, port) for name, port in lines.ports.items()}
    warm = {name: run(replace(order, port=port, seconds=0.5, prefix=f"W{next(_runs)}X")) for name, port in lines.ports.items()}
    rates = interleaved(contenders)
    for name, one in warm.items():
        seen[name].append(replace(one, p99_ms=seen[name][0].p99_ms))
    return rates, seen


def run(order: Order) -> Seen:
    """Send from a process of its own, on the other core."""
    command = [sys.executable, "-m", "tests.bench.load", json.dumps(asdict(order))]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE})
    )
    return Seen(**json.loads(done.stdout))


def _p99(seen: list[Seen]) -> str:
    return f"{statistics.median(one.p99_ms for one in seen):.1f}"


def _must_be_right(figures: Figures, found: House, seen: list[Seen], *, stored: bool = True) -> None:
    figures.limit("wrong MSA", "messages", sum(one.wrong for one in seen), at_most=0)
    figures.limit("stuck", "messages", sum(one.stuck for one in seen), at_most=0)
    figures.limit("refused", "messages", sum(one.refused for one in seen), at_most=0)
    if stored:
        lost = sum(one.accepted for one in seen) - found.count(KEPT)
        figures.limit("acknowledged and not stored", "messages", lost, at_most=0)
