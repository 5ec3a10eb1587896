"""Random people do random things, and never see a row too many nor too few."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Board
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Proof, Role
from mdo_portal.domain.round import Round
from mdo_portal.errors import NotSignedIn
from mdo_portal.services.people import sessions
from tests import make
from tests.chance import examples
from tests.people import PEOPLE, Region, person_id
from tests.services.test_second_wall import BOARDS, HOUSES
from tests.services.wall_house import NOTHING, walls

__all__ = ["walls"]

STEPS = examples(500)
CHILDREN = ("case_facts", "case_events", "rounds", "information_requests")
READS_OWN = {Role.SPECIALIST, Role.CASE_MANAGER, Role.SECRETARY, Role.PRIVACY_OFFICER}
COUNT = {"steps": 0, "leaks": 0, "looks": 0}


@dataclass
class Kept:
    """A case as the model knows it."""

    hospital: str
    board: str | None
    objected: bool = False
    #: boards on whose agenda it stands (or stood less than fourteen days ago)
    agendas: set[str] = field(default_factory=set)


@dataclass
class Somebody:
    """A person as the model knows them."""

    house: str
    roles: set[Role]
    boards: dict[str, set[Role]]
    disabled: bool = False
    granted: set[uuid.UUID] = field(default_factory=set)

    @property
    def reads_own(self) -> bool:
        plans = any(Role.SECRETARY in roles for roles in self.boards.values())
        return bool(self.roles & READS_OWN) or plans

    def sees(self, case_id: uuid.UUID, case: Kept) -> bool:
        if self.disabled:
            return False
        if case.hospital == self.house and self.reads_own:
            return True
        if case.objected:
            return False
        leads = {board for board, roles in self.boards.items() if roles & {Role.SECRETARY, Role.CHAIR}}
        unrouted = case.board is None and any(case.hospital in TAKES_PART[board] for board in leads)
        return unrouted or case.board in leads or bool(case.agendas & set(self.boards)) or case_id in self.granted


TAKES_PART = {"URO-P": {"ZEED", "DELT", "ODUL"}, "GI": {"KREE", "DELT"}}


def test_random_people_never_see_a_row_too_many_nor_too_few(walls: tuple[Database, Database], region: Region) -> None:
    house, web = walls

    class Machine(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            with house.transaction() as session:
                session.execute(text("UPDATE people SET disabled_at = NULL; DELETE FROM case_grants; "
                                     "UPDATE board_memberships SET ended_at = NULL; UPDATE memberships SET ended_at = NULL; "
                                     "UPDATE cases SET objected = false, is_open = false; UPDATE rounds SET position = -position; "
                                     "UPDATE meetings SET starts_at = now() - interval '60 days' - (random() * interval '30 days')"))  # fmt: skip
                self.kept: dict[uuid.UUID, Kept] = {}
                for code in BOARDS:
                    at = datetime.now(UTC) + timedelta(days=2, microseconds=random.randrange(10**6))
                    meeting = make.meeting(session, session.get_one(Board, region.boards[code]), starts_at=at)
                    setattr(self, f"meeting_{code}", meeting.id)
            self.people = {
                name: Somebody(house_, set(roles), {board: set(given) for board, given in boards.items()})
                for name, (_, house_, roles, boards) in PEOPLE.items()
            }
            self.keys = {name: self._key(name) for name in PEOPLE}

        def _key(self, name: str, proof: Proof = make.PROOF) -> str:
            with house.transaction() as session:
                at = region.hospitals[PEOPLE[name][1]]
                return sessions.start_session(session, person_id(name), at, proof=proof, now=datetime.now(UTC))

        def _any(self, data: st.DataObject) -> uuid.UUID | None:
            return data.draw(st.sampled_from(sorted(self.kept))) if self.kept else None

        @rule(of=st.sampled_from(HOUSES), board=st.sampled_from([*BOARDS, None]))
        def a_hospital_refers(self, of: str, board: str | None) -> None:
            with house.transaction() as session:
                hospital = session.get_one(Hospital, region.hospitals[of])
                hint = {"board_hint": "" if board is None else board}
                board_id = region.boards[board] if board else None
                case = make.case(session, hospital, now=datetime.now(UTC), board_id=board_id, **hint)
                case.board_id = board_id
                self.kept[case.id] = Kept(of, board)

        @rule(data=st.data(), on=st.sampled_from(BOARDS))
        def a_case_comes_on_an_agenda(self, data: st.DataObject, on: str) -> None:
            case_id = self._any(data)
            if case_id is None or self.kept[case_id].agendas:
                return
            with house.transaction() as session:
                meeting_id = getattr(self, f"meeting_{on}")
                session.add(Round(case_id=case_id, number=1, meeting_id=meeting_id, position=1, minutes=4))
            self.kept[case_id].agendas.add(on)

        @rule(data=st.data(), to=st.sampled_from([*BOARDS, None]))
        def a_case_goes_to_another_board(self, data: st.DataObject, to: str | None) -> None:
            if case_id := self._any(data):
                self._set("UPDATE cases SET board_id = :to WHERE id = :id", to=region.boards[to] if to else None, id=case_id)
                self.kept[case_id].board = to

        @rule(data=st.data(), on=st.booleans())
        def a_patient_objects(self, data: st.DataObject, on: bool) -> None:
            if case_id := self._any(data):
                self._set("UPDATE cases SET objected = :on WHERE id = :id", on=on, id=case_id)
                self.kept[case_id].objected = on

        @rule(data=st.data(), name=st.sampled_from(["Carla", "Mila", "Dirk", "Ada"]))
        def somebody_may_read_along(self, data: st.DataObject, name: str) -> None:
            if case_id := self._any(data):
                self._set(
                    "INSERT INTO case_grants (id, case_id, hospital_id, kind, person_id, reason, begins_at, ends_at, given_by, given_at) "
                    "SELECT gen_random_uuid(), id, hospital_id, 'second_reader', :who, 'x', now(), now() + interval '1 day', :who, now() "
                    "FROM cases WHERE id = :id", who=person_id(name), id=case_id,
                )  # fmt: skip
                self.people[name].granted.add(case_id)

        @rule(name=st.sampled_from(["Carla", "Mila"]))
        def the_grants_end(self, name: str) -> None:
            self._set("UPDATE case_grants SET ended_at = now() WHERE person_id = :who", who=person_id(name))
            self.people[name].granted.clear()

        @rule(name=st.sampled_from(["Aisha", "Bram", "Mila", "Carla"]), on=st.booleans())
        def a_board_role_ends_or_comes_back(self, name: str, on: bool) -> None:
            ended = "NULL" if on else "now()"
            self._set(f"UPDATE board_memberships SET ended_at = {ended} WHERE person_id = :who", who=person_id(name))
            mine = {board: set(given) for board, given in PEOPLE[name][3].items()}
            self.people[name].boards = mine if on else {}

        @rule(name=st.sampled_from(["Dirk", "Carla", "Petra"]), on=st.booleans())
        def a_hospital_role_ends_or_comes_back(self, name: str, on: bool) -> None:
            ended = "NULL" if on else "now()"
            self._set(f"UPDATE memberships SET ended_at = {ended} WHERE person_id = :who", who=person_id(name))
            self.people[name].roles = set(PEOPLE[name][2]) if on else set()

        @rule(name=st.sampled_from(["Dirk", "Bram"]), on=st.booleans())
        def a_person_is_disabled(self, name: str, on: bool) -> None:
            at = "now()" if on else "NULL"
            self._set(f"UPDATE people SET disabled_at = {at} WHERE id = :who", who=person_id(name))
            self.people[name].disabled = on

        @rule(name=st.sampled_from(sorted(PEOPLE)))
        def an_exception_in_the_middle_leaves_nothing_behind(self, name: str) -> None:
            with (
                pytest.raises((DBAPIError, NotSignedIn)),
                web.transaction(entering=sessions.hash_key(self.keys[name])) as session,
            ):
                session.execute(text("SELECT 1 / 0"))

        def _set(self, statement: str, **values: object) -> None:
            with house.transaction() as session:
                session.execute(text(statement), values)

        @rule(name=st.sampled_from(sorted(PEOPLE)), child=st.sampled_from(CHILDREN))
        def somebody_looks(self, name: str, child: str) -> None:
            somebody = self.people[name]
            wanted = {case_id for case_id, case in self.kept.items() if somebody.sees(case_id, case)}
            try:
                with web.transaction(entering=sessions.hash_key(self.keys[name])) as session:
                    everything = _ids(session, "SELECT id FROM cases")
                    below = _ids(session, f"SELECT case_id FROM {child}")
                    patients = _ids(session, "SELECT id FROM patients")
            except NotSignedIn:
                assert somebody.disabled
                return
            seen = everything & set(self.kept)
            COUNT["looks"] += 1
            COUNT["leaks"] += len(seen - wanted) + len(below & set(self.kept) - wanted)
            assert seen == wanted
            assert below <= everything
            assert patients == self._patients(somebody, everything)

        def _patients(self, somebody: Somebody, cases: set[uuid.UUID]) -> set[uuid.UUID]:
            """Those of the cases one sees, and of the own hospital for whoever registers, treats or watches there."""
            own = region.hospitals[somebody.house] if somebody.reads_own else None
            with house.transaction() as session:
                return _ids(
                    session,
                    "SELECT id FROM patients WHERE hospital_id = :own OR id IN (SELECT patient_id FROM cases WHERE id = ANY (:cases))",
                    own=own, cases=list(cases),
                )  # fmt: skip

        @invariant()
        def nobody_sees_nothing(self) -> None:
            COUNT["steps"] += 1
            with web.transaction() as session:
                assert {name: count for name, count in session.execute(NOTHING) if count} == {}

    machine = settings(
        max_examples=max(1, STEPS // 50),
        stateful_step_count=50,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=machine)  # type: ignore[no-untyped-call]
    print(f"\nsecond wall: {COUNT}")
    assert COUNT["leaks"] == 0


def _ids(session: Session, statement: str, **values: object) -> set[uuid.UUID]:
    return {one for (one,) in session.execute(text(statement), values)}
