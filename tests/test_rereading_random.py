"""Whatever a hospital told of a referral: read once more as it was read before, nothing about its case is another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseEvent, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.patient import Patient
from mdo_portal.errors import IllegalMove
from mdo_portal.services.inbox import replaying
from tests import make
from tests.chance import examples
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, understand_all

QUESTIONS = st.sampled_from(["", "Opereren?", "Bestralen?"])
VALUES = st.sampled_from(["3,1", "12,4", ""])
NAMES = st.sampled_from(["van Voorbeeld", "de Nieuwe"])
WORDS = st.tuples(
    st.sampled_from(["referral", "result", "correction", "deletion", "change", "withdrawal"]),
    QUESTIONS,
    VALUES,
    NAMES,
    st.sampled_from([1, 900, 3_600_000_000]),
)


_AFTERWARDS = {"correction": b"C", "deletion": b"D"}
"""OBX-11."""
EXAMPLES = count()
"""Each begins some weeks after the one before: what a hospital sends is never older than what it sent before."""


def message(control_id: str, number: str, word: tuple[str, str, str, str, int]) -> bytes:
    kind, question, value, family, gap = word
    if kind == "change":
        return make.hl7_change(control_id, patient=number, family=family)
    raw = make.hl7_referral(control_id, patient=number, referral_number=f"R{number}", question=question, family=family)
    raw = raw if gap > 1 else raw.replace(b"|A^Spoed^L|", b"||")
    raw = raw + f"OBX|3|NM|PSA^PSA^L||{value}|ug/l|||||F|||20260215\r".encode() if value else raw
    if kind == "withdrawal":
        return raw.replace(b"REF^I12", b"REF^I14")
    if kind in _AFTERWARDS:  # of the value that a referral may have told
        raw = raw.replace(b"ug/l|||||F|", b"ug/l|||||" + _AFTERWARDS[kind] + b"|")
    if kind == "result":
        return raw.replace(b"REF^I12^REF_I12", b"ORU^R01^ORU_R01").replace(b"VRAAG^Vraagstelling^L", b"HB^Hemoglobine^L")
    return raw


def stands(session: Session, number: str) -> Sequence[object]:
    """All that the database says of this patient's case, but what happened to its messages."""
    case = session.scalars(select(Case).where(Case.referral_number == f"R{number}")).one()
    rows = [case, session.get_one(Patient, case.patient_id)]
    for table in (CaseFact, CaseDocument, CaseEvent):
        rows += session.scalars(select(table).where(table.case_id == case.id).order_by(table.id)).all()
    return [{column.key: getattr(row, column.key) for column in row.__mapper__.columns} for row in rows]


@settings(max_examples=examples(12))
@given(first=WORDS, later=st.lists(WORDS, max_size=5), again=st.lists(st.integers(0, 5), min_size=1, max_size=4))
def test_reading_again_as_it_was_read_changes_nothing(
    database: Database,
    region: Region,
    first: tuple[str, str, str, str, int],
    later: list[tuple[str, str, str, str, int]],
    again: list[int],
) -> None:
    number = make.number()
    at = NOW + timedelta(weeks=next(EXAMPLES))
    for which, word in enumerate([("referral", *first[1:]), *later]):
        at += timedelta(microseconds=word[-1])
        hand_in(database, region, message(f"M{number}-{which}", number, word), now=at)
        understand_all(database, now=at)
    with database.transaction() as session:
        before = stands(session, number)

    for day, which in enumerate(again, 1):
        now = at + timedelta(days=day)
        with database.transaction() as session:
            told = select(InboundMessage).where(InboundMessage.control_id == f"M{number}-{which % (1 + len(later))}")
            try:
                replaying.replay(session, session.scalars(told).one(), now=now)
            except IllegalMove:
                continue
        understand_all(database, now=now)

    with database.transaction() as session:
        assert stands(session, number) == before
