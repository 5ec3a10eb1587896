"""The keys that seal: made, re-wrapped, renewed under load; and what a dump without the ring does not tell."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from mdo_portal import reception, wiring
from mdo_portal.commands import keys as work
from mdo_portal.commands.postgres_programs import find_binaries
from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.sealing import Keyring, Sealer
from mdo_portal.domain.tables import metadata
from mdo_portal.errors import Unsafe
from mdo_portal.exchange import Wire
from mdo_portal.services.dossier import documents
from mdo_portal.services.inbox import intake, queue
from mdo_portal.services.keeping import keys
from mdo_portal.services.letters import deliveries
from mdo_portal.services.patients import identification, patients
from mdo_portal.services.referrals import drafts
from mdo_portal.settings import Settings
from tests import make
from tests import test_own_places as own_places
from tests.copies import GONE_SECONDS, close_all
from tests.make import NOW
from tests.people import Region

BSN, WAITING_BSN = "999911120", "999900006"
SECRETS = {
    "a BSN of a patient": BSN,
    "a document": "KANARIE-in-een-document",
    "a raw message": "KANARIE-in-een-bericht",
    "a letter": "KANARIE-in-een-brief",
    "a draft": "KANARIE-in-een-concept",
    "a BSN of a waiting message": WAITING_BSN,
}
NEWER: Keyring = (("2027a", b"n" * 32), *make.KEYS)


def settings_of(database: Database, ring: Keyring = make.KEYS) -> Settings:
    return Settings(database_url=database.url, keyring=ring)


def with_ring(database: Database, ring: Keyring = make.KEYS) -> Database:
    return work.opened(settings_of(database, ring))


@pytest.fixture
def filled(database: Database, region: Region) -> Database:
    """A patient with a BSN, a document, a letter, a draft and a waiting message, sealed by the ring as 0.1 did."""
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        document = make.document(b"%PDF-1.7 " + SECRETS["a document"].encode())
        case = make.case(session, zeed, patient=make.identity("4711", bsn=BSN), documents=(document,))
        round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
        decision = make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
        deliveries.keep_letter(session, make.delivery_of(session, decision).id, SECRETS["a letter"].encode(), sha256="x")
        drafts.save(session, region.aisha, {"text": SECRETS["a draft"], "bsn": BSN}, now=NOW)
        raw = make.hl7_referral("M1", patient="5822", bsn=WAITING_BSN, question=SECRETS["a raw message"])
        sorted_ = reception.sort(raw, wire=Wire.HL7V2, reader=wiring.readers()[Wire.HL7V2], links=[region.links["ZEED"]], now=NOW)
        intake.keep(session, [sorted_.arrival])
    return database


def readable(database: Database, region: Region) -> None:
    """Everything that `filled` sealed can be opened, and the patient is found by BSN."""
    with database.transaction() as session:
        patient = identification.find(session, region.hospitals["ZEED"], replace(make.identity(bsn=BSN), local_number=""))
        assert patient is not None and patients.bsn_of(session, patient) == BSN
        found = session.scalars(select(CaseDocument)).all()
        assert any(SECRETS["a document"].encode() in documents.content_of(session, one) for one in found)
        letters = [deliveries.letter_of(session, one) for one in session.scalars(select(Delivery))]
        assert SECRETS["a letter"].encode() in letters
        assert drafts.load(session, region.aisha)[0]["text"] == SECRETS["a draft"]
        sealer = session.info["sealer"]
        raws = [sealer.open(one.raw_sealed, purpose="inbound.raw") for one in session.scalars(select(InboundMessage))]
        assert any(SECRETS["a raw message"].encode() in raw for raw in raws)


def test_every_sealed_column_is_known_to_the_rotation() -> None:
    there = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_sealed")
    }

    assert {(place.table.name, place.column) for place in keys.SEALED} == there


def test_keys_are_made_once_and_what_the_ring_sealed_stays_readable(filled: Database, region: Region) -> None:
    work.make_keys(settings_of(filled))
    before = work.status(with_ring(filled), settings_of(filled))["data_keys"]
    work.make_keys(settings_of(filled))

    assert work.status(with_ring(filled), settings_of(filled))["data_keys"] == before
    assert sorted(key["purpose"] for key in before) == ["blind", "root", "seal"]
    readable(with_ring(filled), region)


def test_the_old_key_of_the_ring_may_go_after_rotation(filled: Database, region: Region) -> None:
    work.make_keys(settings_of(filled))
    both, settings = with_ring(filled, NEWER), settings_of(filled, NEWER)
    derived, blind = both.sealer.derived("x"), both.sealer.blind(BSN, purpose="p")  # type: ignore[attr-defined]

    with both.transaction() as session:
        assert keys.rewrap(session, NEWER) == 3
        assert keys.rewrap(session, NEWER) == 0
    assert work.status(both, settings)["ring"] == {"2027a": "in use", "2026a": "in use"}  # 0.1's values are still sealed by it
    work.rotate_data(both, settings, new=False, most=2, pause=0, say=lambda _: None)

    assert work.status(both, settings)["ring"] == {"2027a": "in use", "2026a": "may go"}
    alone = with_ring(filled, NEWER[:1])
    readable(alone, region)
    assert isinstance(alone.sealer, Sealer)
    assert (alone.sealer.derived("x"), alone.sealer.blind(BSN, purpose="p")) == (derived, blind)


@pytest.mark.parametrize("ring", [NEWER[:1], (("2026a", b"z" * 32),)], ids=["lost", "wrong"])
def test_without_the_key_that_wrapped_nothing_opens(filled: Database, ring: Keyring) -> None:
    work.make_keys(settings_of(filled))

    with pytest.raises(Unsafe, match="2026a"):
        with_ring(filled, ring)


def test_a_value_moved_to_another_patient_is_not_opened(filled: Database, region: Region) -> None:
    with filled.transaction() as session:
        other = patients.add(session, region.hospitals["ZEED"], make.identity("4712"), now=NOW)
        session.execute(
            text("UPDATE patients SET bsn_sealed = (SELECT bsn_sealed FROM patients WHERE local_number = '4711') WHERE id = :id"),
            {"id": other.id},
        )
        session.refresh(other)
        with pytest.raises(InvalidTag):
            patients.bsn_of(session, other)


def test_a_rotation_that_was_stopped_goes_on(filled: Database, region: Region) -> None:
    work.make_keys(settings_of(filled))
    database, settings = with_ring(filled), settings_of(filled)
    work.rotate_data(database, settings, new=True, most=50, pause=0, say=lambda _: None)
    with database.transaction() as session:
        keys.renew(session, settings.keyring, keys.KeyPurpose.SEAL, now=datetime.now(UTC))
    database.sealer.refresh()  # type: ignore[attr-defined]
    with database.transaction() as session:
        count, _ = keys.reseal(session, keys.SEALED[0])  # and then the machine went down
    assert count >= 1

    again = work.rotate_data(database, settings, new=False, most=1, pause=0, say=lambda _: None)

    sealed = work.status(database, settings)["sealed"]
    assert again >= 4
    assert {name for by_key in sealed.values() for name in by_key} == {database.sealer.newest}  # type: ignore[attr-defined]
    readable(database, region)


def test_nobody_notices_a_rotation_under_load(filled: Database, region: Region) -> None:
    """H5: readers and writers in other processes' shoes (each with a sealer of its own) while keys change five times: errors 0."""
    work.make_keys(settings_of(filled))
    errors: list[BaseException] = []
    reads, writes = [0], [0]
    stop = threading.Event()

    def guarded(act: object) -> None:
        own = with_ring(filled)
        try:
            while not stop.is_set():
                act(own)  # type: ignore[operator]
        except BaseException as error:
            errors.append(error)
        finally:
            own.close()

    def read(own: Database) -> None:
        readable(own, region)
        reads[0] += 1

    def write(own: Database) -> None:
        with own.transaction() as session:
            drafts.save(session, region.aisha, {"text": SECRETS["a draft"], "n": str(writes[0])}, now=datetime.now(UTC))
            zeed = session.get_one(Hospital, region.hospitals["ZEED"])
            document = make.document(f"%PDF-1.7 {writes[0]}".encode())
            make.case(session, zeed, patient=make.identity("4711", bsn=BSN), documents=(document,), number="VW-load")
        writes[0] += 1

    threads = [threading.Thread(target=guarded, args=(act,)) for act in (read, read, write)]
    for thread in threads:
        thread.start()
    rotating = with_ring(filled)
    values = 0
    for _ in range(5):
        values += work.rotate_data(rotating, settings_of(filled), new=True, most=5, pause=0.01, say=lambda _: None)
        time.sleep(0.2)
    stop.set()
    for thread in threads:
        thread.join(30)

    print(f"\nrotation under load: {reads[0]} reads, {writes[0]} writes, {values} values sealed again, errors {len(errors)}")
    assert errors == []
    assert reads[0] > 5 and writes[0] > 5
    readable(with_ring(filled), region)


