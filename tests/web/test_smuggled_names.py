"""What a form names beside its address: of another hospital or another board it is not taken, and nothing of it is said.

Each act that goes well (test_smuggled.py) is done once more for every id in its form, with the same kind of thing of KREE and Lage GI in its
place, with which the person who acts has nothing to do.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from mdo_portal.domain.board import Board
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.hospital import Hospital
from mdo_portal.errors import HeldBack
from tests.copies import Copies
from tests.people import Region
from tests.web.matrix_things import things_of
from tests.web.smuggling_deeds import Deed
from tests.web.smuggling_deeds_more import ALL
from tests.web.smuggling_house import House, house_on, said

pytestmark = pytest.mark.xdist_group("wall")
NAMED = re.compile(r"\{(\w+)\}")
#: what a form names -> what of theirs comes in its place
OF_THEIRS = {
    **dict.fromkeys(("coming", "tonight"), "meeting_id"),
    **dict.fromkeys(("next_round", "on_round", "undecided_round"), "round_id"),
    **dict.fromkeys(("decision_id", "refused_decision"), "decision_id"),
    **dict.fromkeys(("mila", "bilal", "dirk"), "person_id"),
    "uro": "board_id",
    "zeed": "hospital_id",
    "done": "follow_id",
    "waiting_case": "case_id",
    "waiting_patient": "patient_id",
}
#: whom an act may be about is anybody, or anything: an administrator's, who reads along, and whom somebody treats in an emergency
ANYBODYS = {"given to read", "given to read by a locum", "the glass is broken"}


class Theirs(NamedTuple):
    house: House
    ids: dict[str, uuid.UUID]
    canaries: list[str]


@pytest.fixture(scope="module")
def both(copies: Copies, region: Region) -> Iterator[Theirs]:
    with copies.one() as database:
        with database.transaction() as session:
            kree, gi = session.get_one(Hospital, region.hospitals["KREE"]), session.get_one(Board, region.boards["GI"])
            things = things_of(session, region, "Theirs", kree, gi, now=datetime.now(UTC))
            decision = session.scalars(select(Decision.id).where(Decision.case_id == things.ids["case_id"])).one()
        with house_on(database, region) as house:
            yield Theirs(house, dict(things.ids) | {"decision_id": decision}, list(things.canaries.values()))


def named_in(deed: Deed) -> set[str]:
    texts = [str(text) for pair in deed.form.items() for text in pair]
    return {name for text in texts for name in NAMED.findall(text)} & OF_THEIRS.keys()


#: of two boards and two hospitals nothing of these two is another's
CASES = [
    (what, name)
    for what, deed in ALL.items()
    for name in sorted(named_in(deed))
    if deed.who not in ("Ada", "Twice") and what not in ANYBODYS
]


@pytest.mark.parametrize(("what", "name"), CASES)
def test_what_a_form_names_is_not_taken_when_it_is_anothers(both: Theirs, what: str, name: str) -> None:
    deed, theirs = ALL[what], both.ids[OF_THEIRS[name]]
    form = {_put(key, name, theirs): _put(value, name, theirs) for key, value in deed.form.items()}

    answer, writes = both.house.act(deed.who, deed.path, form, read=deed.read, takes=deed.takes)

    taken = [said(one) for one in writes if str(theirs) in str(one[1]) and "audit_entries" not in said(one)]
    assert not taken, answer.status_code
    assert answer.status_code < 500 and HeldBack.sentence not in answer.text, "the page leaves it to PostgreSQL"
    assert [one for one in both.canaries if one in answer.text] == []


def _put(value: Any, name: str, theirs: uuid.UUID) -> Any:
    if isinstance(value, list):
        return [_put(one, name, theirs) for one in value]
    return value.replace(f"{{{name}}}", str(theirs)) if isinstance(value, str) else value


def test_acts_that_name_something_in_their_form_are_found() -> None:
    """At least those; the list of acts grows, and nobody writes this one."""
    assert len(CASES) >= 20
