"""The files of the TLS line are read again when another stands there, also when it was put there while they were read."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mdo_portal import wiring
from mdo_portal.commands import listen


def test_what_is_written_while_the_files_are_read_is_read_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was taken for what had been read: half a file of authorities stayed until the next restart."""
    files = wiring.TlsFiles(*(tmp_path / name for name in ("ours.pem", "ours.key", "authorities.pem")))
    for path in (files.certificate, files.key, files.authorities):
        path.write_bytes(b"")
    read, whole = list[bytes](), asyncio.Event()

    def writes(said: bytes, at: int) -> None:
        files.authorities.write_bytes(said)
        os.utime(files.authorities, (at, at))

    def reads(those: wiring.TlsFiles) -> Any:
        read.append(those.authorities.read_bytes())
        if len(read) == 1:
            writes(b"whole", 3)
        else:
            whole.set()

    monkeypatch.setattr(listen, "FILES_FRESH_SECONDS", 0.01)
    monkeypatch.setattr(listen, "tls_files", lambda _: files)
    monkeypatch.setattr(wiring, "mllp_tls", reads)

    async def scenario() -> None:
        renewing = asyncio.create_task(listen._renew(SimpleNamespace(), []))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        writes(b"half", 2)
        async with asyncio.timeout(20):
            await whole.wait()
        renewing.cancel()

    asyncio.run(scenario())
    assert read == [b"half", b"whole"]
