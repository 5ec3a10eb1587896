"""What the matrix expects of every route: the policy and the rules of DESIGN in words of our own, not what the portal was seen to do.

`expected` says True (may: anything but 403 and 404), 403 (sees it, may not) or 404 (for this viewer it does not exist). A route names
its act; which object its address is about, and by which rule that object is reached, stands in RULES: a route that is not
covered by them is *unlisted* and fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.viewer import Viewer
from tests.web.matrix_things import Things

Expected = Literal[True, 403, 404]
Rule = Callable[[Viewer, Act, Things, dict[str, str]], Expected]


def _answer(sees: bool, may: bool) -> Expected:
    if not sees:
        return 404
    return True if may else 403


# A case, and what hangs on it


def on_case(viewer: Viewer, act: Act, things: Things) -> bool:
    """By hospital, grant or board; the cases of the house stand on an agenda, so a member sees them too, and nobody objected."""
    by_hospital = viewer.relations(act, hospital_id=things.hospital, case_id=things.ids["case_id"])
    return things.exists and bool(by_hospital or viewer.relations(act, board_id=things.board))


def of_case(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    return _answer(on_case(viewer, Act.CASE_READ, things), on_case(viewer, act, things))


def of_letter(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    """Addressed to the own hospital, or of a board with which one has to do; sending again, or on paper, is an act of its own."""
    wanted = Act.POST_RESEND if named.get("what") in ("resend", "paper") else act
    held = {one: things.exists and viewer.may(one, hospital_id=things.hospital, board_id=things.board) for one in Act}
    return _answer(held[Act.POST_READ], held[wanted])


def of_meeting(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    return _answer(things.board in viewer.board_roles, viewer.may(act, board_id=things.board))


# What a hospital has


def of_own_hospital(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    """Not theirs is not there."""
    return _answer(things.exists and viewer.hospital_id == things.hospital, viewer.may(act, hospital_id=things.hospital))


def of_hospital(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    """Also of no hospital, for whoever may by no relation."""
    may = things.exists and viewer.may(act, hospital_id=things.hospital)
    return _answer(may, may)


def of_network(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    return _answer(things.exists, viewer.may(act))


# Places and people


def at(viewer: Viewer, act: Act, things: Things, kind: str) -> bool:
    if not things.exists:
        return False
    return viewer.may(act, board_id=things.board) if kind == "board" else viewer.may(act, hospital_id=things.hospital)


def of_place(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    may = at(viewer, act, things, named["kind"])
    return _answer(may or at(viewer, Act.PEOPLE_READ, things, named["kind"]), may)


def of_review(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    may = at(viewer, act, things, "board" if things.name == "shared" else "hospital")
    return _answer(may, may)


def of_person(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    """A member of the board who works for the hospital: known at either place; explained also to every hospital of the board."""
    if administers(viewer):
        return _answer(things.exists, True)
    places = [
        kind for kind in ("board", "hospital") if at(viewer, Act.PEOPLE_READ, things, kind) or at(viewer, act, things, kind)
    ]
    if act is Act.RIGHTS_EXPLAIN:
        return _answer(bool(places) or _of_a_hospital_of(viewer, act, things), True)
    if "hospital" in places:  # of somebody of the own hospital all boards are shown
        places = ["board", "hospital"]
    return _answer(bool(places), any(at(viewer, act, things, kind) for kind in places))


def _of_a_hospital_of(viewer: Viewer, act: Act, things: Things) -> bool:
    """The viewer asks for a hospital that takes part: ZEED, KREE and DELT in Uro-prostaat, KREE and DELT in Lage GI."""
    asks = (Role.PRIVACY_OFFICER in viewer.hospital_roles) or (Role.LINK_MANAGER in viewer.hospital_roles)
    return asks and things.exists and (things.name != "theirs" or viewer.hospital_id == things.hospital)


def of_whole_person(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    """Blocking is for the hospital where somebody works and for the administrator; mending a name also for the secretary of the only
    board.
    """
    known = of_person(viewer, act, things, named)
    by_board = at(viewer, act, things, "board") and not named.get("what")
    return known if known is not True or administers(viewer) else _answer(True, at(viewer, act, things, "hospital") or by_board)


def of_account(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    """Inviting: not the secretary of the only board, for everybody's person can sign in already (through a provider)."""
    known = of_person(viewer, act, things, named)
    return known if known is not True or administers(viewer) else _answer(True, at(viewer, act, things, "hospital"))


def administers(viewer: Viewer) -> bool:
    return Relation.ANYONE in viewer.relations(Act.PEOPLE_MANAGE)


# No object


