"""Letters while a patient objects, agrees and turns out to be another, recipients come and go, and their way changes: nothing goes to who
must not have it, the newest advice is the last word, and each letter says truly what became of it.
"""

from __future__ import annotations

import random

import pytest
from sqlalchemy.orm import Session

from tests.people import Region

from .meanwhile import ACTS as DECIDED
from .meanwhile import Meanwhile
from .mistaken import ACTS as MISTAKES
from .mistaken import Mistaken
from .test_deliveries import ACTS


@pytest.mark.parametrize("seed", [219, 247])
def test_whatever_people_decide_meanwhile_no_letter_goes_to_who_must_not_have_it(
    session: Session, region: Region, seed: int
) -> None:
    """Both failed where a copy that had left without an answer did not say that it does not leave again."""
    _thrown(Meanwhile(session, region, random.Random(seed)))


@pytest.mark.parametrize("seed", [27])
def test_so_it_is_where_receivers_say_no_to_what_they_have(session: Session, region: Region, seed: int) -> None:
    """27 failed where a print of before made ready to be carried what was withheld and sent again meanwhile."""
    _thrown(Meanwhile(session, region, random.Random(seed), refuses_doubles=True))


@pytest.mark.parametrize("seed", [17, 42])
def test_so_it_is_where_cases_are_destroyed_whose_letters_are_on_the_wire_or_at_the_printer(
    session: Session, region: Region, seed: int
) -> None:
    """In 17 the worker that hears an answer takes the next letter of that destination; in 42 three prints come too late."""
    _thrown(Meanwhile(session, region, random.Random(seed), refuses_doubles=True), [*ACTS, *DECIDED, *["is_destroyed"] * 4])


@pytest.mark.parametrize("seed", [81])
def test_so_it_is_where_people_say_by_mistake_that_a_letter_came_and_take_it_back(
    session: Session, region: Region, seed: int
) -> None:
    """In 81 a copy left as the letter to the referrer was said to have come; taken back, the print of the copy was carried once more."""
    acts = [*ACTS, *DECIDED, *MISTAKES * 2, *["is_destroyed"] * 2]
    _thrown(Mistaken(session, region, random.Random(seed)), acts)


def _thrown(meanwhile: Meanwhile, acts: list[str] = ACTS + DECIDED) -> None:
    names = ["sign", *meanwhile.dice.choices(acts, k=70), "end"]
    try:
        for name in names:
            meanwhile.act(name)
    except AssertionError as broken:
        raise AssertionError(f"{broken}, after: {'; '.join(meanwhile.trace)}") from None
