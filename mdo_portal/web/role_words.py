"""Words for roles, relations and odd facts, the same on every page about people."""

from __future__ import annotations

import uuid
from datetime import date

from flask import request
from flask_babel import gettext

from mdo_portal.domain.granting import Place
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Relation
from mdo_portal.domain.rights import Odd
from mdo_portal.errors import N_, Incomplete
from mdo_portal.services.rights.term import Term
from mdo_portal.web.navigation import ROLE_WORDS

#: what a relation is called; one that is not here is shown as its own value
RELATION_WORDS: dict[str, str] = {
    Relation.ANYONE: N_("iedereen die is aangemeld, of het hele netwerk"),
    Relation.OWN_HOSPITAL: N_("eigen ziekenhuis"),
    Relation.BOARD: N_("rol in het MDO"),
    "grant": N_("inzage gegeven voor deze casus"),
    "emergency": N_("noodinzage"),
}
ODD_WORDS: dict[str, str] = {
    Odd.NOT_SEEN: N_("90 dagen of langer niet aangemeld"),
    Odd.LEFT: N_("heeft geen rol meer bij een ziekenhuis"),
    Odd.BOARD_LEFT: N_("ziekenhuis neemt niet (meer) deel aan dit MDO"),
    Odd.NO_FACTOR: N_("geen tweede stap"),
    Odd.DISABLED: N_("geblokkeerd"),
    Odd.OVER: N_("einddatum voorbij"),
}
#: a role on a hospital's list that is called otherwise than on a board
TAKES_PART_WORD = N_("Neemt deel aan MDO's")
STATE_WORDS = {"now": "", "coming": N_("gaat nog in"), "over": N_("voorbij"), "ended": N_("beëindigd")}
BAD_DATE = N_("Dit is geen datum.")


def role_word(role: Role, place: Place) -> str:
    """The (untranslated) word for a role at this place."""
    return TAKES_PART_WORD if role is Role.MEMBER and not place.is_board else ROLE_WORDS[role]


def choices_words(roles: list[Role], place: Place) -> list[tuple[str, str]]:
    """For a select: (value, word)."""
    return [(role.value, gettext(role_word(role, place))) for role in roles]


WORDS = {
    "choices_words": choices_words,
    "role_word": role_word,
    "relation_words": RELATION_WORDS,
    "odd_words": ODD_WORDS,
    "state_words": STATE_WORDS,
}


def place_of(kind: str, place_id: uuid.UUID) -> Place:
    return Place(place_id, kind == "board")


def asked_term() -> Term:
    """The first and last day in the form. Raises Incomplete when one is no date."""
    return Term(asked_date("starts_on"), asked_date("ends_on"))


def asked_date(name: str) -> date | None:
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Incomplete({name: BAD_DATE}, BAD_DATE) from error


def asked_role() -> Role:
    """The role in the form. Raises Incomplete when it is none."""
    asked = request.form.get("role", "")
    if asked not in Role._value2member_map_:
        raise Incomplete({"role": N_("Kies een rol.")}, N_("Kies een rol. Er is niets veranderd."))
    return Role(asked)


def asked_id(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form.get(name, ""))
    except ValueError:
        return None
