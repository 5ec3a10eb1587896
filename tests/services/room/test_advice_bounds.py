"""Until when, how many and how much can be recommended; and who hears of another order."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.errors import IllegalMove, Incomplete
from mdo_portal.services.room import advice, rooms
from tests import make
from tests.make import NOW
from tests.people import Region


@pytest.fixture
def round_(session: Session, region: Region, zeed: Hospital) -> Round:
    """On the agenda of a meeting that nobody opened yet."""
    return make.planned(session, make.case(session, zeed), session.get_one(Meeting, region.meeting), viewer=region.aisha)


def add(session: Session, region: Region, round_: Round) -> advice.AdviceItem:
    return advice.add(session, round_, person_id=region.bram.person_id, now=NOW)


def opened(session: Session, region: Region) -> None:
    rooms.open_meeting(session, session.get_one(Meeting, region.meeting), now=NOW)


def test_nothing_is_recommended_before_the_meeting_is_open(session: Session, region: Region, round_: Round) -> None:
    with pytest.raises(IllegalMove, match="zodra de vergadering open is"):
        add(session, region, round_)

    opened(session, region)
    assert add(session, region, round_).position == 1


def test_twenty_fit_in_one_advice(session: Session, region: Region, round_: Round) -> None:
    opened(session, region)
    assert [add(session, region, round_).position for _ in range(20)] == list(range(1, 21))

    with pytest.raises(IllegalMove, match="Meer dan twintig"):
        add(session, region, round_)
    assert len(advice.items_of(session, round_.id)) == 20


@pytest.mark.parametrize(("length", "fits"), [(2_000, True), (2_001, False)])
def test_a_text_of_two_thousand_characters_fits(session: Session, region: Region, round_: Round, length: int, fits: bool) -> None:
    opened(session, region)
    item = add(session, region, round_)

    try:
        advice.change(session, round_, item.id, {"text": "x" * length}, seen=1, person_id=region.bram.person_id, now=NOW)
        assert fits
    except Incomplete as refused:
        assert not fits and list(refused.fields) == ["text"]


@pytest.mark.parametrize(
    ("fields", "is_left_out"),
    [
        ({"kind": "surgery"}, False),
        ({"text": "PSMA-PET"}, False),
        ({"condition": "als de PET negatief is"}, True),
        ({"due_on": "2026-12-01"}, True),
        ({}, False),  # nothing was filled in: nothing is lost
    ],
)
def test_what_says_not_what_is_to_be_done_is_left_out_of_the_letter_and_the_chair_is_warned(
    session: Session, region: Region, round_: Round, fields: dict[str, str], is_left_out: bool
) -> None:
    opened(session, region)
    item = add(session, region, round_)
    advice.change(session, round_, item.id, fields, seen=1, person_id=region.bram.person_id, now=NOW)

    assert advice.leaves_out(session, round_.id) is is_left_out
    signed_items = advice.as_content(session, round_.id)["items"]
    assert bool(signed_items) is bool(fields and not is_left_out)


def test_another_order_is_told_to_who_looks(session: Session, region: Region, round_: Round) -> None:
    opened(session, region)
    _, second = add(session, region, round_), add(session, region, round_)
    told = session.info["untold"]["advice", str(round_.id)]
    session.info["untold"] = {}

    advice.put_before(session, round_, second.id, now=NOW)

    assert session.info["untold"]["advice", str(round_.id)] >= told
