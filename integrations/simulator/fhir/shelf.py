"""Data laid ready for the portal to fetch (TA Notified Pull): the resources of a case, the workflow task, and the notice about them."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from integrations.simulator.config import Config
from integrations.simulator.fhir import bundle
from integrations.simulator.fhir.elements import BSN, Node, coded, without_empty
from integrations.simulator.outbox import Composed
from integrations.simulator.region import CaseSeed
from integrations.simulator.store import Store
from mdo_portal.exchange import IncomingReferral

PARAMETER = "http://fhir.nl/fhir/NamingSystem/TaskParameter"
TASK_CODES = "http://fhir.nl/fhir/NamingSystem/TaskCodes"
PAGE = 10
LIFE = timedelta(days=14)


def lay(store: Store, config: Config, case: CaseSeed, referral: IncomingReferral, *, made_at: datetime) -> tuple[Composed, ...]:
    """Put everything on the shelf and give the notice that says so. Whoever knows the authorization base may fetch it."""
    composed = bundle.compose(case, referral, version="STU3", made_at=made_at)[0]
    entries = [one for one in json.loads(composed.body)["entry"] if one["resource"]["resourceType"] != "MessageHeader"]
    names = {one["fullUrl"]: _name(one) for one in entries}
    resources = [_at_home(one, names) for one in entries]
    binaries = [binary for one in resources for binary in _taken_out(one)]
    base, notice_id = secrets.token_urlsafe(24), uuid4().urn
    task = _workflow_task(referral, resources)
    with store.transaction() as db:
        rows = [
            (base, one["resourceType"], one["id"], json.dumps(one, ensure_ascii=False)) for one in [task, *resources, *binaries]
        ]
        db.executemany("INSERT INTO shelf VALUES (?, ?, ?, ?)", rows)
    notice = _notice(config, referral, task, notice_id, base, made_at)
    return (Composed("Task (melding)", notice_id, json.dumps(notice, ensure_ascii=False).encode()),)


def _name(entry: Node) -> str:
    return f"{entry['resource']['resourceType']}/{entry['fullUrl'].removeprefix('urn:uuid:')}"


def _at_home(entry: Node, names: dict[str, str]) -> Node:
    """The resource as the hospital's own server has it: with an id, and references to its neighbours there."""

    def walked(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: names.get(item, item) if key == "reference" else walked(item) for key, item in value.items()}
        return [walked(item) for item in value] if isinstance(value, list) else value

    kind, _, own_id = _name(entry).partition("/")
    return {"resourceType": kind, "id": own_id} | {key: walked(item) for key, item in entry["resource"].items()}


def _taken_out(document: Node) -> list[Node]:
    """The bytes of a document as Binaries, the document pointing at them."""
    made = []
    for content in document.get("content", []) if document["resourceType"] == "DocumentReference" else []:
        part = content["attachment"]
        number = uuid4().hex
        made.append({"resourceType": "Binary", "id": number, "contentType": part["contentType"], "content": part.pop("data")})
        part["url"] = f"Binary/{number}"
    return made


def _workflow_task(referral: IncomingReferral, resources: list[Node]) -> Node:
    """Which searches give the data: one per kind, the referral itself as focus."""
    kinds = sorted({one["resourceType"] for one in resources} - {"ReferralRequest"})
    request = next(one for one in resources if one["resourceType"] == "ReferralRequest")
    return {
        "resourceType": "Task",
        "id": uuid4().hex,
        "groupIdentifier": {"value": referral.number},
        "status": "requested",
        "intent": "order",
        "code": coded("Verwijzing", "3457005", "http://snomed.info/sct"),
        "focus": {"reference": f"ReferralRequest/{request['id']}"},
        "input": [{"type": coded("", "search", TASK_CODES), "valueString": f"{kind}?_count={PAGE}"} for kind in kinds],
    }


def _notice(config: Config, referral: IncomingReferral, task: Node, number: str, base: str, at: datetime) -> Node:
    """The Notification Task: where, by what right, until when, about whom; no medical data."""
    made = {
        "resourceType": "Task",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": number}],
        "basedOn": [{"reference": f"Task/{task['id']}"}],
        "groupIdentifier": {"value": referral.number},
        "status": "requested",
        "intent": "proposal",
        "code": coded("", "pull-notification", TASK_CODES),
        "for": {"identifier": {"system": BSN, "value": referral.patient.bsn}},
        "authoredOn": at.isoformat(timespec="seconds"),
        "requester": {"agent": {"display": config.seed.epd}, "onBehalfOf": {"display": config.seed.name}},
        "restriction": {"period": {"end": (at + LIFE).isoformat(timespec="seconds")}},
        "input": [
            {"type": coded("", "authorization-base", PARAMETER), "valueString": base},
            {"type": coded("", "get-workflow-task", PARAMETER), "valueBoolean": True},
        ],
    }
    found = without_empty(made)
    return dict(found)


def lend(store: Store, base: str, *, jti: str, now: datetime) -> str | None:
    """A token for what was laid ready under this authorization base, or, without one, for handing letters in.

    None for a base that does not exist, or an assertion that was used.
    """
    if base and not store.row("SELECT 1 FROM shelf WHERE base = ? LIMIT 1", base):
        return None
    if store.row("SELECT 1 FROM shelf_proof WHERE jti = ?", jti):
        return None
    token = secrets.token_urlsafe(24)
    with store.transaction() as db:
        db.execute("INSERT INTO shelf_proof VALUES (?)", (jti,))
        db.execute("INSERT INTO shelf_token VALUES (?, ?, ?)", (token, base, (now + timedelta(minutes=5)).isoformat()))
    return token


def base_of(store: Store, token: str, *, now: datetime) -> str | None:
    """What this token opens: "" for handing letters in, None for nothing."""
    row = store.row("SELECT base FROM shelf_token WHERE token = ? AND until > ?", token, now.isoformat())
    return str(row["base"]) if row else None


def read(store: Store, base: str, kind: str, number: str) -> Node | None:
    row = store.row("SELECT body FROM shelf WHERE base = ? AND kind = ? AND id = ?", base, kind, number)
    return dict(json.loads(row["body"])) if row else None


def search(store: Store, base: str, kind: str, *, page: int, root: str) -> Node:
    """One page of everything of this kind, with the way to the next."""
    rows = store.rows(
        "SELECT body FROM shelf WHERE base = ? AND kind = ? ORDER BY rowid LIMIT ? OFFSET ?", base, kind, PAGE + 1, page * PAGE
    )
    found = [json.loads(row["body"]) for row in rows[:PAGE]]
    further = [{"relation": "next", "url": f"{root}/{kind}?_page={page + 1}"}] if len(rows) > PAGE else []
    entries = [{"fullUrl": f"{root}/{kind}/{one['id']}", "resource": one, "search": {"mode": "match"}} for one in found]
    return {"resourceType": "Bundle", "type": "searchset", "link": further, "entry": entries}


def replace(store: Store, base: str, kind: str, number: str, body: Node) -> bool:
    """The workflow task gets its new status. False when there is none."""
    if kind != "Task" or read(store, base, kind, number) is None:
        return False
    with store.transaction() as db:
        db.execute("UPDATE shelf SET body = ? WHERE kind = ? AND id = ?", (json.dumps(body, ensure_ascii=False), kind, number))
    return True
