"""The patient file: letters that came back, each filed once under the number the patient has here."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass

from integrations.simulator.outbox import now
from integrations.simulator.store import Store


@dataclass(frozen=True)
class Letter:
    """A letter as it came in. `control_id` is what makes a double recognisable: MSH-10, or the sender's own identifier."""

    control_id: str
    kind: str
    document_number: str
    replaces: str  # document number or control id of the letter this one takes the place of, or ""
    patient_number: str
    title: str
    sections: tuple[tuple[str, str], ...]
    pdf: bytes  # empty: a message that takes a letter back and brings none


WITHDRAWAL = " (intrekking)"
"""Behind the kind of a letter or message that takes `replaces` back."""


@dataclass(frozen=True)
class Filed:
    """A letter in the file, without its bytes."""

    id: int
    control_id: str
    kind: str
    document_number: str
    patient_number: str
    title: str
    sections: tuple[tuple[str, str], ...]
    received_at: str
    doubles: int
    replaced: bool
    withdrawn: bool
    plan: tuple[str, ...]  # the structured advice that came with it, first choice first
    has_pdf: bool
    sha256: str


def known(db: sqlite3.Connection, control_id: str) -> int | None:
    """The letter with this control id, if it was filed before."""
    row = db.execute("SELECT id FROM letter WHERE control_id = ?", (control_id,)).fetchone()
    return int(row["id"]) if row else None


def file(db: sqlite3.Connection, letter: Letter) -> int:
    """File it, or count it as a double of what is there. Runs inside the caller's transaction; says where it is."""
    there = known(db, letter.control_id)
    if there is not None:
        db.execute("UPDATE letter SET doubles = doubles + 1, doubled_at = ? WHERE id = ?", (now(), there))
        return there
    sql = """INSERT INTO letter (control_id, kind, document_number, replaces, patient_number, title, sections, pdf, received_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
    sections = json.dumps(letter.sections, ensure_ascii=False)
    about = (letter.control_id, letter.kind, letter.document_number, letter.replaces, letter.patient_number, letter.title)
    return int(db.execute(sql, (*about, sections, letter.pdf, now())).lastrowid or 0)


def filed(store: Store) -> list[Filed]:
    """Everything in the file, newest first."""
    rows = store.rows("SELECT * FROM letter ORDER BY id DESC")
    replaced = {(row["patient_number"], row["replaces"]) for row in rows if row["replaces"]}
    over = {(row["patient_number"], row["replaces"]) for row in rows if row["kind"].endswith(WITHDRAWAL)}
    plans = {row["letter_id"]: row["body"] for row in store.rows("SELECT letter_id, body FROM resource WHERE kind = 'CarePlan'")}
    return [_filed(row, replaced, over, plans.get(row["id"], "{}")) for row in rows]


def _filed(row: sqlite3.Row, replaced: set[tuple[str, str]], over: set[tuple[str, str]], plan: str) -> Filed:
    names = {(row["patient_number"], row[name]) for name in ("document_number", "control_id")}
    takes_back = row["kind"].endswith(WITHDRAWAL)  # it bears the number of the letter that it takes back
    return Filed(
        id=row["id"],
        control_id=row["control_id"],
        kind=row["kind"],
        document_number=row["document_number"],
        patient_number=row["patient_number"],
        title=row["title"],
        sections=tuple((heading, text) for heading, text in json.loads(row["sections"])),
        received_at=row["received_at"],
        doubles=row["doubles"],
        replaced=bool(names & replaced) and not takes_back,
        withdrawn=bool(names & over) and not takes_back,
        plan=tuple(str(one.get("detail", {}).get("description", "")) for one in json.loads(plan).get("activity", ())),
        has_pdf=bool(row["pdf"]),
        sha256=hashlib.sha256(row["pdf"]).hexdigest(),
    )


def pdf(store: Store, letter_id: int) -> bytes | None:
    row = store.row("SELECT pdf FROM letter WHERE id = ?", letter_id)
    return bytes(row["pdf"]) if row else None
