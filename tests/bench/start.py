"""`start`: how long the web process takes to be ready, how much memory it has then, and what it has not imported."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from .figures import Figures
from .house import ROOT, House, house, stop
from .worklist import fill

HEAVY = ("fhir.resources", "typst", "ortools", "hl7apy")
READY_SECONDS = 30.0


def measure(url: str) -> Figures:
    """Three starts, on whichever core is free."""
    figures = Figures("start")
    with house(url) as found:
        fill(found.database())
        seen = [_once(found) for _ in range(3)]
        figures.limit("web process ready", "s", statistics.median(one[0] for one in seen), at_most=2.0)
        figures.limit("RSS of the process that serves", "MB", statistics.median(one[1] for one in seen), at_most=180.0)
        figures.limit("heavy modules imported at start", "modules", len(_heavy()), at_most=0, note=", ".join(_heavy()))
    return figures


def _once(found: House) -> tuple[float, float]:
    found.ports.clear()
    started = time.perf_counter()
    process = found.start(["-m", "mdo_portal", "web"], core=None)
    while not _ready(f"{found.web}/health/ready"):
        if process.poll() is not None or time.perf_counter() - started > READY_SECONDS:
            raise RuntimeError("the web process did not become ready; see var/bench/processes.log")
        time.sleep(0.01)
    took = time.perf_counter() - started
    size = max(_rss(pid) for pid in (process.pid, *_children(process.pid)))
    stop(process)
    return took, size


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _rss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def _heavy() -> list[str]:
    """Which of them importing the web command brings along."""
    asked = f"import sys, mdo_portal.commands.web; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    return subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
