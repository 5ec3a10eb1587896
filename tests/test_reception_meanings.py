"""What a message must not do, from the wire to the database: each of these once did."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Appointment
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.reception_house import count, hand_in, rows, understand_all

LATER = NOW + timedelta(hours=1)


def head(kind: str, control_id: str = "") -> str:
    return f"MSH|^~\\&|ZEED-EPD|ZEED|MDO|NET|20260302121500+0100||{kind}|{control_id or 'M' + make.number()}|P|2.5"


def message(kind: str, *lines: str) -> bytes:
    return "".join(f"{line}\r" for line in (head(kind), *lines)).encode()


def became(database: Database) -> list[tuple[str, str]]:
    return [(row.state.value, row.reason) for row in rows(database)]


@pytest.mark.parametrize("never", ["00010101000000", "99991231235959-0100"])
def test_an_appointment_at_no_time_leaves_the_patients_page_readable(database: Database, region: Region, never: str) -> None:
    hand_in(database, region, make.hl7_referral(patient="501"))
    understand_all(database)
    hand_in(
        database, region, message("SIU^S12", f"SCH|1|77|||||||||^^^{never}", "PID|1||501^^^ZEED^PI||van Voorbeeld^A"), now=LATER
    )
    understand_all(database, now=LATER)

    with database.transaction() as session:
        assert list(session.scalars(select(Appointment.starts_at))) == [None]
    assert became(database) == [("understood", "")] * 2


def test_a_referral_sent_at_no_time_is_understood(database: Database, region: Region) -> None:
    raw = make.hl7_referral(patient="501").replace(b"20260302121500+0100||REF", b"00010101000000||REF")
    hand_in(database, region, raw)
    understand_all(database)
    with database.transaction() as session:
        assert len(list(session.scalars(select(Patient)))) >= 1
    assert became(database) == [("understood", "")]


def test_a_bsn_under_a_name_of_the_hospitals_own_is_sealed(database: Database, region: Region) -> None:
    given = b"999911120^^^SOFI&2.16.840.1.113883.2.4.6.3&ISO^NI"
    hand_in(database, region, make.hl7_referral(patient="502", family="Verzegeld").replace(b"502^^^ZEED^PI", given))
    understand_all(database)
    with database.transaction() as session:
        (patient,) = session.scalars(select(Patient).where(Patient.family == "Verzegeld"))
        assert (patient.local_number, bool(patient.bsn_sealed)) == ("", True)
    assert became(database) == [("understood", "")]


@pytest.mark.parametrize("told", ["VA^Verwijzend arts^L||dr. X", "A^Aanmelddatum^L||1-3-2026", "VRAAG^Vraagstelling^L||Meta?"])
def test_a_strangers_result_makes_no_case(database: Database, region: Region, told: str) -> None:
    before = count(database, Case), count(database, Patient)
    order = "OBR|1|P1|F1|CHEM^Klinische chemie^L"
    kalium = "OBX|1|NM|K^Kalium^L||4.1|mmol/l|||||F"
    hand_in(
        database, region, message("ORU^R01", "PID|1||999^^^ZEED^PI||Onbekend^A||19600101|F", order, kalium, f"OBX|2|TX|{told}")
    )
    understand_all(database)
    assert (count(database, Case), count(database, Patient)) == before


def test_a_scan_that_is_taken_back_leaves_the_board_that_was_asked_in_the_same_group(database: Database, region: Region) -> None:
    pid = "PID|1||777^^^ZEED^PI||Groep^A||19600101|F"
    board, scan = "OBR|1|P1||MDO^MDO Uro-prostaat", "OBR|2|P2||CT^CT thorax"

    def state() -> CaseState:
        with database.transaction() as session:
            return session.scalars(select(Case).where(Case.referral_number == "G9")).one().state

    hand_in(database, region, message("ORM^O01", pid, "ORC|NW|P1||G9", board, "ORC|NW|P2||G9", scan))
    understand_all(database)
    before = state()
    hand_in(database, region, message("ORM^O01", pid, "ORC|CA|P2||G9", scan), now=LATER)
    understand_all(database, now=LATER)
    assert state() is before is not CaseState.WITHDRAWN
    assert became(database)[-1] == ("unreadable", "unknown_referral")  # a person looks: nobody says what else the group holds

    hand_in(database, region, message("ORM^O01", pid, "ORC|CA|P1||G9", board), now=LATER)
    understand_all(database, now=LATER)
    assert state() is CaseState.WITHDRAWN
