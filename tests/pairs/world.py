"""A patient under two numbers that were merged, with a case for each moment of its way; and what became of all that."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, InformationRequest
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.delivery import Audience
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.decisions import decision_forms, decisions
from mdo_portal.services.decisions.decision_forms import Written
from mdo_portal.services.identity import merges
from mdo_portal.services.keeping import destroy_requests
from mdo_portal.services.letters import destinations
from mdo_portal.services.patients import patients
from mdo_portal.services.referrals import questions
from mdo_portal.services.room import conclusions, rooms
from mdo_portal.settings import Settings
from mdo_portal.zone import day_of
from tests import make
from tests.people import Region, board_of
from tests.services.keeping_house import LONG_AGO, finished

WITHDRAWAL = Written(DecisionForm.WITHDRAWAL, "", "verkeerde patiënt", "closed")
MINUTE, NOBODY = timedelta(minutes=1), uuid.UUID(int=0)
NETWORK = Settings(database_url="", secret_key="").network


KINDS = ("signed", "table", "agenda", "waits", "old")
"""`table`: discussed, and to be signed; `agenda`: yet to be discussed; `waits`: with a question to the referrer; `signed`: whose letter
waits; `old`: whose term is over, and which its patient asks to destroy.
"""


@dataclass
class World:
    """`before`: the number that was merged into `number`."""

    region: Region
    before: str
    number: str
    meeting_id: uuid.UUID
    later_id: uuid.UUID
    merge_id: uuid.UUID
    cases: dict[str, uuid.UUID] = field(default_factory=dict)
    rounds: dict[str, uuid.UUID] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    seen_withdrawal: str = ""
    note_id: uuid.UUID = NOBODY
    question_id: uuid.UUID = NOBODY
    delivery_id: uuid.UUID = NOBODY
    request_id: uuid.UUID = NOBODY


#: what an earlier world left is nobody's any more: a worker would take it first
_AT_REST = (
    "UPDATE deliveries SET state = 'received', received_at = now() WHERE state = 'waiting'",
    "UPDATE cases SET is_open = true WHERE NOT is_open",
    "UPDATE board_memberships SET ended_at = NULL, ended_by = NULL WHERE ended_at IS NOT NULL",
)


def made(database: Database, region: Region, needs: Iterable[str] = KINDS) -> World:
    now = datetime.now(UTC)
    with database.transaction() as session:
        for statement in _AT_REST:
            session.execute(text(statement))
        return _made(session, region, now, {"table", *needs})


def _made(session: Session, region: Region, now: datetime, needs: set[str]) -> World:
    zeed, board = session.get_one(Hospital, region.hospitals["ZEED"]), board_of(session, region)
    meeting, later = (make.meeting(session, board, starts_at=now + timedelta(days=days)) for days in (2, 7))
    destinations.ensure(session, zeed.id, Audience.REFERRER)  # who signs first of all would do more than who signs later
    before, number = make.number(), make.number()
    patient = make.identity(before)
    cases = {
        name: make.case(session, zeed, now=now, patient=patient, board_id=board.id)
        for name in KINDS[:-1] if name in needs
    }  # fmt: skip
    if "old" in needs:
        cases["old"] = finished(session, region, at=LONG_AGO, patient=patient)
    row = session.get_one(Patient, cases["table"].patient_id)
    merge = merges.join(session, patients.add(session, zeed.id, make.identity(number), now=now), row, now=now)
    assert merge is not None
    rounds = {
        name: make.planned(session, cases[name], meeting, viewer=region.aisha, now=now) for name in KINDS[:3] if name in needs
    }
    meeting.starts_at, meeting.registration_closes_at = now - MINUTE, now - 60 * MINUTE
    rooms.open_meeting(session, meeting, now=now)
    made = World(region, before, number, meeting.id, later.id, merge.id)
    made.rounds = {name: one.id for name, one in rounds.items()}
    made.cases = {name: one.id for name, one in cases.items()}
    made.numbers = {name: one.referral_number for name, one in cases.items()}
    for name in KINDS[:2]:
        if name in needs:
            make.discussed(session, rounds[name], viewer=region.bram, now=now)
    for by in (region.bram, region.bilal):
        shown = decisions.preview(session, rounds["table"], cases["table"], network=NETWORK, viewer=by, now=now)
        made.seen[by.name] = shown.content_hash
    made.note_id = conclusions.notes_of(session, rounds["table"].id)[NoteSection.ADVICE].id
    if "signed" in needs:
        _sign(session, made, rounds["signed"], cases["signed"], now)
    if "waits" in needs:
        questions.ask(session, cases["waits"], "Is de MRI gemaakt?", viewer=region.aisha, now=now)
        session.flush()
        asked = select(InformationRequest.id).where(InformationRequest.case_id == cases["waits"].id)
        made.question_id = session.scalars(asked).one()
    if "old" in needs:
        made.request_id = _asked_to_destroy(session, made, cases["old"], now)
    return made


def _asked_to_destroy(session: Session, made: World, case: Case, now: datetime) -> uuid.UUID:
    of = session.get_one(Patient, case.patient_id)
    asked = destroy_requests.ask(session, made.region.aisha, of, case_id=case.id, letter_on=day_of(now), reason="", now=now)
    return asked.id


def _sign(session: Session, made: World, round_: Round, case: Case, now: datetime) -> None:
    by = made.region.bram
    seen = decisions.preview(session, round_, case, network=NETWORK, viewer=by, now=now).content_hash
    signed = decisions.sign(session, round_, case, seen_hash=seen, reason="", network=NETWORK, viewer=by, now=now)
    made.delivery_id = make.delivery_of(session, signed).id
    shown = decision_forms.preview(session, round_, case, WITHDRAWAL, network=NETWORK, viewer=by)
    made.seen_withdrawal = shown.content_hash


ROWS = {
    "case": "SELECT c.state, c.objected, c.revision, p.local_number, h.local_number, c.cancel_told_at IS NULL, c.question_board"
    " FROM cases c JOIN patients p ON p.id = c.patient_id LEFT JOIN patients h ON h.id = c.home_patient_id WHERE c.id = :case",
    "rounds": "SELECT r.number, r.outcome, r.outcome_reason, r.meeting_id = :meeting, r.ended_at IS NULL FROM rounds r"
    " WHERE r.case_id = :case ORDER BY 1",
    "signed": "SELECT version, form FROM decisions WHERE case_id = :case ORDER BY 1",
    "letters": "SELECT d.state, d.channel, d.held_at IS NULL, d.attempts, d.hold_reason, d.receipt_code FROM deliveries d WHERE d.case_id = :case ORDER BY 1, 2, 3",
    "told": "SELECT what, count(*) FROM case_events WHERE case_id = :case GROUP BY 1 ORDER BY 1",
    "facts": "SELECT count(*), count(superseded_at) FROM case_facts WHERE case_id = :case",
    "files": "SELECT count(*) FROM case_documents WHERE case_id = :case",
    "asked": "SELECT text, answered_at IS NULL, answer FROM information_requests WHERE case_id = :case ORDER BY 1",
    "notes": "SELECT n.section, n.frozen_at IS NULL, n.revision FROM notes n JOIN rounds r ON r.id = n.round_id"
    " WHERE r.case_id = :case ORDER BY r.number, 1",
    "advice": "SELECT count(*) FROM advice_items a JOIN rounds r ON r.id = a.round_id WHERE r.case_id = :case",
}
OF_ALL = {
    "patients": "SELECT p.local_number, p.objects, p.family, m.local_number FROM patients p LEFT JOIN patients m ON m.id = p.merged_into"
    " WHERE p.local_number IN (:before, :number, :third) ORDER BY 1",
    "messages": "SELECT kind, state, reason, doubles FROM inbound_messages WHERE control_id LIKE :known ORDER BY 1, 2, 3, 4",
    "meeting": "SELECT state, revision, current_round_id IS NULL FROM meetings WHERE id IN (:meeting, :later) ORDER BY starts_at",
    "holds": "SELECT count(*) FROM legal_holds h JOIN patients p ON p.id = h.patient_id WHERE p.local_number IN (:before, :number, :third)",
    "questions": "SELECT kind, decision FROM identity_conflicts k JOIN patients p ON p.id = k.patient_id"
    " WHERE p.local_number IN (:before, :number, :third) ORDER BY 1",
}


def third(world: World) -> str:
    """The number that a merge in the pair makes of it."""
    return f"9{world.number}"


def picture(session: Session, world: World) -> dict[str, Any]:
    """All of it that a person could see, without what is drawn at random."""
    names = {
        "before": world.before,
        "number": world.number,
        "third": third(world),
        "known": f"%{world.number}%",
        "meeting": world.meeting_id,
        "later": world.later_id,
    }
    labels = {world.before: "before", world.number: "number", third(world): "third"}

    def rows(statement: str, **more: Any) -> list[list[str]]:
        wanted = {key: value for key, value in (names | more).items() if f":{key}" in statement}
        return [[labels.get(str(one), str(one)) for one in row] for row in session.execute(text(statement), wanted)]

    shown = {what: rows(statement) for what, statement in OF_ALL.items()}
    for name, case_id in world.cases.items():
        shown |= {f"{name}.{what}": rows(statement, case=case_id) for what, statement in ROWS.items()}
    return shown
