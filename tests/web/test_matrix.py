"""Row D1: every route × its methods × every role × {own, shared board, foreign, absent} objects, and what of whom stands in the answers.

The routes come from `app.url_map`, the expectation from the policy and the rules (matrix_rules.py). One slice of the cells is tried here;
`MATRIX=all` tries all of them, as `make faults` does. Besides: an object of ours with a part of theirs, and the machines' door.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from mdo_portal.commands.postgres_databases import clone_database, drop_database
from mdo_portal.domain.inbound import InboundMessage
from tests.conftest import copy_name, opened
from tests.integrations.fhir.make import sample
from tests.people import Region
from tests.web.matrix_house import House, house_on
from tests.web.matrix_people import Somebody
from tests.web.matrix_rules import expected, rule_for
from tests.web.matrix_things import Things
from tests.web.matrix_tries import EVERYTHING, filled, form_for, try_all

pytestmark = pytest.mark.xdist_group("matrix")  # one house for all of them

#: the people are dealt out over so many tests, so that two workers share them
PARTS = 4
#: an object of ours with a part of theirs in the address
MIXED = (
    "/cases/{case_id}/grants/{their grant_id}/end",
    "/cases/{case_id}/answer/{their question_id}",
    "/meetings/{meeting_id}/room/show/{their round_id}",
    "/meetings/{meeting_id}/room/outcome/{their round_id}",
    "/rights/reviews/{review_id}/lines/{their line_id}/end",
    "/links/sign-in/{provider_id}/people/{their identity_id}/remove",
)
#: (their part in the form, address)
MIXED_FORMS = (
    ("meeting_id", "/cases/{case_id}/plan"),
    ("meeting_id", "/cases/{case_id}/unplan"),
    ("board_id", "/cases/{case_id}/route"),
    ("case_id", "/destruction/requests"),
    ("patient_id", "/destruction/requests"),
    ("person_id", "/links/sign-in/{provider_id}/people"),
)


@pytest.fixture(scope="module")
def house(postgres: str, template: tuple[str, Region]) -> Iterator[House]:
    """One database for the whole module."""
    name = copy_name("matrix")
    database = opened(clone_database(postgres, name, template=template[0]))
    with house_on(database, template[1]) as made:
        yield made
    database.close()
    drop_database(postgres, name)


@pytest.mark.parametrize("part", range(PARTS))
def test_the_matrix(house: House, part: int) -> None:
    tally = try_all(house, house.people[part::PARTS], EVERYTHING if os.environ.get("MATRIX") == "all" else [0])

    print(f"\nmatrix: cells={tally.cells}, leaks={len(tally.leaks)}, unlisted={len(tally.unlisted)} (part {part + 1} of {PARTS})")
    assert tally.unlisted == []
    assert not tally.leaks, "\n".join(tally.leaks)
    assert not tally.wrong, "\n".join(tally.wrong)
    assert tally.cells > 50


@pytest.mark.parametrize(("part", "path"), [*(("", path) for path in MIXED), *MIXED_FORMS])
def test_our_object_with_their_part_is_for_nobody(house: House, part: str, path: str) -> None:
    ours, theirs = house.things["ours"], house.things["theirs"]
    before = house.everything()
    may = [who for who in house.people if who.strong and _may_with_ours(house, who, filled(path, ours, ours), ours)]

    assert may, "nobody comes as far as the part"
    for who in may:
        of_theirs, of_nothing = (
            _posted(house, who, filled(path, ours, other), {part: str(other.ids[part])} if part else {})
            for other in (theirs, house.things["absent"])
        )
        assert of_theirs == of_nothing, who.name
        assert of_theirs in (404, 409), who.name
    assert house.everything() == before


def _posted(house: House, who: Somebody, path: str, over: dict[str, str]) -> int:
    client, form = house.app.test_client(use_cookies=False), form_for(house.things["ours"]) | over
    return client.post(path, data=form, headers={"Cookie": who.cookie}, content_type="multipart/form-data").status_code


def _may_with_ours(house: House, who: Somebody, path: str, ours: Things) -> bool:
    endpoint, named = house.app.url_map.bind("localhost").match(path, method="POST")
    rule = rule_for(endpoint, set(named))
    assert rule is not None
    return expected(rule, who.viewer, house.app.view_functions[endpoint].act, ours, named) is True


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer x", "Basic token-ZEED", "Bearer token-TREA", "cookie"])
def test_the_machines_door_opens_to_the_token_of_a_link_only(house: House, said: str) -> None:
    headers = {"Cookie": house.people[0].cookie} if said == "cookie" else {"Authorization": said}
    before = house.everything()

    answer = _sent(house, headers)

    assert (answer.status_code, house.everything() == before) == (401, True)


def test_what_comes_by_a_token_belongs_to_the_hospital_of_that_token(house: House) -> None:
    with house.database.transaction() as session:
        known = set(session.scalars(select(InboundMessage.id)))

    answer = _sent(house, {"Authorization": "Bearer token-KREE", "Cookie": house.people[0].cookie})  # somebody of ZEED

    with house.database.transaction() as session:
        stored = session.scalars(select(InboundMessage.hospital_id).where(InboundMessage.id.not_in(known))).all()
    assert (answer.status_code, list(stored)) == (200, [house.things["theirs"].hospital])


def _sent(house: House, headers: dict[str, str]) -> Any:
    return house.app.test_client(use_cookies=False).post(
        "/fhir", data=sample("referral-r4.json"), headers=headers, content_type="application/fhir+json"
    )
