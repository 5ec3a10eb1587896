"""About which numbers it is asked whether anybody here has them, and what that costs however long the queue is."""

from __future__ import annotations

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import FeedCount
from mdo_portal.services.inbox import inbound_rows, intake
from mdo_portal.services.inbox.sifting import MOST_ASKED, Sifting
from tests import make
from tests.people import Region

LONG_QUEUE = """
INSERT INTO inbound_messages (id, link_id, hospital_id, wire, kind, control_id, digest, raw_sealed, size, patient_keys, state, reason,
    place, leftovers, received_at, doubles, attempts, charset, line, application_ack)
SELECT gen_random_uuid(), :link, :hospital, 'hl7v2', 'ORU^R01', 'Q' || n, sha256(n::text::bytea), 'x', 1,
    ARRAY[sha256((n % 7000)::text::bytea)], 'kept', '', '', '{}', now(), 0, 0, '', '', '' FROM generate_series(1, 20000) n
"""


def test_asking_about_one_number_never_reads_a_long_queue(session: Session, region: Region) -> None:
    link = region.links["ZEED"]
    session.execute(text(LONG_QUEUE), {"link": link.link_id, "hospital": link.hospital_id})
    session.execute(text("ANALYZE inbound_messages"))
    asked = (0, link.hospital_hex, "1", b"b" * 32, b"k" * 32)

    with inbound_rows.line_of(session) as line:
        line.execute("EXPLAIN " + inbound_rows.KNOWN, inbound_rows.columns([asked], 5))
        plan = "\n".join(row[0] for row in line.fetchall())

    assert "ix_inbound_messages_patient" in plan and "Seq Scan on inbound_messages" not in plan


def test_of_a_known_patient_the_queue_is_not_asked_by_any_number(session: Session, region: Region) -> None:
    """While nobody reads, each message of a patient would look at all that came about him before it."""
    link, zeed = region.links["ZEED"], session.get_one(Hospital, region.hospitals["ZEED"])
    make.case(session, zeed, patient=make.identity("4711"))
    session.execute(text(LONG_QUEUE), {"link": link.link_id, "hospital": link.hospital_id})
    asked = [(0, link.hospital_hex, number, b"b" * 32, b"k" * 32) for number in ("4711", make.BSN)]

    with inbound_rows.line_of(session) as line:
        line.execute("EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) " + inbound_rows.KNOWN, inbound_rows.columns(asked, 5))
        plan = "\n".join(row[0] for row in line.fetchall())

    assert "on inbound_messages m (never executed)" in plan


def test_a_number_that_is_no_bsn_is_asked_as_a_number_only(session: Session, region: Region) -> None:
    """Patients without a BSN have none in common with it."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    make.case(session, zeed, patient=make.identity("4711", bsn=""))
    others = make.arrival(region.links["ZEED"], kind="ADT^A08", patient_numbers=(("", "K777"), ("", make.BSN)))

    sifting = Sifting([others], make.sealer())
    intake.keep(session, [others])

    assert {number: bool(bsn) for _, _, number, bsn, _ in sifting.asked} == {"K777": False, make.BSN: True}
    assert session.scalar(select(func.sum(FeedCount.ignored))) == 1


def test_hostile_numbers_are_not_asked_one_by_one(session: Session, region: Region) -> None:
    """Sixteen messages with two hundred numbers each, of which one is shared: each is kept, none asks about those of all others."""
    link, many = region.links["ZEED"], [[("ZEED", "X"), *(("ZEED", f"N{at}-{n}") for n in range(200))] for at in range(16)]

    sifting = Sifting(
        [make.arrival(link, raw=b"%d" % at, kind="ADT^A08", patient_numbers=tuple(many[at])) for at in range(16)], make.sealer()
    )

    assert sifting.asked == [] and len(sifting.unsifted()[1]) == 16


def test_messages_about_one_patient_ask_about_few_numbers_however_long_the_chain(session: Session, region: Region) -> None:
    link = region.links["ZEED"]
    chain = [
        make.arrival(link, raw=b"%d" % at, kind="ADT^A08", patient_numbers=tuple(("ZEED", f"N{at * 40 + n}") for n in range(41)))
        for at in range(64)
    ]

    sifting = Sifting(chain, make.sealer())

    assert len(sifting.asked) <= 64 * MOST_ASKED and len(sifting.unsifted()[1]) == 64
