"""Who may send over which line: the certificate that is bound to the link, MSH-3 and MSH-4 of the same hospital, plain only as accepted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from mdo_portal import reception, wiring
from mdo_portal.commands.desk import Desk
from mdo_portal.database import Database
from mdo_portal.domain import place_words
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.errors import Incomplete
from mdo_portal.exchange import Caller, Verdict, Wire
from mdo_portal.reception import Sorted
from mdo_portal.services.links import hospitals, line_acceptance, line_binding, lines
from mdo_portal.services.links.hospitals import Senders
from tests import make
from tests.make import NOW
from tests.people import Region

READER = wiring.readers()[Wire.HL7V2]
ZEED = Caller("10.0.0.1:1", is_local=False, certificate="a" * 64, names=("epd.zeeduyn.test",))
KREE = Caller("10.0.0.2:1", is_local=False, certificate="b" * 64, names=("epd.kreek.test",))
FAR = Caller("10.0.0.3:1", is_local=False)
HERE = Caller("127.0.0.1:1")


def bound(database: Database, region: Region) -> Senders:
    with database.transaction() as session:
        line_binding.bind(session, region.links["ZEED"].link_id, now=NOW, by="Test", fingerprint="A" * 64)
        line_binding.bind(session, region.links["KREE"].link_id, now=NOW, by="Test", name="EPD.Kreek.test")
        return hospitals.links(session)


def sort(links: Senders, caller: Caller, *, sender: str = "ZEED-EPD", control_id: str = "") -> Sorted:
    raw = make.hl7_referral(control_id, sender=sender)
    return reception.sort(raw, wire=Wire.HL7V2, reader=READER, links=links, now=NOW, caller=caller)


@pytest.mark.parametrize(
    ("caller", "sender", "reason", "line"),
    [
        (ZEED, "ZEED-EPD", "", "tls"),
        (KREE, "KREE-EPD", "", "tls"),
        (KREE, "ZEED-EPD", "wrong_certificate", ""),
        (ZEED, "KREE-EPD", "wrong_certificate", ""),
        (
            Caller("10.0.0.9:1", is_local=False, certificate="c" * 64, names=("iemand.test",)),
            "ZEED-EPD",
            "unknown_certificate",
            "",
        ),
        (FAR, "ZEED-EPD", "plain_not_accepted", ""),
        (HERE, "ZEED-EPD", "", "local"),
    ],
)
def test_a_line_must_prove_whose_message_it_brings(
    database: Database, region: Region, caller: Caller, sender: str, reason: str, line: str
) -> None:
    sorted_ = sort(bound(database, region), caller, sender=sender)

    assert (sorted_.arrival.reason, sorted_.arrival.line) == (reason, line)
    assert (sorted_.arrival.link is None) == bool(reason)
    assert bool(sorted_.answer.text) == bool(reason)


@pytest.mark.parametrize(
    ("caller", "reason", "hospital"),
    [
        (ZEED, "", "ZEED"),
        (KREE, "", "KREE"),
        (HERE, "several_senders", None),
        (FAR, "several_senders", None),
        (replace(ZEED, names=("epd.kreek.test",)), "several_senders", None),  # one certificate that is both's
        (Caller("10.0.0.9:1", is_local=False, certificate="c" * 64), "unknown_certificate", None),
        (Caller("10.0.0.9:1", is_local=False, certificate="d" * 64), "wrong_certificate", None),
    ],
)
def test_of_two_hospitals_that_send_under_one_name_the_certificate_says_which(
    database: Database, region: Region, caller: Caller, reason: str, hospital: str | None
) -> None:
    """As a vendor's engine does that fills in the same MSH-3 and MSH-4 for everybody."""
    with database.transaction() as session:
        line_binding.bind(session, region.links["DELT"].link_id, now=NOW, by="Test", fingerprint="d" * 64)
    links = Senders(
        replace(one, sending_applications=("SAME",)) if one.hospital_code in ("ZEED", "KREE") else one
        for one in bound(database, region)
    )

    sorted_ = sort(links, caller, sender="SAME")

    assert (sorted_.arrival.reason, sorted_.arrival.link and sorted_.arrival.link.hospital_code) == (reason, hospital)


