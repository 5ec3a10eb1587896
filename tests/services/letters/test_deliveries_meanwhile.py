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
from .test_deliveries import ACTS


@pytest.mark.parametrize("seed", [219, 247])
def test_whatever_people_decide_meanwhile_no_letter_goes_to_who_must_not_have_it(
    session: Session, region: Region, seed: int
) -> None:
    """Both failed where a copy that had left without an answer did not say that it does not leave again."""
    meanwhile = Meanwhile(session, region, random.Random(seed))
    names = ["sign", *meanwhile.dice.choices(ACTS + DECIDED, k=70), "end"]
    try:
        for name in names:
            meanwhile.act(name)
    except AssertionError as broken:
        raise AssertionError(f"{broken}, after: {'; '.join(meanwhile.trace)}") from None
