"""Who looks: what somebody is for a hospital and on boards, and what that lets them do."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from mdo_portal.domain.grant import GrantKind
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import _ORDER, BY_GRANT, POLICY, Act, Relation


@dataclass(frozen=True)
class Viewer:
    """Who looks, for which hospital, with which roles: re-read from the database for every act."""

    person_id: uuid.UUID
    name: str
    hospital_id: uuid.UUID
    hospital_roles: frozenset[Role] = frozenset()
    board_roles: Mapping[uuid.UUID, frozenset[Role]] = field(default_factory=dict)
    #: cases of others that this viewer may read now, and why
    grants: Mapping[uuid.UUID, frozenset[GrantKind]] = field(default_factory=dict)
    #: how identity was proven at sign-in: a method of Proof
    method: str = ""
    #: who the hospital's own provider says it is: `issuer|subject`
    alternate_id: str = ""
    #: identity was proven by two factors
    strong: bool = True
    language: str = "nl"
    client_address: str = ""
    trace_id: str = ""

    @property
    def works_as(self) -> str:
        """This person, working for this hospital: an open page is theirs as long as both hold."""
        return f"{self.person_id}.{self.hospital_id}"

    def relations(
        self,
        act: Act,
        *,
        hospital_id: uuid.UUID | None = None,
        board_id: uuid.UUID | None = None,
        case_id: uuid.UUID | None = None,
    ) -> list[Relation]:
        """By which relations this viewer may do `act` on an object of that hospital, board and case; empty = not at all."""
        held = {relation for role, relation in POLICY[act] if self._has(role, relation, hospital_id, board_id, case_id)}
        return sorted(held, key=_ORDER.index)

    def _has(
        self,
        role: Role | None,
        relation: Relation,
        hospital_id: uuid.UUID | None,
        board_id: uuid.UUID | None,
        case_id: uuid.UUID | None,
    ) -> bool:
        if relation is Relation.ANYONE:
            return role is None or role in self.hospital_roles
        if relation is Relation.OWN_HOSPITAL:
            return hospital_id == self.hospital_id and role in (self.hospital_roles | self._own_board_roles())
        if relation is Relation.BOARD:
            return board_id is not None and role in self.board_roles.get(board_id, frozenset())
        granted = self.grants.get(case_id, frozenset()) if case_id is not None else frozenset()
        return role in self.hospital_roles and any(BY_GRANT[kind] is relation for kind in granted)

    def _own_board_roles(self) -> frozenset[Role]:
        return frozenset().union(*self.board_roles.values()) if self.board_roles else frozenset()

    def may(
        self,
        act: Act,
        *,
        hospital_id: uuid.UUID | None = None,
        board_id: uuid.UUID | None = None,
        case_id: uuid.UUID | None = None,
    ) -> bool:
        return bool(self.relations(act, hospital_id=hospital_id, board_id=board_id, case_id=case_id))

    def boards_for(self, act: Act) -> list[uuid.UUID]:
        """The boards on which this viewer may do `act`."""
        return [board_id for board_id in self.board_roles if self.may(act, board_id=board_id)]

    def may_for_own_hospital(self, act: Act) -> bool:
        return Relation.OWN_HOSPITAL in self.relations(act, hospital_id=self.hospital_id)

    def may_for_own_hospital_or_board(self, act: Act) -> bool:
        return self.may_for_own_hospital(act) or bool(self.boards_for(act))

    def may_at_all(self, act: Act) -> bool:
        """Whether there can be anything with which this viewer may do `act`: for whole pages, before any object is known."""
        return self.may_for_own_hospital_or_board(act) or self.may(act) or self.may_by_grant(act)

    def may_by_grant(self, act: Act) -> bool:
        """Whether some case of others was opened to this viewer for `act`."""
        return any(self.may(act, case_id=case_id) for case_id in self.grants)

    def only_observes(self, board_id: uuid.UUID | None) -> bool:
        """Whether this viewer's only role on the board is to watch: they get a reduced view."""
        return board_id is not None and self.board_roles.get(board_id) == frozenset({Role.OBSERVER})
