"""Who listens hears every statement, whichever way it was said (tests/overhearing.py)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tests import overhearing


@pytest.fixture
def heard(session: Session, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What was said since, on a connection that stands: SQLAlchemy itself asks some things of a new server."""
    session.connection()
    said: list[tuple[str, Any]] = []
    monkeypatch.setattr(overhearing, "_looks", [lambda statement, parameters: said.append((statement, parameters))])
    return said


def test_one_by_one_all_at_once_and_without_parameters(session: Session, heard: list[tuple[str, Any]]) -> None:
    session.execute(text("SELECT set_config('a.b', :one, true)"), {"one": "1"})
    session.execute(text("SELECT set_config('a.c', :one, true)"), [{"one": "2"}, {"one": "3"}])
    session.connection().execution_options(no_parameters=True).exec_driver_sql("SELECT set_config('a.d', '4', true)")

    assert heard == [
        ("SELECT set_config('a.b', %(one)s, true)", {"one": "1"}),
        ("SELECT set_config('a.c', %(one)s, true)", [{"one": "2"}, {"one": "3"}]),
        ("SELECT set_config('a.d', '4', true)", ()),
    ]


def test_what_a_listener_raises_reaches_whoever_said_it(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(statement: str, _: object) -> None:
        raise AssertionError(f"heard: {statement}")

    monkeypatch.setattr(overhearing, "_looks", [refuses])

    with pytest.raises(AssertionError, match="heard: SELECT 1"):
        session.execute(text("SELECT 1"))


def test_no_event_is_kept_for_all_engines() -> None:
    """One would be asked for at every statement, transaction and answer of every connection."""
    assert Engine._has_events is False
