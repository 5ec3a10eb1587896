"""How long a child may still take over a message: its seconds, and more where the machine gave it no processor."""

from __future__ import annotations

import time
from pathlib import Path

MOST_STARVED = 3
"""So many times its seconds at most, however busy the machine is: queue.LEASE is longer."""
WORKED = 0.25
"""Of its seconds: who had so much of the processor had its turn."""
_LOOK_SECONDS = 0.1


class Turn:
    """Begins when it is made. `left` is for the line to the child: it may ask again after what it was told is over."""

    def __init__(self, pid: int, seconds: float) -> None:
        self._pid, self._seconds = pid, seconds
        self._began, self._had = time.monotonic(), _processor_seconds(pid)

    def left(self) -> float:
        """0 or less: it took too long, and had what it needed."""
        passed = time.monotonic() - self._began
        if passed < self._seconds:
            return self._seconds - passed
        most = self._seconds * MOST_STARVED - passed
        return min(most, _LOOK_SECONDS) if most > 0 and self._is_starved() else 0.0

    def _is_starved(self) -> bool:
        """It would go on if it could; who sleeps waits for nobody but itself."""
        worked = _processor_seconds(self._pid) - self._had
        return worked < self._seconds * WORKED and _state(self._pid) not in "SZX"


def _processor_seconds(pid: int) -> float:
    try:
        return time.clock_gettime((~pid << 3) | 2)  # what clock_getcpuclockid gives on Linux: that process's own clock
    except OSError:
        return 0.0  # it is gone


def _state(pid: int) -> str:
    """A letter of proc(5): S sleeps, R runs or would, D waits for the disk, T was stopped. X: it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return "X"
