"""What changed between two moments of a hospital's server: by what was said, not by which row says it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.pull import Snapshot
from mdo_portal.exchange import Fact, Section
from mdo_portal.services.dossier import snapshots
from tests import make
from tests.make import NOW
from tests.services.referral_house import register

PSA = Fact(Section.MARKER, "12 ug/L", "PSA", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("again", "added", "gone"),
    [(PSA, [], []), (replace(PSA, status="corrected"), [], []), (replace(PSA, text="21 ug/L"), ["21 ug/L"], ["12 ug/L"])],
)
def test_what_is_told_in_the_same_words_is_neither_new_nor_gone(
    session: Session, zeed: Hospital, again: Fact, added: list[str], gone: list[str]
) -> None:
    first = make.referral(number="VW-1", facts=(PSA,))
    for hours, fact in enumerate((PSA, again)):
        case = register(session, zeed, replace(first, facts=(fact,)), minutes=hours * 60)
        ids = snapshots._ids(session, case, (fact,))
        at = NOW + timedelta(hours=hours)
        session.add(Snapshot(case_id=case.id, hospital_id=zeed.id, message_id=uuid.uuid4(), taken_at=at, fact_ids=ids))
    session.flush()

    newest, _ = snapshots.of_case(session, case.id)
    assert ([one.text for one in newest.added], [one.text for one in newest.gone]) == (added, gone)
