"""The canaries sing: the search finds what it must, and no error's own words reach a log."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.patients import patients
from tests import canaries, make
from tests.people import Region

ROOT = Path(__file__).parents[1]
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}


@pytest.mark.parametrize(
    "line", [f"GET /cases?bsn={make.BSN}", "GET /worklist?q=van+Voorbeeld", "PID|1||1||van%20Voorbeeld", "…van Voorbeeld^A"]
)
def test_a_canary_is_found(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canaries, "_hits", [])

    canaries.search("here", ["nothing", line])

    hits, _ = canaries.results()
    assert len(hits) == 1 and make.BSN not in hits[0].partition("<")[2]


def test_a_refused_row_does_not_tell_its_values(database: Database, region: Region) -> None:
    """Row security makes PostgreSQL leave the row out of its words (DETAIL: Key …): neither in ours nor in its log (searched at the end)."""
    with pytest.raises(IntegrityError) as caught:
        _add_twice(database, region)

    assert "4711" not in make.without_ids(str(caught.value.orig))
    assert make.BSN not in str(caught.value)


def _add_twice(database: Database, region: Region) -> None:
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        for _ in range(2):
            session.add(patients.composed(session, zeed.id, make.identity("4711", bsn=make.BSN), now=make.NOW))
            session.flush()


def test_no_log_line_is_given_an_errors_own_words() -> None:
    """Only its type: the words of a database error are a patient's row."""
    found = []
    for path in sorted((ROOT / "mdo_portal").rglob("*.py")) + sorted((ROOT / "integrations").rglob("*.py")):
        if "simulator" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LEVELS
                and _is_log(node.func)
            ):
                said = [*node.args, *(one.value for one in node.keywords)]
                tells = node.func.attr == "exception" or any(_tells_words(one) for one in said)
                traces = any(one.arg == "exc_info" and not _is_false(one.value) for one in node.keywords)
                found += [f"{path.relative_to(ROOT)}:{node.lineno}"] if tells or traces else []

    assert found == []


def _is_log(called: ast.Attribute) -> bool:
    return isinstance(called.value, ast.Name) and called.value.id in ("log", "logger", "logging")


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def _tells_words(value: ast.expr) -> bool:
    """`str(error)`, `repr(error)`, `{error}` or the error itself; `type(error).__name__` is fine."""
    if isinstance(value, ast.Name):
        return value.id in ("error", "exc", "exception", "e")
    names = [one.id for one in ast.walk(value) if isinstance(one, ast.Name)]
    spoken = isinstance(value, ast.JoinedStr) or (
        isinstance(value, ast.Call) and getattr(value.func, "id", "") in ("str", "repr")
    )
    return spoken and bool({"error", "exc", "exception", "e"} & set(names))
