"""Who may give which role, and which roles cannot go together: rules with a sentence each, without a database."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from mdo_portal.domain.people import BOARD_ROLES, HOSPITAL_ROLES, TAKES_PART, Role
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, NotAllowed

ROLES_FOR_A_HOSPITAL = (*HOSPITAL_ROLES, Role.SECRETARY, TAKES_PART)
#: with these, patients are seen: an administrator of the same person would undo the wall between the two
MEDICAL = frozenset({Role.SPECIALIST, Role.CASE_MANAGER, Role.SECRETARY, TAKES_PART, *BOARD_ROLES})
#: roles of which there is always somebody: per board, per hospital, in the network
NEVER_NOBODY = frozenset({Role.SECRETARY, Role.LINK_MANAGER, Role.ADMINISTRATOR})
#: what does not happen while nobody has this role at a hospital, or on a board
NOBODY_IS = {
    Role.LINK_MANAGER: N_("Koppelingsbeheerder: vragen over de koppeling en over mensen komen bij de beheerder van het netwerk."),
    Role.PRIVACY_OFFICER: N_("Functionaris gegevensbescherming: noodinzage en bevindingen in het logboek beoordeelt niemand."),
    Role.SECRETARY: N_("Coördinator: niemand kan vergaderingen plannen."),
    Role.CHAIR: N_("Voorzitter: niemand kan een advies tekenen."),
}

YOURSELF = N_("Uzelf een rol geven kan niet. Er is niets veranderd; vraag een collega die dit ook mag.")
NOT_YOURS = N_("Deze rol mag u hier niet geven. Er is niets veranderd; vraag de beheerder van het netwerk.")
FIRST_CHAIR = N_(
    "Dit MDO heeft nu geen voorzitter. De eerste voorzitter wijst de beheerder van het netwerk aan; er is niets veranderd."
)
CLASH = N_(
    "Een beheerder ziet geen patiënten: deze rol gaat niet samen met een medische rol. Er is niets veranderd; beëindig eerst de andere rol."
)
OPENS_ANOTHER = N_(
    "Een MDO-coördinator ziet ook bij het ziekenhuis waarvoor die werkt wie een patiënt is. Voor een ander ziekenhuis dan het uwe geeft "
    "de beheerder van het netwerk deze rol, of geeft dat ziekenhuis eerst zelf een rol. Er is niets veranderd."
)
LAST_ONE = N_("Dit is de laatste met deze rol. Geef de rol eerst aan een opvolger; er is niets veranderd.")


@dataclass(frozen=True)
class Place:
    """Where a role counts: one hospital or one board."""

    id: uuid.UUID
    is_board: bool

    def relations(self, viewer: Viewer, act: Act) -> list[Relation]:
        return viewer.relations(act, board_id=self.id) if self.is_board else viewer.relations(act, hospital_id=self.id)

    def may(self, viewer: Viewer, act: Act) -> bool:
        return bool(self.relations(viewer, act))

    @property
    def roles(self) -> tuple[Role, ...]:
        return BOARD_ROLES if self.is_board else ROLES_FOR_A_HOSPITAL

    @property
    def needed(self) -> tuple[Role, ...]:
        """Of which there should be somebody, as NOBODY_IS says."""
        return (Role.SECRETARY, Role.CHAIR) if self.is_board else (Role.LINK_MANAGER, Role.PRIVACY_OFFICER)


def as_administrator(viewer: Viewer) -> bool:
    return Relation.ANYONE in viewer.relations(Act.PEOPLE_MANAGE)


def roles_to_give(viewer: Viewer, place: Place, *, has_chair: bool) -> list[Role]:
    """What this viewer can choose from in the form."""
    return [role for role in place.roles if not refusal(viewer, place, role, has_chair=has_chair)]


def refusal(viewer: Viewer, place: Place, role: Role, *, has_chair: bool) -> str:
    """Why this viewer may not give that role there; empty = they may."""
    if role not in place.roles or not place.may(viewer, Act.PEOPLE_MANAGE):
        return NOT_YOURS
    if as_administrator(viewer):
        return ""
    if role is Role.ADMINISTRATOR:
        return NOT_YOURS
    return FIRST_CHAIR if role is Role.CHAIR and not has_chair else ""


def check_giving(viewer: Viewer, place: Place, role: Role, person_id: uuid.UUID, *, has_chair: bool) -> None:
    """Raises NotAllowed with the reason."""
    if person_id == viewer.person_id:
        raise NotAllowed(YOURSELF)
    sentence = refusal(viewer, place, role, has_chair=has_chair)
    if sentence:
        raise NotAllowed(sentence)


def check_together(
    role: Role, *, there: Collection[Role], on_boards: Collection[Role], administers: bool, is_board: bool
) -> None:
    """Raises IllegalMove when `role` would make an administrator see patients, or somebody who sees patients an administrator.

    `there`: roles at the same hospital; `on_boards`: on any board, for those are there in every session; `administers`: of any hospital.
    """
    if role is Role.ADMINISTRATOR and (on_boards or MEDICAL & set(there)):
        raise IllegalMove(CLASH)
    if role is not Role.ADMINISTRATOR and role in MEDICAL and (administers if is_board else Role.ADMINISTRATOR in there):
        raise IllegalMove(CLASH)


def check_opens_no_hospital(
    viewer: Viewer, place: Place, role: Role, *, held: Collection[tuple[uuid.UUID, Role]], on_boards: Collection[Role]
) -> None:
    """Raises NotAllowed when this role on a board would open a hospital that is not the giver's: the policy counts it there too.

    `held`: the other's roles at hospitals. Taking part in a hospital's name opens nothing of it by itself.
    """
    if not place.is_board or role is not Role.SECRETARY or Role.SECRETARY in on_boards or as_administrator(viewer):
        return
    already = {hospital_id for hospital_id, one in held if one in (Role.SPECIALIST, Role.CASE_MANAGER, Role.SECRETARY)}
    if {hospital_id for hospital_id, _ in held} - already - {viewer.hospital_id}:
        raise NotAllowed(OPENS_ANOTHER)
