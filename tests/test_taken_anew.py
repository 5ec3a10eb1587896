"""The guard against inner queries that take a table anew sees them, and nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from tests.taken_anew import taken_anew


def of_a_hospital_with_a_case_of(patient: type[Patient], *, ties: bool) -> object:
    """Patients in whose hospital some case is theirs: two floors down."""
    case = (
        select(Case.id).join(Hospital, Hospital.id == Case.hospital_id).where(Case.patient_id == patient.id, patient.family != "")
    )
    case = case.correlate(patient, Hospital) if ties else case
    return select(Patient.id).where(exists().where(Hospital.id == Patient.hospital_id, case.exists()))


def test_a_table_that_comes_back_two_floors_down_is_seen(database: Database) -> None:
    with database.transaction() as session, pytest.raises(AssertionError, match="takes patients anew"):
        session.execute(of_a_hospital_with_a_case_of(Patient, ties=False))  # type: ignore[call-overload]


def test_one_that_is_tied_or_meant_to_be_another_is_not(database: Database) -> None:
    with database.transaction() as session:
        session.execute(of_a_hospital_with_a_case_of(Patient, ties=True))  # type: ignore[call-overload]
        session.execute(of_a_hospital_with_a_case_of(aliased(Patient), ties=False))  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT a.id FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE EXISTS (SELECT 1 FROM c, a WHERE c.a = a.id))", {"a"}),
        ("DELETE FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE EXISTS (SELECT 1 FROM c JOIN a ON c.a = a.id))", {"a"}),
        ("UPDATE a SET x = 1 WHERE a.id IN (SELECT b.a FROM b WHERE b.c IN (SELECT c.id FROM c, a WHERE c.a = a.id))", {"a"}),
        ("SELECT a.id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE EXISTS (SELECT 1 FROM c, a AS a_1 WHERE c.a = a_1.id))", set()),
        ("SELECT a.id FROM a WHERE a.id IN (SELECT a.id FROM a, b WHERE a.id = b.a)", set()),
        ("SELECT 'FROM a (', x FROM b WHERE EXISTS (SELECT 1 FROM c WHERE c.id IN (SELECT d.c FROM d, a))", set()),
    ],
)
def test_floors_are_counted_by_their_parentheses(statement: str, tables: set[str]) -> None:
    assert taken_anew(statement) == tables
