"""Told to stop: in the middle of whatever the process does just then."""

from __future__ import annotations

import subprocess
import sys

IN_THE_MIDDLE_OF_A_WAIT = """
import os, signal, sys
from mdo_portal.commands.process import stop_on_signals, until_stopped

stop = stop_on_signals()
with stop._cond:  # as `stop.wait()` does, for a moment, before and after it sleeps
    os.kill(os.getpid(), signal.SIGTERM)
until_stopped([("job", lambda: stop.wait() and None)], stop)
sys.exit(7)
"""


def test_a_signal_in_the_middle_of_a_wait_ends_the_process_all_the_same() -> None:
    assert subprocess.run([sys.executable, "-c", IN_THE_MIDDLE_OF_A_WAIT], timeout=30).returncode == 7