def of_page(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    """Whole pages; a form for the own hospital needs a role for that hospital, a list of places one place."""
    return True if viewer.may_at_all(act) and (act is not Act.CASE_REGISTER or viewer.may_for_own_hospital(act)) else 403


def of_works_there(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    """Going on for the hospital that the form names: only one for which somebody works."""
    return _answer(viewer.hospital_id == things.hospital, True)


def of_nothing(viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    """What the form asks for is nobody's: a passkey that is not there, a provider that nobody came by, a number of no patient."""
    return 404


#: the name in an address by which its object is found -> the rule; the first that the address has counts
RULES: dict[str, Rule] = {
    "case_id": of_case,
    "round_id": of_case,
    "document_id": of_case,
    "delivery_id": of_letter,
    "follow_id": of_case,
    "meeting_id": of_meeting,
    "message_id": of_hospital,
    "conflict_id": of_hospital,
    "merge_id": of_hospital,
    "hold_id": of_own_hospital,
    "provider_id": of_hospital,
    "review_id": of_review,
    "membership_id": of_place,
    "place_id": of_place,
    "person_id": of_person,
    "template_id": of_network,
    "board_id": of_network,
    "hospital_id": of_network,
}
#: routes whose object is reached otherwise
OTHERWISE: dict[str, Rule] = {
    "retention.hold": of_own_hospital,
    "rooms.show": of_meeting,
    # a board's own figures; somebody else's link
    **dict.fromkeys(("follow_up_figures.page", "follow_up_figures.table"), of_meeting),
    **dict.fromkeys(("year_figures.page", "year_figures.table"), of_meeting),
    "follow_ups.by_link": of_nothing,
    "destruction.page": of_own_hospital,
    "destruction.approve": of_own_hospital,
    "destruction.refuse": of_own_hospital,
    "destruction.printed": of_own_hospital,
    "people.block": of_whole_person,
    "people.correct": of_whole_person,
    "people.invite": of_account,
    "signing_in.switch": of_works_there,
    "account.remove_passkey": of_nothing,
    "oidc.confirm": of_nothing,
    "grants.break_glass": of_nothing,
    "destruction.find": of_nothing,
    "destruction.patient": of_own_hospital,
    "destruction.ask": of_own_hospital,
    # one hospital's link: of its link manager, and the administrator
    **dict.fromkeys(
        ("links.page", "links.piece", "links.edit", "links.save", "links.token", "links.withdraw_token", "again.read_again"),
        of_hospital,
    ),
    **dict.fromkeys(
        (
            "trying.page",
            "trying.show",
            "trying.report",
            "taking.adopt",
            "taking.places",
            "taking.board",
            "taking.own_board",
            "taking.urgency",
        ),
        of_hospital,
    ),
    **dict.fromkeys(("places.page", "places.keys", "places.save", "places.place_one", "places.say_kind"), of_hospital),
    **dict.fromkeys(("gp_channel.page", "gp_channel.save", "gp_channel.try_it"), of_hospital),
    **dict.fromkeys(("line.certificates", "line.bind", "line.bind_called", "line.withdraw"), of_hospital),
    **dict.fromkeys(("line.plain", "line.accept_plain", "line.withdraw_plain"), of_hospital),
    **dict.fromkeys(("agreements.page", "agreements.save", "way_back.letter", "way_back.server"), of_hospital),
    **dict.fromkeys(("launching.page", "launching.save", "launching.look"), of_hospital),
    "launch.back": of_works_there,  # without a state nothing is looked up; another hospital's door is not there
    "providers.new": of_page,  # only sends on, to a page that looks whose hospital it is
}


def rule_for(endpoint: str, named: set[str]) -> Rule | None:
    """None when nobody said what this route's object is."""
    if endpoint in OTHERWISE:
        return OTHERWISE[endpoint]
    objects = [rule for name, rule in RULES.items() if name in named]
    if not objects and not any(name.endswith("_id") for name in named):
        return of_page
    return objects[0] if objects else None


def expected(rule: Rule, viewer: Viewer, act: Act, things: Things, named: dict[str, str]) -> Expected:
    """First the door of the whole page, then the object."""
    return rule(viewer, act, things, named) if viewer.may_at_all(act) else 403


# What of a patient somebody may read


def reads(viewer: Viewer, canary: str, things: Things) -> bool:
    """Whether these words of this patient may stand in an answer to this viewer at all."""
    if canary == "bsn":
        return False  # only ever masked
    on_board = viewer.relations(Act.CASE_READ, board_id=things.board)
    by_other = viewer.relations(Act.CASE_READ, hospital_id=things.hospital, case_id=things.ids["case_id"])
    if canary == "question":
        return bool(on_board or by_other)
    if canary == "document":
        return on_case(viewer, Act.DOCUMENT_READ, things)
    whole = bool(by_other) or (bool(on_board) and not viewer.only_observes(things.board))
    return whole or bool(_for_own(viewer, things))


def _for_own(viewer: Viewer, things: Things) -> set[Act]:
    return {
        act for act in (Act.LOG_PATIENT, Act.DESTROY_REQUEST, Act.IDENTITY_READ) if viewer.may(act, hospital_id=things.hospital)
    }
