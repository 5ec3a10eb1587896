"""A new PostgreSQL cluster is made once per run: `initdb` takes seconds of processor, and thirty tests want a server of their own.

Every later one is a copy of the first as it was before its first start. Tests of the making itself ask for `initdb_itself`.
"""

from __future__ import annotations

import os
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from mdo_portal.commands import postgres
from mdo_portal.commands.postgres_programs import Runner

REALLY = postgres._initialise
_kept: list[Path] = []
_read: list[bytes] = []


def install(folder: str) -> None:
    """`folder`: of this run alone, shared by its workers; the first server of the run leaves its cluster there."""
    _kept[:] = [Path(folder) / "cluster.tar"]
    postgres._initialise = initialise


def initialise(home: Path, runner: Runner) -> Path:
    """A complete new cluster, as the portal's own function makes it."""
    packed = _packed()
    if not packed or (home / "data.new").exists():
        fresh = REALLY(home, runner)
        if not packed:
            _keep(fresh)
        return fresh
    fresh = runner.own(home / "data.new")
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(fresh, **({"filter": "fully_trusted"} if hasattr(tarfile, "data_filter") else {}))
    if runner.uid is not None and runner.gid is not None:
        for folder, folders, files in os.walk(fresh):
            for name in (*folders, *files):
                os.chown(Path(folder) / name, runner.uid, runner.gid)
    return fresh


def packed_already() -> bool:
    """Whether there is one to copy; read into memory, where a child that becomes somebody else finds it too."""
    return bool(_packed())


def _packed() -> bytes:
    if not _read and _kept[0].exists():
        _read.append(_kept[0].read_bytes())
    return _read[0] if _read else b""


def _keep(fresh: Path) -> None:
    partial = _kept[0].with_suffix(f".{os.getpid()}")
    with tarfile.open(partial, "w") as archive:
        for one in sorted(fresh.iterdir()):
            archive.add(one, one.name)
    partial.rename(_kept[0])


@pytest.fixture
def initdb_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the making itself, and of other programs than those that made the first."""
    monkeypatch.setattr(postgres, "_initialise", REALLY)
