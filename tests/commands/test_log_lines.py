"""What the wires and libraries say stands in the log as ours does: a line of JSON, with from where and what kind, and no value of anybody."""

from __future__ import annotations

import json
import logging

import pytest

from mdo_portal.commands.process import OneLine


def said(record: logging.LogRecord) -> dict[str, str]:
    line = OneLine().format(record)
    assert "\n" not in line
    told: dict[str, str] = json.loads(line)
    assert told.pop("timestamp").endswith("Z")
    return told


def test_a_wire_says_who_was_not_answered_and_why() -> None:
    logger = logging.getLogger("integrations.hl7v2.wire.listener")
    record = logger.makeRecord(
        logger.name, logging.ERROR, "", 1, "reception failed", (), None, extra={"peer": "10.0.0.1:5", "error": "RuntimeError"}
    )

    assert said(record) == {
        "peer": "10.0.0.1:5", "error": "RuntimeError", "logger": logger.name, "event": "reception failed", "level": "error",
    }  # fmt: skip


def test_of_an_error_a_line_says_its_kind_and_never_its_text() -> None:
    logger = logging.getLogger("some.library")
    with pytest.raises(ValueError, match="999911120") as caught:
        int("van 999911120")
    record = logger.makeRecord(
        logger.name, logging.ERROR, "", 1, "broke at %s", ("x",), (caught.type, caught.value, caught.tb), sinfo="stack"
    )

    assert said(record) == {"error": "ValueError", "at": "", "logger": logger.name, "event": "broke at x", "level": "error"}
    assert "999911120" not in OneLine().format(record)
