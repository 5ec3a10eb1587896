"""The demo runs until it is stopped, or until a part of the portal itself stopped. An invented hospital may go: real ones do."""

from __future__ import annotations

import shlex
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence

import click

Process = subprocess.Popen[bytes]
LOOKS_EVERY_SECONDS = 0.5


def until_stopped(ours: Sequence[Process], hospitals: Mapping[str, Process]) -> int:
    """Until Ctrl+C or SIGTERM (0), or until one of our own ends (1). Of a hospital that ends is said how it comes back."""
    stopped, gone = False, set[str]()

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while not stopped:
        if any(process.poll() is not None for process in ours):
            click.echo("One of the demo's processes stopped; its log stands beside the demo's data.", err=True)
            return 1
        for code, process in hospitals.items():
            if process.poll() is not None and code not in gone:
                gone.add(code)
                click.echo(_of_a_hospital(code, process), err=True)
        time.sleep(LOOKS_EVERY_SECONDS)
    return 0


def _of_a_hospital(code: str, process: Process) -> str:
    again = shlex.join(map(str, process.args)) if isinstance(process.args, (list, tuple)) else str(process.args)
    return (
        f"Het gesimuleerde EPD van {code} is gestopt. Het portaal gaat door en houdt vast wat daarheen moet; "
        f"weer aanzetten, in een ander venster:\n  {again}"
    )
