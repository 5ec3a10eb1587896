"""Questions of a board that came into this hospital as Tasks, and the answer that goes back under the same number."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.simulator import outbox
from integrations.simulator.config import Config
from integrations.simulator.fhir import filing
from integrations.simulator.fhir.elements import Node
from integrations.simulator.outbox import Composed
from integrations.simulator.region import region
from integrations.simulator.store import Store

KIND = "Task (antwoord)"


@dataclass(frozen=True)
class Asked:
    """One question, as the page shows it."""

    id: str
    text: str
    asked_by: str
    referral: str
    is_answered: bool


def rows(store: Store) -> list[Asked]:
    """Oldest first."""
    given = {row["control_id"] for row in store.rows("SELECT control_id FROM message WHERE kind = ?", KIND)}
    return [_row(one, given) for one in filing.tasks(store)]


def _row(task: Node, given: set[str]) -> Asked:
    asker = task.get("requester") or {}
    return Asked(
        id=str(task["id"]),
        text=str(task.get("description") or ""),
        asked_by=str((asker.get("agent") or asker).get("display") or ""),
        referral=_number(task),
        is_answered=_control(task) in given,
    )


def answer(store: Store, config: Config, task_id: str, text: str, *, at: datetime) -> bool:
    """Put the answer in the queue to the portal. False when there is no such question, or nothing was said."""
    task = next((one for one in filing.tasks(store) if one["id"] == task_id), None)
    case = next((one for one in region().cases if task and one.number == _number(task) and one.hospital == config.hospital), None)
    if task is None or case is None or not text.strip():
        return False
    body = {
        "resourceType": "Task",
        "identifier": task["identifier"],
        "basedOn": task["basedOn"],
        "status": "in-progress",
        "businessStatus": {"text": "Informatie gegeven"},
        "intent": "order",
        "lastModified": at.isoformat(timespec="seconds"),
        "output": [{"type": {"text": "antwoord"}, "valueString": text.strip()}],
    }
    outbox.put(store, case.code, Composed(KIND, _control(task), json.dumps(body, ensure_ascii=False).encode()))
    return True


def _control(task: Node) -> str:
    """Our number of the answer: recognisable as belonging to that question."""
    return f"answer to {_first(task.get('identifier')).get('value', '')}"


def _number(task: Node) -> str:
    return str((_first(task.get("basedOn")).get("identifier") or {}).get("value") or "")


def _first(value: Any) -> Node:
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}
