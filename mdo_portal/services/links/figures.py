"""How the traffic with each hospital stands, in counts and moments: for machines that watch, and for what is mailed when it stands still.

Nothing of a person, so nobody needs a role to read it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.unreadable import ABOUT_IDENTITY


class Figures(NamedTuple):
    """The traffic with one hospital now. Moments are None when there is nothing of that kind."""

    hospital_id: uuid.UUID | None  #: None = what could be brought to no hospital
    code: str
    last_in_at: datetime | None
    #: messages that wait to be read, and since when the oldest does
    waiting: int
    oldest_waiting_at: datetime | None
    #: messages that could not be read and that nobody looked at yet, and when the oldest came
    unreadable: int
    oldest_unreadable_at: datetime | None
    #: messages that wait until a person says who it is
    asks: int
    #: letters that did not arrive yet, on paper too, and since when the oldest is under way
    letters: int
    oldest_letter_at: datetime | None
    #: letters that were refused or given up
    refused: int


Rows = Sequence[Figures]


def of_hospitals(session: Session) -> Rows:
    """Every hospital by its code; first what could be brought to none."""
    counted = func.access.figures(list(ABOUT_IDENTITY)).table_valued(*Figures._fields, name="figures")
    return [Figures._make(row) for row in session.execute(select(counted))]
