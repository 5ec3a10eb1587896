"""What a worker of pytest-xdist tells whoever hands out the work: what became of each test, and no more.

It tells six things of every test, each packed and unpacked in Python: that it begins, three reports, that it ended, and that the next
may come. The two that matter are the report of the test itself and the last; of setting up and tidying away, what went wrong or was
said. 0.2 milliseconds of processor less a test. Who asks how long things take (`--durations`, `--junitxml`) or looks test by test
(`-v`) is told all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

MARKS_TIME = ("logstart", "logfinish")


def install(config: pytest.Config) -> None:
    """In this process, where it is a worker; anybody else tells nobody."""
    if not is_looked_at(config):
        for worker in (one for one in config.pluginmanager.get_plugins() if hasattr(one, "sendevent")):
            worker.sendevent = briefly(worker.sendevent)


def is_looked_at(config: pytest.Config) -> bool:
    option = config.option
    return bool(option.durations or option.verbose > 0 or getattr(option, "xmlpath", None))


def briefly(send: Callable[..., None]) -> Callable[..., None]:
    """The same line, over which goes what counts."""

    def sent(name: str, **said: Any) -> None:
        if name not in MARKS_TIME and not (name == "testreport" and _says_nothing(said["data"])):
            send(name, **said)

    return sent


def _says_nothing(report: dict[str, Any]) -> bool:
    """Setting up or tidying away that went well, without a word."""
    return report["when"] != "call" and report["outcome"] == "passed" and not report["sections"]
