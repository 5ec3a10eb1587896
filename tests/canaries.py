"""Canaries: numbers and names of the tests' patients, looked for afterwards where nothing of a patient may be (G5, K2).

Where: what the processes and the library log, the log of PostgreSQL, the addresses that were asked, and what is announced between
processes. A hit fails the run. `tests/conftest.py` hangs this in; with xdist every worker searches its own and the first one counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest
from flask import Flask, request

from tests import overhearing
from tests.make import BSN, OTHER_BSN

#: BSNs of the test range and the surnames that the tests' patients bear
CANARIES = re.compile(rf"{BSN}|{OTHER_BSN}|van Voorbeeld|Voorbeeld\^|Kanarie-", re.IGNORECASE)
#: a line of structlog or logging among what a test prints itself
LOGGED = re.compile(r"\[(?:debug|info|warning|error|critical)\s*\]|^\{.*\"event\":|^(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b")
_hits: list[str] = []
_searched: dict[str, int] = {}


def search(where: str, lines: Iterable[str]) -> None:
    """Look in these lines; a hit is remembered with its place, the canary itself is not repeated in full."""
    for line in lines:
        _searched[where] = _searched.get(where, 0) + 1
        if found := CANARIES.search(unquote_plus(line)):
            _hits.append(f"{where}: …{line[max(0, found.start() - 60) : found.start()]}<{found[0][:4]}…>")


def watch_addresses(app: Flask) -> None:
    """Every address that is asked of this application."""
    app.before_request(lambda: search("address", [request.full_path, request.headers.get("Referer", "")]))


def _announced(statement: str, parameters: Any) -> None:
    if "pg_notify" in statement:
        search("notify", [str(parameters)])


overhearing.to_every_statement(_announced)


def search_report(report: pytest.TestReport) -> None:
    """What a test's code logged, whether it passed or not."""
    for name, text in report.sections:
        if name.startswith("Captured log"):
            search("log", text.splitlines())
        elif name.startswith("Captured std"):
            search("log", [line for line in text.splitlines() if LOGGED.search(line)])


def search_server(url: str) -> None:
    """The log of the throw-away PostgreSQL behind this address."""
    socket = parse_qs(urlsplit(url).query).get("host", [""])[0]
    log = Path(socket).parent / "home" / "log"
    if log.exists():
        search("postgresql", log.read_text(errors="replace").splitlines())


def search_files(folder: Path) -> None:
    """The logs of all processes that were started below this folder."""
    for path in folder.rglob("*.log"):
        search("process", path.read_text(errors="replace").splitlines())


def results() -> tuple[list[str], dict[str, int]]:
    return list(_hits), dict(_searched)


def take(hits: Iterable[str], searched: dict[str, int]) -> None:
    """What a worker of xdist found."""
    _hits.extend(hits)
    for where, count in searched.items():
        _searched[where] = _searched.get(where, 0) + count


def told() -> Iterator[str]:
    yield (
        "canaries: "
        + ", ".join(f"{count:,} lines of {where}" for where, count in sorted(_searched.items()))
        + f"; hits {len(_hits)}"
    )
    yield from sorted(set(_hits))[:20]
