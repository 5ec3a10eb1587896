"""Letters that come in over FHIR: a transaction is filed whole or not at all, and what is known is not created again."""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from integrations.simulator import letters
from integrations.simulator.fhir.elements import BSN, Node
from integrations.simulator.letters import Letter
from integrations.simulator.store import Store

KINDS = ("DocumentReference", "Composition", "CarePlan", "Encounter")


class NotFiled(Exception):
    """The server refuses: status and FHIR code, the text without a value of the patient."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code = status, code


@dataclass(frozen=True)
class Asked:
    """One entry of a transaction."""

    resource: Node
    condition: str  # `system|value` of If-None-Exist, or ""

    @property
    def kind(self) -> str:
        return str(self.resource["resourceType"])


def transaction(store: Store, bundle: Node) -> Node:
    """The transaction-response. Raises NotFiled; then nothing was kept."""
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "transaction":
        raise NotFiled(400, "invalid", "a Bundle of type transaction is expected")
    asked = [_asked(entry) for entry in _objects(bundle.get("entry"))]
    documents = [one for one in asked if one.kind == "DocumentReference"]
    if not documents:
        raise NotFiled(422, "required", "no DocumentReference in the transaction")
    sections = next((_sections(one.resource) for one in asked if one.kind == "Composition"), ())
    with store.transaction() as db:
        answers = [_one(db, one, sections) for one in asked]
        _belong_together(db, answers)
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": [{"response": told} for told in answers]}


def _belong_together(db: sqlite3.Connection, answers: list[Node]) -> None:
    """The plan stands with the letter that it came with."""
    places = dict(str(told["location"]).split("/")[:2] for told in answers)
    sql = """UPDATE resource SET letter_id = (SELECT letter_id FROM resource WHERE id = ?)
             WHERE id = ? AND kind = 'CarePlan' AND letter_id IS NULL"""
    db.execute(sql, (places["DocumentReference"], places.get("CarePlan", "")))


def document(store: Store, bundle: Node, condition: str) -> tuple[str, bool]:
    """(its id here, whether it is new) of a document Bundle, kept as it came. Raises NotFiled; then nothing was kept."""
    parts = [_object(entry.get("resource")) for entry in _objects(bundle.get("entry"))]
    kinds = {str(one.get("resourceType")): one for one in parts}
    if bundle.get("type") != "document" or not parts or parts[0].get("resourceType") != "Composition":
        raise NotFiled(422, "invalid", "a Bundle of type document with a Composition first is expected")
    if not {"DocumentReference", "Patient"} <= kinds.keys():
        raise NotFiled(422, "required", "no DocumentReference or no Patient in the document")
    letter = kinds["DocumentReference"] | {"contained": [kinds["Patient"]]}
    identifier = parse_qs(condition).get("identifier", [""])[0] or _identifier(bundle)
    with store.transaction() as db:
        there = db.execute("SELECT id FROM resource WHERE kind = 'Bundle' AND identifier = ?", (identifier,)).fetchone()
        letter_id = letters.file(db, _letter(letter, _identifier(letter), _sections(parts[0])))
        if there is not None:
            return str(there["id"]), False
        number = uuid4().hex
        kept = [("Bundle", number, identifier, bundle | {"id": number})]
        if "CarePlan" in kinds:
            kept.append(("CarePlan", uuid4().hex, _identifier(kinds["CarePlan"]), kinds["CarePlan"]))
        for kind, at, named, body in kept:
            told = (at, kind, named, json.dumps(body, ensure_ascii=False), letter_id)
            db.execute("INSERT INTO resource VALUES (?, ?, ?, ?, ?)", told)
    return number, True


def replace(store: Store, kind: str, resource_id: str, sent: Node, if_match: str) -> int:
    """The status of a PUT: 200 when it was written over the version that the sender had read, else 404 or 412."""
    with store.transaction() as db:
        row = db.execute("SELECT body FROM resource WHERE kind = ? AND id = ?", (kind, resource_id)).fetchone()
        if row is None:
            return 404
        there = json.loads(row["body"])
        if if_match != etag(there) or sent.get("id") != resource_id:
            return 412
        kept = sent | {"meta": _object(sent.get("meta")) | {"versionId": str(_version(there) + 1)}}
        db.execute("UPDATE resource SET body = ? WHERE id = ?", (json.dumps(kept, ensure_ascii=False), resource_id))
    return 200


def etag(resource: Node) -> str:
    """The version of a resource as If-Match names it."""
    return f'W/"{_version(resource)}"'


def _version(resource: Node) -> int:
    return int(_object(resource.get("meta")).get("versionId") or 1)


def task(store: Store, sent: Node) -> tuple[str, bool]:
    """(its id here, whether it is new) of a Task that asks for something."""
    identifier = _identifier(sent)
    with store.transaction() as db:
        there = db.execute("SELECT id FROM resource WHERE kind = 'Task' AND identifier = ?", (identifier,)).fetchone()
        if there is not None:
            return str(there["id"]), False
        number = uuid4().hex
        kept = json.dumps(sent | {"id": number}, ensure_ascii=False)
        db.execute("INSERT INTO resource VALUES (?, 'Task', ?, ?, NULL)", (number, identifier, kept))
    return number, True


def tasks(store: Store) -> list[Node]:
    """Every question that came in, oldest first."""
    return [json.loads(row["body"]) for row in store.rows("SELECT body FROM resource WHERE kind = 'Task' ORDER BY rowid")]


def find(store: Store, kind: str, identifier: str) -> list[Node]:
    """Resources of this kind under `system|value`, or under the bare value."""
    wanted = identifier if "|" in identifier else f"%|{identifier}"
    rows = store.rows("SELECT body FROM resource WHERE kind = ? AND identifier LIKE ? ESCAPE '\\'", kind, _plain(wanted))
    return [json.loads(row["body"]) for row in rows]


def read(store: Store, kind: str, resource_id: str) -> Node | None:
    row = store.row("SELECT body FROM resource WHERE kind = ? AND id = ?", kind, resource_id)
    return dict(json.loads(row["body"])) if row else None


def binary(store: Store, resource_id: str) -> bytes | None:
    """The PDF of a document."""
    row = store.row("SELECT letter_id FROM resource WHERE id = ?", resource_id)
    return letters.pdf(store, row["letter_id"]) if row else None


def _plain(wanted: str) -> str:
    return wanted.replace("\\", "\\\\").replace("_", "\\_")


def _asked(entry: Node) -> Asked:
    request, resource = _object(entry.get("request")), _object(entry.get("resource"))
    kind = resource.get("resourceType")
    if request.get("method") != "POST" or kind not in KINDS or request.get("url") != kind:
        raise NotFiled(422, "not-supported", f"only POST of {', '.join(KINDS)}")
    found = parse_qs(str(request.get("ifNoneExist") or "")).get("identifier", [""])
    return Asked(resource, found[0])


def _one(db: sqlite3.Connection, asked: Asked, sections: tuple[tuple[str, str], ...]) -> Node:
    """Create it, or say where it is: a conditional create."""
    identifier = asked.condition or _identifier(asked.resource)
    there = db.execute("SELECT id FROM resource WHERE kind = ? AND identifier = ?", (asked.kind, identifier)).fetchone()
    if there is None:
        return _told("201 Created", asked.kind, _created(db, asked, identifier, sections))
    if asked.kind == "DocumentReference":
        letters.file(db, _letter(asked.resource, identifier, sections))  # counts as a double
    return _told("200 OK", asked.kind, there["id"])


def _created(db: sqlite3.Connection, asked: Asked, identifier: str, sections: tuple[tuple[str, str], ...]) -> str:
    resource_id, letter_id, body = uuid4().hex, None, asked.resource
    if asked.kind == "DocumentReference":
        letter_id = letters.file(db, _letter(asked.resource, identifier, sections))
        body = _without_data(asked.resource, resource_id)
    kept = json.dumps(body | {"id": resource_id}, ensure_ascii=False)
    db.execute("INSERT INTO resource VALUES (?, ?, ?, ?, ?)", (resource_id, asked.kind, identifier, kept, letter_id))
    return resource_id


def _told(status: str, kind: str, resource_id: str) -> Node:
    return {"status": status, "location": f"{kind}/{resource_id}/_history/1", "etag": 'W/"1"'}


def _letter(document: Node, identifier: str, sections: tuple[tuple[str, str], ...]) -> Letter:
    replaced = [_object(one.get("target")) for one in _objects(document.get("relatesTo")) if one.get("code") == "replaces"]
    earlier = [str(_object(one.get("identifier")).get("value") or "") for one in replaced]
    return Letter(
        control_id=identifier.rpartition("|")[2],
        kind="DocumentReference",
        document_number=str(_object(document.get("masterIdentifier")).get("value") or ""),
        replaces=next(iter(earlier), ""),
        patient_number=_patient_number(document),
        title=str(document.get("description") or "MDO-brief"),
        sections=sections,
        pdf=_pdf(document),
    )


def _identifier(resource: Node) -> str:
    named = resource.get("identifier")
    found = next(iter(_objects(named if isinstance(named, list) else [named])), {})
    if not found.get("value"):
        raise NotFiled(422, "required", "identifier")
    return f"{found.get('system') or ''}|{found['value']}"


def _patient_number(document: Node) -> str:
    """The hospital's own number of the contained patient; the BSN when there is nothing else."""
    inside = [one for one in _objects(document.get("contained")) if one.get("resourceType") == "Patient"]
    numbers = [one for patient in inside for one in _objects(patient.get("identifier"))]
    numbers += [_object(_object(document.get("subject")).get("identifier"))]
    numbers.sort(key=lambda one: one.get("system") == BSN)
    found = next((str(one["value"]) for one in numbers if one.get("value")), "")
    if not found:
        raise NotFiled(422, "required", "no patient number")
    return found


def _pdf(document: Node) -> bytes:
    parts = [_object(content.get("attachment")) for content in _objects(document.get("content"))]
    try:
        content = base64.b64decode(str(next(iter(parts), {}).get("data") or ""), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content.startswith(b"%PDF"):
        raise NotFiled(422, "value", "the attachment is no PDF")
    return content


def _without_data(document: Node, resource_id: str) -> Node:
    """The same document, with the PDF behind an address instead of inside."""
    content = [
        one | {"attachment": {key: value for key, value in _object(one.get("attachment")).items() if key != "data"}}
        for one in _objects(document.get("content"))
    ]
    for one in content:
        one["attachment"]["url"] = f"Binary/{resource_id}"
    return document | {"content": content}


def _sections(composition: Node) -> tuple[tuple[str, str], ...]:
    found = _objects(composition.get("section"))
    return tuple((str(one.get("title") or ""), _words(str(_object(one.get("text")).get("div") or ""))) for one in found)


def _words(div: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br\s*/?>", "\n", div)))


def _object(value: Any) -> Node:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Node]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
