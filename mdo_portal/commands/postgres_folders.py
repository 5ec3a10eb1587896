"""Folders for a PostgreSQL of our own: temporary ones that clear themselves, held ones, and ones handed over as a descriptor."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "mdo-pg-"


class PostgresError(Exception):
    """PostgreSQL cannot be started here; the sentence says why and what to do."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold `folder` for the life of this process; the kernel lets go when we die. Raises BlockingIOError when another holds it."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def scratch(*, private: bool) -> Iterator[Path]:
    """A temporary folder, gone afterwards; what a killed process left is cleared first. The path is short: a socket's has 107 bytes."""
    places = [Path(place) for place in (tempfile.gettempdir(), "/tmp", "/var/tmp") if len(place) < 60]
    place = next((place for place in places if os.access(place, os.W_OK) and (private or _passable(place))), None)
    if place is None:
        raise PostgresError("No temporary folder with a short name can be written to: point TMPDIR to one.")
    _sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    if not private:
        folder.chmod(0o711)
    try:
        with held(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _passable(folder: Path) -> bool:
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.parents))


def _sweep(place: Path) -> None:
    for folder in place.glob(f"{PREFIX}*"):
        try:
            facts = folder.lstat()
            ours = stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid()
            if ours and time.time() - facts.st_mtime > 60:  # a younger one may be in the making
                with held(folder):
                    shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # in use, or another sweeper was first
            continue


@contextmanager
def opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def seen(descriptor: int) -> str:
    """How a program that got `descriptor` names that folder, whatever the folders above it allow."""
    return f"/proc/self/fd/{descriptor}"
