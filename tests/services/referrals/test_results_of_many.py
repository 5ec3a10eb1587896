"""A laboratory tells thousands of values in one message: none of them is held beside every row that stands on the case."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseFact
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import Fact, IncomingResult, PatientIdentity, Section, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import case_facts
from mdo_portal.services.referrals import results
from tests import make
from tests.make import NOW
from tests.people import Region

MANY = 300


class Counted(str):
    """A name that counts how often it is compared."""

    times: ClassVar[int] = 0

    def __eq__(self, other: object) -> bool:
        Counted.times += 1
        return str.__eq__(self, other)  # type: ignore[arg-type]

    __hash__ = str.__hash__


def values(name: type[str] = str, *, named: bool = True, day: int = 1) -> tuple[Fact, ...]:
    return tuple(
        Fact(Section.MARKER, f"{n + day}", name(f"Bepaling {n}"), key=name(f"Observation/{n}" if named else ""))
        for n in range(MANY)
    )


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("as_result", [True, False])
def test_each_is_held_beside_what_has_its_name(session: Session, region: Region, *, named: bool, as_result: bool) -> None:
    hospital = session.get_one(Hospital, region.hospitals["DELT"])
    case = make.case(session, hospital, now=NOW)
    case_facts.add_facts(session, case, values(named=named), Source(hospital, NOW, Wire.HL7V2))
    session.flush()
    Counted.times, later = 0, NOW + timedelta(hours=1)
    if as_result:
        number = session.get_one(Patient, case.patient_id).local_number
        told = IncomingResult(PatientIdentity(local_number=number), "R01", facts=values(Counted, named=named, day=2))
        assert results.add(session, told, Source(hospital, later, Wire.HL7V2, uuid.uuid4())) is case
    else:
        case_facts.add_facts(session, case, values(Counted, named=named, day=2), Source(hospital, later, Wire.HL7V2))
    session.flush()

    compared = Counted.times
    mine = CaseFact.case_id == case.id, CaseFact.label.startswith("Bepaling")
    stands = select(CaseFact.text).where(*mine, CaseFact.superseded_at.is_(None))
    wanted = [f"{n + 2}" for n in range(MANY)] + ([] if named or not as_result else [f"{n + 1}" for n in range(MANY)])
    assert sorted(session.scalars(stands)) == sorted(wanted)
    assert compared < 40 * MANY


@pytest.mark.parametrize("says", ["the value", "the name", "the address"])
def test_so_is_each_that_is_taken_back(session: Session, region: Region, says: str) -> None:
    hospital = session.get_one(Hospital, region.hospitals["DELT"])
    case = make.case(session, hospital, now=NOW)
    case_facts.add_facts(session, case, values(), Source(hospital, NOW, Wire.HL7V2))
    session.flush()
    Counted.times = 0
    gone = {
        "the value": lambda n: Fact(Section.MARKER, Counted(f"{n + 1}"), Counted(f"Bepaling {n}"), status="withdrawn"),
        "the name": lambda n: Fact(Section.MARKER, "", Counted(f"Bepaling {n}"), status="withdrawn"),
        "the address": lambda n: Fact(Section.OTHER, "", key=Counted(f"Observation/{n}")),
    }[says]
    number = session.get_one(Patient, case.patient_id).local_number
    told = IncomingResult(PatientIdentity(local_number=number), "R01", taken_back=tuple(map(gone, range(MANY))))
    results.add(session, told, Source(hospital, NOW + timedelta(hours=1), Wire.HL7V2, uuid.uuid4()))
    session.flush()

    compared = Counted.times
    stands = CaseFact.case_id == case.id, CaseFact.label.startswith("Bepaling"), CaseFact.superseded_at.is_(None)
    assert session.scalars(select(CaseFact.text).where(*stands)).all() == []
    assert 0 < compared < 40 * MANY