def test_a_refused_line_says_which_certificate_it_showed_and_whose_that_is(database: Database, region: Region) -> None:
    """*Bel het ziekenhuis van het certificaat* stood there, and nothing said which hospital that is."""
    links = bound(database, region)
    stranger = Caller("10.0.0.9:1", is_local=False, certificate="c" * 64, names=("epd.vecht.test",))

    theirs, nobodys = sort(links, replace(KREE, names=("epd.kreek.test",))), sort(links, stranger)

    assert theirs.arrival.place.startswith("certificate KREE epd.kreek.test ")
    assert nobodys.arrival.place == f"certificate epd.vecht.test {'c' * 16}"
    assert sort(links, KREE, sender="NEW-EPD").arrival.place.startswith("certificate KREE ")  # unknown is only its new name
    assert sort(links, stranger, sender="NEW-EPD").arrival.place == "MSH-3"
    assert place_words.in_dutch(nobodys.arrival.place) == f"certificaat: epd.vecht.test {'c' * 16}"


def test_a_message_under_another_name_is_kept_with_the_hospital_whose_line_it_came_over(
    database: Database, region: Region
) -> None:
    """After an upgrade an EPD signs otherwise: everything was refused, and the hospital's own link manager saw nothing of it."""
    links = bound(database, region)
    refused = sort(links, ZEED, sender="NEW-EPD", control_id="M1")

    (answer,) = reception.keep(database, [refused])

    assert (answer.verdict, answer.reason, answer.control_id) == (Verdict.NOT_HERE, "other_name", "M1")
    with database.transaction() as session:
        row = session.scalars(select(InboundMessage)).one()
        assert (row.hospital_id, row.state, row.reason) == (region.hospitals["ZEED"], InboundState.UNREADABLE, "other_name")


@pytest.mark.parametrize("caller", [FAR, HERE, replace(ZEED, is_local=False, certificate="c" * 64, names=())])
def test_a_name_that_nobody_has_stays_nobodys_where_the_line_does_not_say_whose_it_is(
    database: Database, region: Region, caller: Caller
) -> None:
    sorted_ = sort(bound(database, region), caller, sender="NEW-EPD")
    assert (sorted_.arrival.reason, sorted_.arrival.link) == ("unknown_sender", None)


def test_an_engine_that_calls_for_two_hospitals_says_of_an_unknown_name_nobodys(database: Database, region: Region) -> None:
    bound(database, region)
    with database.transaction() as session:
        line_binding.bind(session, region.links["KREE"].link_id, now=NOW, by="Test", fingerprint="a" * 64, is_shared=True)
        links = hospitals.links(session)
    sorted_ = sort(links, ZEED, sender="NEW-EPD")
    assert (sorted_.arrival.reason, sorted_.arrival.link) == ("unknown_sender", None)


def test_once_the_name_is_known_the_very_same_message_is_taken(database: Database, region: Region) -> None:
    links = bound(database, region)
    reception.keep(database, [sort(links, ZEED, sender="NEW-EPD", control_id="M1")])
    with database.transaction() as session:
        link = session.get_one(Link, region.links["ZEED"].link_id)
        link.sending_applications = [*link.sending_applications, "NEW-EPD"]
        session.flush()
        links = hospitals.links(session)

    (answer,) = reception.keep(database, [sort(links, ZEED, sender="NEW-EPD", control_id="M1")])

    assert answer.verdict is Verdict.STORED


def test_plain_is_taken_while_somebody_accepted_it_and_not_a_day_longer(database: Database, region: Region) -> None:
    link_id = region.links["ZEED"].link_id
    with database.transaction() as session:
        line_acceptance.accept_plain(
            session, link_id, by="J. de Wit, CISO", why="geen TLS", until=NOW + timedelta(days=1), now=NOW
        )
        links = hospitals.links(session)
        assert lines.line_of(session, link_id, now=NOW).safety is lines.Safety.UNSECURED
        assert lines.line_of(session, link_id, now=NOW + timedelta(days=2)).safety is lines.Safety.LOCAL

    assert sort(links, FAR).arrival.line == "plain"
    late = reception.sort(
        make.hl7_referral(), wire=Wire.HL7V2, reader=READER, links=links, now=NOW + timedelta(days=2), caller=FAR
    )
    assert late.arrival.reason == "plain_not_accepted"


@pytest.mark.parametrize(("by", "why", "days"), [("", "x", 1), ("x", " ", 1), ("x", "x", 0)])
def test_nobody_accepts_plain_without_a_name_a_reason_and_an_end(
    database: Database, region: Region, by: str, why: str, days: int
) -> None:
    with database.transaction() as session, pytest.raises(Incomplete):
        line_acceptance.accept_plain(
            session, region.links["ZEED"].link_id, by=by, why=why, until=NOW + timedelta(days=days), now=NOW
        )