def hang_up(filled: Database, database: Database) -> None:
    """Nobody but `database` stays, and PostgreSQL knows it: it counts a line for a moment after it was hung up, and longer on a machine that is full."""
    close_all(filled.url)
    until = time.monotonic() + GONE_SECONDS
    while _others(database):
        assert time.monotonic() < until, "somebody stays connected"
        time.sleep(0.01)


def _others(database: Database) -> int:
    with database.transaction() as session:  # a look of its own: within one PostgreSQL goes on saying what it said first
        return keys.others_connected(session)


def test_blind_indexes_get_another_key_when_nobody_works(filled: Database, region: Region) -> None:
    work.make_keys(settings_of(filled))
    database, settings = with_ring(filled), settings_of(filled)
    sealer = database.sealer
    assert isinstance(sealer, Sealer)
    derived, before = sealer.derived("x"), sealer.blind(BSN, purpose="p")
    with pytest.raises((Unsafe, OperationalError)):
        work.rotate_blind(database, settings)  # the connection of `filled` itself is still there
    hang_up(filled, database)

    done = work.rotate_blind(database, settings)

    assert done[0] >= 1 and done[1] == 1
    assert sealer.blind(BSN, purpose="p") != before and sealer.derived("x") == derived
    readable(database, region)
    with database.transaction() as session:
        change = make.arrival(region.links["ZEED"], control_id="M2", kind="ADT^A08", patient_numbers=(("ZEED", "5822"),))
        intake.keep(session, [change])  # known, because its referral is waiting: not noise
    with database.transaction() as session:
        assert queue.claim(session, now=NOW)
        assert not queue.claim(session, now=NOW)  # still one patient, still in order


