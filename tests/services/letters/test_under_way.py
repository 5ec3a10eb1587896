"""Whether a letter may be there, by the moments it left and was refused, whatever the clock says."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from mdo_portal.database import Database
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.services.letters import under_way
from tests.make import NOW
from tests.outbox_house import Outbox
from tests.people import Region

MINUTE = timedelta(minutes=1)
PUT_BACK = NOW - MINUTE
"""What the clock says after it was put back."""


def _letter(channel: Channel = Channel.MLLP, *, printed: bool = True) -> Delivery:
    return Delivery(channel=channel.value, state=DeliveryState.WAITING, letter_sha256="printed" if printed else "")


def test_it_left_the_first_time_that_it_did() -> None:
    letter = _letter()
    under_way.left(letter, now=NOW)
    under_way.left(letter, now=NOW + MINUTE)

    assert (under_way.has_left(letter), letter.sent_at) == (True, NOW)


@pytest.mark.parametrize("then", [NOW, PUT_BACK, NOW + MINUTE])
def test_what_was_refused_is_not_there_also_when_the_clock_was_put_back_since_it_left(then: datetime) -> None:
    letter = _letter()
    under_way.left(letter, now=NOW)
    under_way.was_refused(letter, now=then)

    assert not under_way.has_left(letter)


@pytest.mark.parametrize("then", [NOW, PUT_BACK, NOW + MINUTE])
def test_what_left_since_it_was_refused_may_be_there_also_when_the_clock_was_put_back(then: datetime) -> None:
    letter = _letter()
    under_way.was_refused(letter, now=NOW)
    assert (under_way.has_left(letter), letter.refused_at) == (False, NOW)
    under_way.left(letter, now=then)

    assert under_way.has_left(letter)


def test_of_a_letter_that_left_since_it_was_refused_the_second_time_is_kept() -> None:
    letter = _letter()
    under_way.left(letter, now=NOW)
    under_way.was_refused(letter, now=NOW + MINUTE)
    under_way.left(letter, now=NOW + 2 * MINUTE)

    assert letter.sent_at == NOW + 2 * MINUTE


@pytest.mark.parametrize(
    ("channel", "printed", "until", "may_be_there"),
    [
        (Channel.MLLP, True, NOW - MINUTE, True),
        (Channel.MLLP, True, NOW, False),  # who has it may still say what came of it
        (Channel.MLLP, True, None, False),
        (Channel.MLLP, False, NOW - MINUTE, False),
        (Channel.PAPER, True, NOW - MINUTE, False),
        (Channel.NOTICE, True, NOW - MINUTE, False),
    ],
)
def test_a_lease_that_ran_out_says_so_of_what_was_printed_and_goes_over_a_line(
    channel: Channel, printed: bool, until: datetime | None, may_be_there: bool
) -> None:
    letter = _letter(channel, printed=printed)
    letter.leased_until = until
    under_way.may_have_left(letter, now=NOW)

    assert under_way.has_left(letter) is may_be_there


@pytest.mark.parametrize(
    ("channel", "until", "is_there"),
    [
        (Channel.MLLP, NOW, True),
        (Channel.FHIR, NOW + MINUTE, True),
        (Channel.MLLP, NOW - MINUTE, False),
        (Channel.MLLP, None, False),
        (Channel.PAPER, NOW + MINUTE, False),
        (Channel.NOTICE, NOW + MINUTE, False),
    ],
)
def test_it_is_on_the_wire_as_long_as_somebody_has_it(channel: Channel, until: datetime | None, is_there: bool) -> None:
    letter = _letter(channel)
    letter.leased_until = until

    assert under_way.is_on_the_wire(letter, now=NOW) is is_there


LEFT = {"sent_at": NOW}
TAKEN = {"leased_until": PUT_BACK, "letter_sha256": "printed"}


@pytest.mark.parametrize(
    ("what", "may_be_there"),
    [
        ({"refused_at": None}, False),
        (LEFT, True),
        (LEFT | {"refused_at": PUT_BACK}, True),
        (LEFT | {"refused_at": NOW}, False),
        (LEFT | {"state": DeliveryState.CANCELLED}, True),
        (LEFT | {"refused_at": NOW, "state": DeliveryState.SENT}, True),  # carried since
        (LEFT | {"refused_at": NOW, "state": DeliveryState.RECEIVED}, True),
        ({"refused_at": NOW}, False),
        ({"held_at": NOW}, True),
        (TAKEN, True),
        (TAKEN | {"leased_until": None}, False),  # nobody was there when it was tried
        (TAKEN | {"state": DeliveryState.REFUSED}, False),
        (TAKEN | {"letter_sha256": ""}, False),
        (TAKEN | {"channel": "paper"}, False),
        (TAKEN | {"channel": "notice"}, False),
    ],
)
def test_postgresql_says_the_same(database: Database, region: Region, what: dict[str, object], may_be_there: bool) -> None:
    outbox = Outbox(database, region)
    letter = outbox.letter(outbox.signed())
    with database.transaction() as session:
        session.execute(update(Delivery).where(Delivery.id == letter.id).values(**what))
        assert session.scalar(select(under_way.may_be_there(Delivery)).where(Delivery.id == letter.id)) is may_be_there
