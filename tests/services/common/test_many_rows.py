"""Many rows in one value: what is stored that way is what the session would have stored."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from mdo_portal.database import Base
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import Wire
from mdo_portal.services.common import many_rows
from tests.make import NOW

ODD = 'a"b\\c\n\té 😀 {"x": [1]} \\x00 null'


def patient(hospital: Hospital) -> Patient:
    return Patient(
        id=new_id(), hospital_id=hospital.id, family=ODD, bsn_sealed=b"\x00\xff\\x", birth_on=date(1960, 1, 31), told_at=NOW
    )


def case(hospital: Hospital, of: Patient) -> Case:
    return Case(
        id=new_id(), hospital_id=hospital.id, patient_id=of.id, wire=Wire.FHIR, received_at=NOW, state_since=NOW, revision=1,
        missing=["question", ODD], question_board=ODD,
    )  # fmt: skip


def stored(session: Session, one: Base, *, but: set[str]) -> dict[str, Any]:
    table = cast(Table, type(one).__table__)
    row = session.execute(select(table).where(table.c.id == one.id)).one()  # type: ignore[attr-defined]
    return {name: value for name, value in row._mapping.items() if name not in but}


def test_a_composed_row_is_stored_as_the_session_stores_it(session: Session, zeed: Hospital) -> None:
    ours, theirs = patient(zeed), patient(zeed)
    session.add(theirs)
    session.flush()
    many_rows.store_composed(session, [ours])
    assert stored(session, ours, but={"id"}) == stored(session, theirs, but={"id"})

    its, other = case(zeed, ours), case(zeed, theirs)
    session.add(other)
    session.flush()
    many_rows.store_composed(session, [its])
    assert stored(session, its, but={"id", "patient_id"}) == stored(session, other, but={"id", "patient_id"})


def test_what_nobody_set_stands_in_the_object_as_well(session: Session, zeed: Hospital) -> None:
    ours = patient(zeed)
    many_rows.store_composed(session, [ours])
    assert (ours.local_number, ours.deceased, ours.merged_into) == ("", False, None)
    assert ours not in session


def test_rows_are_put_together_by_the_columns_that_they_name() -> None:
    assert many_rows.alike([{"a": 1}, {"b": 2}, {"a": 3}]) == [[{"a": 1}, {"a": 3}], [{"b": 2}]]