def test_a_number_in_a_place_of_the_hospitals_own_is_still_known_under_the_new_key(filled: Database, region: Region) -> None:
    """Its referral waits: a change that comes behind it must not be counted as noise, nor be read before it."""
    work.make_keys(settings_of(filled))
    database, settings = with_ring(filled), settings_of(filled)
    link = own_places.zeed(database)
    reception.keep(database, [own_places.sort(own_places.referral(), link)])
    database.close()
    hang_up(filled, database)

    work.rotate_blind(database, settings)

    reception.keep(database, [own_places.sort(own_places.change("99", "E-77"), link)])
    with database.transaction() as session:
        kept = session.scalars(select(InboundMessage.kind).order_by(InboundMessage.seq)).all()
    assert kept[-2:] == ["REF^I12", "ADT^A08"]


def test_a_dump_tells_nothing_that_is_sealed(filled: Database, region: Region) -> None:
    """K1: pg_dump of everything, as text, hexadecimal included."""
    work.make_keys(settings_of(filled))
    database = with_ring(filled)
    work.rotate_data(database, settings_of(filled), new=True, most=50, pause=0, say=lambda _: None)
    url = re.sub(r"^postgresql\+psycopg", "postgresql", filled.url).replace("mdo@", "postgres@")
    dump = subprocess.run(
        [find_binaries().folder / "pg_dump", "-d", url], capture_output=True, check=True, env=os.environ | {"LC_ALL": "C"}
    ).stdout
    found = {what for what, secret in SECRETS.items() if secret.encode() in dump or secret.encode().hex().encode() in dump}

    print(f"\ndump: {len(dump):,} bytes, hits {len(found)}")
    assert b"van Voorbeeld" in dump  # names are not sealed: the search does find what is there
    assert found == set()
