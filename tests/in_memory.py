"""What a run writes for itself (databases, folders of tests, a browser's profile) is kept in memory where there is room for it.

Nothing of it outlives the run, and writing it to a disk was a large part of the time that the kernel spent on the tests. Whoever says
TMPDIR has it there; on a machine with little memory, or with a small /dev/shm as containers have, it is the temporary folder as ever.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from mdo_portal.commands.postgres_folders import scratch

PLACE = Path("/dev/shm")
ROOM = 4 * 2**30  #: bytes; 0.2 GiB was seen early in a run, and PostgreSQL keeps a GiB of its log besides
FREE = 2 * ROOM  #: of the machine's memory


def install() -> None:
    """For this process and all that it starts, to the end of it: in whoever hands out the work, before anything else is made."""
    if "TMPDIR" in os.environ or not has_room():
        return
    tempfile.tempdir = str(PLACE)
    kept = ExitStack()
    folder = kept.enter_context(scratch(private=False))
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    atexit.register(kept.close)  # after pytest, which tidies its own folders when the process ends


def has_room() -> bool:
    if not os.access(PLACE, os.W_OK | os.X_OK):
        return False
    facts = os.statvfs(PLACE)
    runs_programs = not facts.f_flag & os.ST_NOEXEC
    return runs_programs and facts.f_bavail * facts.f_frsize >= ROOM and _free_memory() >= FREE


def _free_memory() -> int:
    """Bytes that the kernel can still give; 0 where it does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), 0)