def test_a_withdrawn_certificate_lets_nobody_in(database: Database, region: Region) -> None:
    bound(database, region)
    with database.transaction() as session:
        assert line_binding.withdraw(session, region.links["ZEED"].link_id, "a" * 64, now=NOW)
        assert not line_binding.withdraw(session, region.links["ZEED"].link_id, "a" * 64, now=NOW)
        links = hospitals.links(session)

    assert sort(links, ZEED).arrival.reason == "unknown_certificate"


def test_a_certificate_that_called_says_when_it_ends(database: Database, region: Region) -> None:
    bound(database, region)
    ends = NOW + timedelta(days=30)
    with database.transaction() as session:
        lines.saw(session, {"b": Caller("", False, "b" * 64, ("epd.kreek.test",), ends)}, now=NOW)
        (row,) = lines.line_of(session, region.links["KREE"].link_id, now=NOW).certificates

    assert (row.expires_at, row.seen_at, row.ends_soon(NOW)) == (ends, NOW, True)


def test_a_certificate_that_called_and_is_nobodys_is_offered_until_it_is_bound(database: Database, region: Region) -> None:
    bound(database, region)
    stranger = Caller("10.0.0.9:1", is_local=False, certificate="c" * 64, names=("EPD.Delta.test", "x\0y"))
    with database.transaction() as session:
        lines.saw(session, {"a": ZEED, "b": KREE, "c": stranger}, now=NOW)
        lines.saw(session, {"c": stranger}, now=NOW + timedelta(hours=1))
        (row,) = lines.called(session, now=NOW + timedelta(hours=2))
        assert (row.fingerprint, row.names, row.seen_at) == ("c" * 64, ("epd.delta.test",), NOW + timedelta(hours=1))

        line_binding.bind_called(session, region.links["DELT"].link_id, "c" * 64, by="Test", now=NOW, viewer=None)
        assert lines.called(session, now=NOW) == []
        assert sort(hospitals.links(session), stranger, sender="DELT-EPD").arrival.line == "tls"


def test_what_called_long_ago_is_forgotten_and_never_more_than_a_bounded_number_is_kept(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MOST_CALLED", 3)

    def strangers(*digits: str) -> dict[str, Caller]:
        return {one: Caller("", False, one * 64, (f"{one}.test",)) for one in digits}

    with database.transaction() as session:
        lines.saw(session, strangers("c"), now=NOW)
        later = NOW + lines.CALLED_LATELY + timedelta(minutes=1)
        lines.saw(session, strangers("d"), now=later)
        assert [row.names for row in lines.called(session, now=later)] == [("d.test",)]
        lines.saw(session, strangers("e", "f", "1"), now=later + timedelta(minutes=1))
        assert {row.names[0] for row in lines.called(session, now=later)} == {"e.test", "f.test", "1.test"}


def test_what_was_refused_for_its_line_is_a_new_message_over_a_proper_one(database: Database, region: Region) -> None:
    links = bound(database, region)
    reception.keep(database, [sort(links, FAR, control_id="L1")])
    reception.keep(database, [sort(links, ZEED, control_id="L1")])

    with database.transaction() as session:
        rows = session.scalars(select(InboundMessage).where(InboundMessage.control_id == "L1").order_by(InboundMessage.seq)).all()
    assert [(row.reason, row.line, row.charset, row.doubles) for row in rows] == [
        ("plain_not_accepted", "", "", 0),
        ("", "tls", "ascii", 0),
    ]


@pytest.mark.parametrize(("caller", "hospital"), [(ZEED, "ZEED"), (HERE, "ZEED"), (KREE, None), (FAR, None)])
def test_what_the_wire_refused_is_of_the_hospital_it_names_only_when_the_line_proves_it(
    database: Database, region: Region, caller: Caller, hospital: str | None
) -> None:
    """Anybody who reaches the port can write ZEED's name in a message that is too large."""
    bound(database, region)

    async def at_the_desk() -> None:
        desk = Desk(database)
        looking = asyncio.ensure_future(desk.know_links())
        await asyncio.wait_for(desk.knows_links.wait(), 20)
        await desk.refused(caller, "too_large", make.hl7_referral()[:300])
        looking.cancel()
        await desk.close()

    asyncio.run(at_the_desk())

    with database.transaction() as session:
        row = session.scalars(select(InboundMessage).order_by(InboundMessage.seq.desc())).first()
        assert row is not None and (row.reason, row.hospital_id) == (
            "too_large",
            region.hospitals[hospital] if hospital else None,
        )
