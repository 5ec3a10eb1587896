"""What the worker makes of a set after it was stored, and what of it can be found back."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from integrations.hl7v2.text.header import read_header
from mdo_portal import understanding, wiring
from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.inbound import RAW_PURPOSE, InboundMessage, InboundState
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import Unreadable
from mdo_portal.services.common.sealed import sealer

from .sets import Count, Sample

Parts = Callable[[bytes], list[bytes]]


def understand(database: Database, count: Count) -> None:
    """The worker, until nothing waits; each message is timed."""
    readers = wiring.readers()
    more = True
    while more:
        started = time.perf_counter()
        more = understanding.understand(database, readers, now=datetime.now(UTC))
        count.took(time.perf_counter() - started)


def settle(database: Database, count: Count, samples: Sequence[Sample], parts: Parts, *, hospital: str) -> None:
    """Count what stands in the inbox, and compare it byte by byte with what was sent."""
    with database.transaction() as session:
        rows = {_digest(_kept(session, row)): row for row in session.scalars(_inbox(hospital))}
        states = [row.state for row in rows.values() for _ in range(1 + row.doubles)]
        failed = sum(row.reason == "failed" for row in rows.values())
        count.messages = len(samples)
        count.stored, count.crashed = len(states), count.crashed + failed
        count.understood, count.pending = states.count(InboundState.UNDERSTOOD), states.count(InboundState.KEPT)
        count.quarantined = states.count(InboundState.UNREADABLE) - failed
        count.ignored = int(session.execute(text(_IGNORED), {"code": hospital}).scalar_one() or 0)
        without = [sample for sample in samples if _digest(sample.raw) not in rows]
        count.lost += sum(_lost(session, rows.get(_digest(sample.raw)), sample, parts) for sample in samples)
        if len(without) > count.ignored + count.refused:  # more are missing than were counted
            count.lost += sum(len(parts(sample.raw)) for sample in without)


def _digest(raw: bytes) -> bytes:
    """As services/inbox/intake.py asks whether two are the same: of the message without the lines of a batch around it."""
    try:
        start, end = read_header(raw).body if raw[:3] in (b"MSH", b"FHS", b"BHS") else (0, 0)
    except Unreadable:
        start, end = 0, 0
    return hashlib.sha256(raw[start : end or None]).digest()


_IGNORED = "SELECT sum(f.ignored) FROM feed_counts f JOIN links l ON l.id = f.link_id JOIN hospitals h ON h.id = l.hospital_id WHERE h.code = :code"


def _inbox(hospital: str) -> Any:
    owned = text("hospital_id IN (SELECT id FROM hospitals WHERE code = :code) OR hospital_id IS NULL").bindparams(code=hospital)
    return select(InboundMessage).where(owned)


def _lost(session: Session, row: InboundMessage | None, sample: Sample, parts: Parts) -> int:
    """How many of the file's parts the stored bytes lack."""
    if row is None:
        return 0
    kept = parts(_kept(session, row))
    return sum(part not in kept for part in parts(sample.raw))


def _kept(session: Session, row: InboundMessage) -> bytes:
    """The bytes themselves: the digest of what was refused says that it was, too (ADR 0048)."""
    return sealer(session).open(row.raw_sealed, purpose=RAW_PURPOSE)


def details(database: Database, corpus: str, samples: Sequence[Sample]) -> None:
    """One JSON line per file: what it became. The samples are public; never do this with a hospital's own."""
    with database.transaction() as session:
        rows = {_digest(_kept(session, row)): row for row in session.scalars(select(InboundMessage))}
        for sample in samples:
            row = rows.get(_digest(sample.raw))
            print(json.dumps({"corpus": corpus, "file": sample.name} | _detail(session, row), ensure_ascii=False), flush=True)


def _detail(session: Session, row: InboundMessage | None) -> dict[str, Any]:
    if row is None:
        return {"state": "ignored or refused"}
    told: dict[str, Any] = {
        "kind": row.kind,
        "state": row.state.value,
        "reason": row.reason,
        "place": row.place,
        "leftovers": row.leftovers,
    }
    return told | (_case(session, session.get_one(Case, row.case_id)) if row.case_id else {})


def _case(session: Session, case: Case) -> dict[str, Any]:
    patient = session.get_one(Patient, case.patient_id)
    facts = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id)).all()
    documents = session.scalars(select(CaseDocument).where(CaseDocument.case_id == case.id)).all()
    return {
        "patient": f"{patient.initials} {patient.family} {patient.birth_on} {patient.sex}",
        "numbers": {
            "local": patient.local_number,
            "by": patient.local_authority,
            "bsn": patient.bsn_tail and f"…{patient.bsn_tail}",
        },
        "referral": case.referral_number,
        "sender": {
            "referrer": case.referrer_name,
            "number": case.referrer_number,
            "gp": case.gp_name,
            "treating": case.treating_name,
        },
        "board": case.board_hint,
        "question": case.question_board,
        "facts": [f"{fact.section.value}: {fact.label} {fact.text}".strip() for fact in facts],
        "letters": [f"{one.title} ({one.media_type}, {one.size} bytes)" for one in documents],
    }
