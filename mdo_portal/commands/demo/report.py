"""What an exercise found."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Report:
    """What happened, how often and how long it took."""

    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    relay_ms: list[float] = field(default_factory=list)
    receipt_seconds: list[float] = field(default_factory=list)
    work_list_ms: list[float] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 2)

    def as_json(self, **more: object) -> str:
        figures = {
            "keystroke_to_other_screen_ms": _spread(self.relay_ms),
            "signed_to_received_s": _spread(self.receipt_seconds),
            "work_list_page_ms": _spread(self.work_list_ms),
        }
        return json.dumps({"counts": self.counts, "seconds": self.seconds, **figures, **more}, ensure_ascii=False)


def _spread(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return {}
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return {"p50": round(statistics.median(values), 3), "p95": round(cuts[18], 3), "max": round(max(values), 3), "n": len(values)}
