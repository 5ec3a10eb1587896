"""A demo in which one invented hospital ends goes on: that is what the portal is there for. Without a part of itself it stops."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from mdo_portal.commands.demo import watching

RUNS = [sys.executable, "-c", "import time; time.sleep(600)"]
ENDS = [sys.executable, "-c", "pass"]


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, did in before.items():
        signal.signal(number, did)


@pytest.fixture
def runs() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(RUNS) as process:
        yield process
        process.kill()


def ended() -> subprocess.Popen[bytes]:
    with subprocess.Popen(ENDS) as process:
        process.wait()
    return process


def test_a_hospital_that_ends_is_told_once_with_how_it_comes_back_and_the_demo_goes_on(
    runs: subprocess.Popen[bytes], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter(range(3))

    def look_again(_: float) -> None:
        if next(looks, None) is None:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("time.sleep", look_again)

    assert watching.until_stopped([runs], {"ZEED": ended(), "DELT": runs}) == 0, "stopped by hand, and not by the hospital"

    said = capsys.readouterr().err
    assert said.count("EPD van ZEED is gestopt") == 1 and "DELT" not in said
    assert f"{sys.executable} -c pass" in said


def test_without_a_part_of_the_portal_itself_it_stops(runs: subprocess.Popen[bytes], capsys: pytest.CaptureFixture[str]) -> None:
    assert watching.until_stopped([runs, ended()], {"ZEED": runs}) == 1
    assert "processes stopped" in capsys.readouterr().err
