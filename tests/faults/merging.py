"""B7: numbers merged (A40, A47), linked and unlinked, merged by a person and taken apart, also while the case is on the table."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from mdo_portal import reception
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.domain.decision import Decision as Signed
from mdo_portal.domain.identity_conflict import ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.domain.told import Merge, MergeKind
from mdo_portal.exchange import Wire
from mdo_portal.services.cases import told_rows
from mdo_portal.services.meetings import meetings
from mdo_portal.services.patients import deciding, patients
from mdo_portal.services.room import rooms
from tests import make
from tests.faults.house import House
from tests.reception_house import READERS, understand_all

Figures = dict[str, Any]
#: number -> who has it: one person was registered three times, another one twice
PEOPLE = {"1": "A", "2": "A", "3": "A", "4": "B", "5": "B"}
BORN = {"A": b"|19600101|", "B": b"|19711231|"}
#: mostly numbers of one person
PAIRS = some.sampled_from(["12", "21", "13", "32", "45", "54", "23", "31"] * 2 + ["14", "42", "35"]).map(
    lambda two: (two[0], two[1])
)
NUMBERS, SENDERS = some.sampled_from("12345"), {"ZEED": "ZEED-EPD", "KREE": "KREE-EPD"}


#: stories that share a database: on one meeting of all two hundred each step reads the agenda of hundreds of cases
TOGETHER = 10


class Tally:
    """What all runs together saw."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.faults: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.merges = self._stories = 0
        self.now = make.NOW
        self._open()

    def _open(self) -> None:
        self.database = self.house.copy()
        with self.database.transaction() as session:
            rooms.open_meeting(session, session.get_one(Meeting, self.house.region.meeting), now=self.now)

    def begins(self) -> None:
        """One story more; of which some are strangers to each other on one database."""
        if self._stories and self._stories % TOGETHER == 0:
            self.close()
            self._open()
        self._stories += 1

    def close(self) -> None:
        with self.database.transaction() as session:
            merged = select(func.count()).select_from(Merge).where(Merge.kind == MergeKind.MERGE)
            self.merges += session.scalar(merged) or 0
        self.database.close()

    def later(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def merged_and_unmerged(house: House, *, rounds: int) -> Figures:
    """So many random stories. After every step every case stands under its own number's patient, and who saw a merge is told so."""
    tally = Tally(house)

    class Feed(_Feed):
        def __init__(self) -> None:
            super().__init__(tally)

    once = settings(
        max_examples=rounds, stateful_step_count=20, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Feed, settings=once)  # type: ignore[no-untyped-call]
    tally.close()
    cross = tally.faults["another's patient"] + tally.faults["under another number"] + tally.faults["another hospital's"]
    return {
        "rounds": rounds,
        "lost": tally.faults["case gone"],
        "duplicates": 0,
        "cross_patient_rows": cross,
        "faults": dict(tally.faults),
        "did": dict(tally.done),
        "merges": tally.merges,
        "ok": not tally.faults
        and tally.merges > rounds / 2
        and tally.done["merged on the table"] > 0
        and tally.done["taken apart"] > 0,
    }


class _Feed(RuleBasedStateMachine):
    """One story: numbers of its own at two hospitals, on one database."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        tally.begins()
        self.tally, self.mark = tally, f"m{make.number()}"
        self.cases: dict[uuid.UUID, tuple[str, str]] = {}  #: case -> hospital and number it was sent under
        self.signed: dict[uuid.UUID, str] = {}  #: decision -> what was signed
        self.known: set[uuid.UUID] = set()  #: merges seen
        self.is_tabled = False  #: whether a case of this story is on the agenda

    @initialize()
    def three_are_here(self) -> None:
        for number in "124":
            self.refer(number, "ZEED")

    # What hospitals send

    @rule(number=NUMBERS, code=some.sampled_from(["ZEED", "ZEED", "KREE"]))
    def refer(self, number: str, code: str) -> None:
        referral = f"VW-{self.mark}-{make.number()}"
        raw = make.hl7_referral(
            "", patient=self._number(number), referral_number=referral, family=self._family(number), sender=SENDERS[code]
        )
        self._send(raw.replace(BORN["A"], BORN[PEOPLE[number]]))
        with self.tally.database.transaction() as session:
            found = session.scalars(select(Case).where(Case.referral_number == referral)).one_or_none()
            if found is not None:
                self.cases[found.id] = (code, number)

    @rule(number=NUMBERS)
    def change(self, number: str) -> None:
        self._send(self._adt("A08", number))

    @rule(
        pair=PAIRS,
        event=some.sampled_from(["A40", "A47"]),
        answer=some.sampled_from([None, Decision.SAME, Decision.SAME, Decision.OTHER]),
    )
    def merge(self, pair: tuple[str, str], event: str, answer: Decision | None) -> None:
        """Two numbers are one; where that is a question, a person often answers at once."""
        kept, gone = pair
        self.tally.done[event] += 1
        self._send(self._adt(event, kept) + f"MRG|{self._number(gone)}^^^ZEED^PI\r".encode())
        if answer is not None:
            self.decide(0, answer)

    @rule(one=NUMBERS, other=NUMBERS, event=some.sampled_from(["A24", "A37"]))
    def link(self, one: str, other: str, event: str) -> None:
        pid = next(line for line in self._adt(event, other).split(b"\r") if line.startswith(b"PID"))
        self._send(self._adt(event, one) + pid + b"\r")

    # What people do

    @rule(pick=some.integers(0, 20), decision=some.sampled_from([Decision.SAME, Decision.OTHER, Decision.ASIDE]))
    def decide(self, pick: int, decision: Decision) -> None:
        with self.tally.database.transaction() as session:
            conflict = self._pick(pick, session.scalars(_open(self.mark)).all())
            if conflict is None:
                return
            if conflict.kind is ConflictKind.MERGE_UNLIKE and decision is Decision.SAME:
                decision = Decision.OTHER  # nobody in their right mind says that these two are one
            deciding.decide(session, conflict, decision, reason="gebeld", person_id=uuid.uuid4(), now=self.tally.later())
            self.tally.done[f"decided {decision.value}"] += 1
        understand_all(self.tally.database, now=self.tally.later())

    @rule(pick=some.integers(0, 20))
    def take_apart(self, pick: int) -> None:
        with self.tally.database.transaction() as session:
            standing = select(Merge).where(
                Merge.undone_at.is_(None), Merge.kind == MergeKind.MERGE, Merge.kept_number.like(f"{self.mark}%")
            )
            found = self._pick(pick, session.scalars(standing.order_by(Merge.at, Merge.id)).all())
            if found is None:
                return
            deciding.ask_undo(session, found, person_id=uuid.uuid4(), now=self.tally.later())
            self.tally.done["taken apart"] += 1
        understand_all(self.tally.database, now=self.tally.later())

    @rule(pick=some.integers(0, 20), sign=some.booleans())
    def on_the_table(self, pick: int, sign: bool) -> None:
        """Its case is on the agenda of the open meeting, perhaps discussed and signed."""
        region, now = self.tally.house.region, self.tally.later()
        with self.tally.database.transaction() as session:
            planned = select(Round.case_id)
            free = select(Case).where(
                Case.id.in_(self.cases), Case.id.not_in(planned), Case.hospital_id == region.hospitals["ZEED"]
            )
            case = self._pick(pick, session.scalars(free.order_by(Case.id)).all())
            if case is None:
                return
            case.board_id, self.is_tabled = region.boards["URO-P"], True
            round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha, now=now)
            if sign:
                made = make.signed(
                    session, make.discussed(session, round_, viewer=region.bram, now=now), viewer=region.bram, now=now
                )
                self.signed[made.id] = made.content_hash

    # What must be so

    @invariant()
    def every_case_stands_where_it_belongs(self) -> None:
        faults, region = self.tally.faults, self.tally.house.region
        with self.tally.database.transaction() as session:
            there = {one.id: one for one in session.scalars(select(Case).where(Case.id.in_(self.cases)))}
            faults["case gone"] += len(self.cases) - len(there)
            people: dict[uuid.UUID, set[tuple[str, str]]] = {}
            for case in there.values():
                code, number = self.cases[case.id]
                root = patients.root(session, patients.by_local_number(session, region.hospitals[code], self._number(number)))
                owner = session.get_one(Patient, case.patient_id)
                faults["under another number"] += root is None or root.id != case.patient_id
                faults["another hospital's"] += owner.hospital_id != case.hospital_id
                people.setdefault(case.patient_id, set()).add((code, PEOPLE[number]))
            faults["another's patient"] += sum(len(who) > 1 for who in people.values())
            self._merges_are_told(session, there)
            stood = dict(session.execute(select(Signed.id, Signed.content_hash).where(Signed.id.in_(self.signed))).tuples().all())
            faults["signed and changed"] += stood != self.signed
        self.tally.faults += Counter()  # only what is above nought stays

    def _merges_are_told(self, session: Session, there: dict[uuid.UUID, Case]) -> None:
        """On every case of both, in its history, in the access log, on its page and on the agenda."""
        faults = self.tally.faults
        agenda = {row.case_id: row for row in meetings.agenda(session, self.tally.house.region.meeting)} if self.is_tabled else {}
        new = session.scalars(
            select(Merge).where(
                Merge.kind == MergeKind.MERGE, Merge.id.not_in(self.known), Merge.kept_number.like(f"{self.mark}%")
            )
        ).all()
        self.known |= {one.id for one in new}
        for case in there.values():
            has_been = patients_of(session, case.patient_id)
            is_one = len(has_been) > 1
            faults["no banner"] += is_one and not told_rows.of_patient(session, case.patient_id).standing_merges
            faults["no mark on the agenda"] += case.id in agenda and agenda[case.id].is_merged is not is_one
            if any(one.kept_id in has_been or one.gone_id in has_been for one in new if one.undone_at is None):
                events = select(func.count()).where(CaseEvent.case_id == case.id, CaseEvent.what == "patient.merged")
                lines = select(func.count()).where(AuditEntry.case_id == case.id, AuditEntry.act == "patient.merged")
                told, logged = session.scalar(events) or 0, session.scalar(lines) or 0
                faults["not told on the case"] += told == 0
                faults["not logged"] += logged < told
                self.tally.done["merged on the table"] += case.id in agenda
        self.tally.done["merged"] += len(new)

    def _send(self, raw: bytes) -> None:
        now, links = self.tally.later(), list(self.tally.house.region.links.values())
        reception.keep(
            self.tally.database, [reception.sort(raw, wire=Wire.HL7V2, reader=READERS[Wire.HL7V2], links=links, now=now)]
        )
        understand_all(self.tally.database, now=now)

    def _adt(self, event: str, number: str) -> bytes:
        raw = make.hl7_change("", patient=self._number(number), family=self._family(number))
        return raw.replace(b"A08", event.encode()).replace(b"ADT_A01", b"ADT_A39").replace(BORN["A"], BORN[PEOPLE[number]])

    def _number(self, number: str) -> str:
        return f"{self.mark}n{number}"

    def _family(self, number: str) -> str:
        return f"van {PEOPLE[number]} {self.mark}"

    def _pick(self, at: int, found: Any) -> Any:
        return found[at % len(found)] if found else None


def _open(mark: str) -> Select[tuple[IdentityConflict]]:
    """The questions of one story that nobody decided yet."""
    query = select(IdentityConflict).join(Patient, Patient.id == IdentityConflict.patient_id)
    query = query.where(IdentityConflict.decided_at.is_(None), Patient.local_number.like(f"{mark}%"))
    return query.order_by(IdentityConflict.opened_at, IdentityConflict.id)


def patients_of(session: Session, patient_id: uuid.UUID) -> list[uuid.UUID]:
    """This patient and all that point at it, read from the rows themselves."""
    rows, found = {one.id: one.merged_into for one in session.scalars(select(Patient))}, [patient_id]
    for one in found:
        found += [row for row, into in rows.items() if into == one]
    return found
