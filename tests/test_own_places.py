"""What one hospital puts elsewhere (a link's own places): read the same by the page that tries it, the worker and the door."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import closing

import pytest
from sqlalchemy import select, update

from mdo_portal import exchange, reception, trial, wiring_profiles
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act
from mdo_portal.exchange import Wire
from mdo_portal.reception import Sorted
from mdo_portal.services.inbox import queue, replaying
from mdo_portal.services.links import hospitals
from mdo_portal.services.links.hospitals import LinkRow
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.reception_house import READERS, count, rows, understand_all

OWN = """
[patient]
local_number = ["PID-18-1"]
birth_on = ["PID-29"]

[referral]
number = ["RF1-11-1"]
question_board = ["NTE-3"]
"""


def zeed(database: Database, otherwise: str = OWN) -> LinkRow:
    """ZEED's link, that says this."""
    with database.transaction() as session:
        code = next(row.link_id for row in hospitals.links(session) if row.hospital_code == "ZEED")
        session.execute(update(Link).where(Link.id == code).values(otherwise=otherwise))
    with database.transaction() as session:
        return hospitals.link_of(session, code)


def moved(raw: bytes, number: str = "E-77") -> bytes:
    """The same message from a hospital whose patient number stands in PID-18, and a number of its archive in PID-3."""
    lines = raw.decode().split("\r")
    at = next(at for at, line in enumerate(lines) if line.startswith("PID"))
    lines[at] += "|" * 10 + number
    lines = [f"{line}|||EIGEN-9^EPD" if line.startswith("RF1") else line for line in lines]
    return "\r".join([*lines[:-1], "NTE|1||Wat vindt u?", ""]).encode()


def referral(patient: str = "12345", number: str = "E-77") -> bytes:
    return moved(make.hl7_referral(patient=patient, referral_number="VW-1"), number)


def sort(raw: bytes, link: LinkRow) -> Sorted:
    return reception.sort(raw, wire=Wire.HL7V2, reader=READERS[Wire.HL7V2], links=[link], now=NOW)


def test_what_the_page_shows_is_what_the_worker_reads(database: Database, region: Region) -> None:
    link, raw = zeed(database), referral()

    shown = {one.name: one.value for one in trial.try_message(raw, link=link, links=[link], now=NOW).explanation.fields}
    reception.keep(database, [sort(raw, link)])
    understand_all(database)

    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.hospital_id == region.hospitals["ZEED"])).one()
        patient = session.get_one(Patient, case.patient_id)
        read = {
            "number": case.referral_number,
            "question_board": case.question_board,
            "patient.local_number": patient.local_number,
        }
    assert read == {"number": "EIGEN-9", "question_board": "Wat vindt u?", "patient.local_number": "E-77"}
    assert {name: shown[name] for name in read} == read


@pytest.mark.parametrize("own", ["", "[nonsense", '[patient]\nlocal_number = ["Patient.identifier.value"]\n'])
def test_a_link_with_own_places_keeps_its_version(own: str) -> None:
    assert wiring_profiles.fhir_version(exchange.profile_of_link("generic-stu3", own)) == "STU3"
    assert wiring_profiles.fhir_version(exchange.profile_of_link("generic-r4", own)) == "R4"
    assert (
        wiring_profiles.fhir_version(exchange.profile_of_link("generic-v2", ""))
        == wiring_profiles.fhir_version("no such profile")
        == ""
    )


def change(patient: str, number: str) -> bytes:
    return moved(make.hl7_change(patient=patient, family="de Nieuwe"), number)


def by_the_door(database: Database, messages: Sequence[Sorted]) -> None:
    reception.keep(database, messages)


def by_the_listener(database: Database, messages: Sequence[Sorted]) -> None:
    async def keep() -> None:
        with closing(reception.Keeper(database)) as keeper:
            await keeper.keep(keeper.prepare(messages))

    asyncio.run(keep())


