"""A real Chromium for tests: the system's, else the one inside the npm package @sparticuz/chromium, unpacked without node."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import brotli
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PACKED = ROOT / "node_modules" / "@sparticuz" / "chromium" / "bin"
UNPACKED = ROOT / "var" / "chromium"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> tuple[str, dict[str, str]]:
    """Chromium's path, and what its environment must have besides."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found and _runs(found, {}):
            return found, {}
    return _unpacked()


def _unpacked() -> tuple[str, dict[str, str]]:
    program = UNPACKED / "chromium"
    if not program.exists():
        UNPACKED.mkdir(parents=True, exist_ok=True)
        partial = UNPACKED / f"chromium.{os.getpid()}"
        partial.write_bytes(brotli.decompress((PACKED / "chromium.br").read_bytes()))
        partial.chmod(0o755)
        partial.rename(program)
        _untar("swiftshader.tar.br")
    if _runs(str(program), {}):
        return str(program), {}
    _untar("al2023.tar.br")
    return str(program), {"LD_LIBRARY_PATH": str(UNPACKED / "lib")}


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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET), env={**os.environ, **env})
        try:
            yield browser
        finally:
            browser.close()


def axe(page: Page) -> list[str]:
    """Serious and critical findings of axe-core on this page: `rule: first element`."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in serious]