@pytest.mark.parametrize("keep", [by_the_door, by_the_listener])
def test_a_feed_message_is_known_by_a_number_that_stands_elsewhere(
    database: Database, region: Region, keep: Callable[[Database, Sequence[Sorted]], None]
) -> None:
    link = zeed(database)
    keep(database, [sort(referral(patient="A1", number="E-77"), link)])
    understand_all(database)

    keep(database, [sort(change("A2", "E-77"), link), sort(change("A3", "E-78"), link)])
    understand_all(database)

    assert [row.state for row in rows(database)] == [InboundState.UNDERSTOOD] * 2  # E-78 is about nobody who is here
    assert count(database, Patient, Patient.local_number == "E-77", Patient.family == "de Nieuwe") == 1


def test_messages_are_in_order_by_a_number_that_stands_elsewhere(database: Database, region: Region) -> None:
    link = zeed(database)
    reception.keep(database, [sort(referral("A1"), link), sort(change("A2", "E-77"), link)])

    first, second = (set(row.patient_keys) for row in rows(database))

    assert first & second


FHIR_OWN = '[patient]\nlocal_number = ["Patient.extension[url=urn:nr].valueString"]\n'


def test_a_number_elsewhere_in_a_fhir_patient_is_found_as_well() -> None:
    patient = {
        "resourceType": "Patient",
        "extension": [{"url": "urn:nr", "valueString": "E-77"}],
        "identifier": [{"value": "A1"}],
    }
    raw = json.dumps({"resourceType": "Bundle", "type": "message", "entry": [{"resource": patient}]}).encode()
    reader = READERS[Wire.FHIR]

    assert reader.numbers(raw, exchange.profile_of_link("generic-r4", FHIR_OWN)) == (("", "E-77"),)
    assert reader.numbers(raw, "generic-r4") == reader.numbers(b"{", exchange.profile_of_link("generic-r4", FHIR_OWN)) == ()


@pytest.mark.parametrize("raw", [b"", b"MSH", referral()[:40], referral().replace(b"PID|", b"PID^")])
def test_looking_for_a_number_elsewhere_never_raises(raw: bytes) -> None:
    reader, own = READERS[Wire.HL7V2], exchange.profile_of_link("generic-v2", OWN)

    assert reader.numbers(raw, own) == ()
    assert reader.numbers(referral(), own) == (("", "E-77"),)
    assert reader.numbers(referral(), "no such profile") == reader.numbers(referral(), "generic-v2\n[nonsense") == ()


RESULT = (
    b"MSH|^~\\&|ZEED-EPD|ZEED|MDO|NET|20260302121500+0100||ORU^R01^ORU_R01|M2|P|2.5\r"
    b"PID|1||12345^^^ZEED^PI||van Voorbeeld^A^B^^^^L||19600101|F\rOBR|1|||PSA^PSA^L|||20260301\rOBX|1|NM|PSA^PSA^L||8|ug/L|||||F\r"
)


def elsewhere(raw: bytes) -> bytes:
    """The same message with nothing in PID-3: the number stands in PID-18 alone."""
    lines = [line + "|" * 10 + "E-77" if line.startswith("PID") else line for line in raw.decode().split("\r")]
    return "\r".join(lines).replace("PID|1||12345^^^ZEED^PI|", "PID|1|||").encode()


def test_what_is_read_again_after_its_places_were_mended_stays_in_order_per_patient(database: Database, region: Region) -> None:
    """Kept without a number, the result went beside its referral: about nobody who had a case, and gone."""
    link = zeed(database, "[nonsense")
    for raw in (make.hl7_referral("M1", referral_number="VW-1"), RESULT):
        reception.keep(database, [sort(elsewhere(raw), link)])
    understand_all(database)
    assert [(row.reason, row.patient_keys) for row in rows(database)] == [("wrong_profile", [])] * 2

    zeed(database)
    with database.transaction() as session:
        found = replaying.replay_all(session, region.lars, Act.INBOX_REPLAY, "wrong_profile", now=NOW)
        replaying.number_anew(session, found, lambda wire, raw, profile: READERS[wire].numbers(raw, profile))
    claimed = []
    for _ in range(2):
        with database.transaction() as session:
            claimed.append(len(queue.claim(session, now=NOW)))

    assert claimed == [1, 0]
