"""Keeping: what is due goes, what is protected stays, nothing is left behind, and the database has the last word."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.commands import retention as job
from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.destruction import Tombstone
from mdo_portal.domain.draft import Draft
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import FeedCount, InboundMessage, InboundState
from mdo_portal.domain.retention import CLOCKS, RULES, Kind, RetentionRule, edge
from mdo_portal.domain.tables import metadata
from mdo_portal.errors import Incomplete
from mdo_portal.services import destruction, drafts, holds, intake, purging, replaying, retention, sessions
from tests import make
from tests.people import Region

NOW = datetime.now(UTC)  # the database counts terms by its own clock
LONG_AGO = NOW - timedelta(days=400)
LATELY = NOW - timedelta(days=20)


def finished(session: Session, region: Region, *, at: datetime = LONG_AGO, **over: object) -> Case:
    """A case that went the whole way: decided, its letter received."""
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), documents=(make.document(),), **over)
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    decision = make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
    delivery = make.delivery_of(session, decision)
    delivery.state, delivery.received_at, delivery.letter_sealed, delivery.letter_sha256 = DeliveryState.RECEIVED, at, b"x", "h"
    delivery.receipt_code, delivery.receipt_reference = "AA", "EPD-77"
    case.state, case.state_since, case.is_open = CaseState.DELIVERED, at, False
    session.flush()
    return case


def is_there(session: Session, case_id: uuid.UUID) -> bool:
    return session.scalar(select(func.count()).where(Case.id == case_id)) == 1


# The rules


def test_every_table_has_a_clock() -> None:
    """A new table: say in domain/retention.py by which rule its rows go, or None when it holds the organisation itself."""
    assert set(CLOCKS) == set(metadata.tables)


def test_the_database_starts_with_the_terms_of_the_domain_and_holds_their_bounds(session: Session) -> None:
    assert {kind: rule.amount for kind, rule in retention.rules(session).items()} == {
        kind: one.default for kind, one in RULES.items()
    }
    for kind, one in RULES.items():
        for amount in (one.least - 1, one.most + 1):
            with pytest.raises(DBAPIError, match="bounds"), session.begin_nested():
                session.execute(update(RetentionRule).where(RetentionRule.kind == kind).values(amount=amount))


def test_the_access_log_is_never_kept_under_five_years(session: Session, region: Region) -> None:
    with pytest.raises(Incomplete):
        retention.change_rule(session, region.ada, Kind.ACCESS_LOG, 4, reason="ruimte", now=NOW)

    assert retention.rules(session)[Kind.ACCESS_LOG].amount == 5


def test_another_term_needs_a_reason_and_leaves_a_line(session: Session, region: Region) -> None:
    with pytest.raises(Incomplete):
        retention.change_rule(session, region.ada, Kind.CASE, 6, reason=" ", now=NOW)

    retention.change_rule(session, region.ada, Kind.CASE, 6, reason="besluit netwerk 12", now=NOW)

    line = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert line is not None
    assert (line.act, line.detail) == ("retention:change", "case: 12 → 6 months: besluit netwerk 12")
    assert retention.rules(session)[Kind.CASE].changed_by == region.ada.person_id


def test_a_month_back_from_a_long_month_is_the_last_of_the_short_one() -> None:
    assert edge(Kind.CASE, 1, now=datetime(2026, 3, 31, 12, tzinfo=UTC)) == datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert edge(Kind.ACCESS_LOG, 5, now=datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2023, 2, 28, tzinfo=UTC)


# A case whose term has passed


def test_a_case_whose_term_passed_goes_and_its_numbers_and_receipts_stay(session: Session, region: Region) -> None:
    case, lately = finished(session, region), finished(session, region, at=LATELY)
    decision = session.scalars(select(Decision).where(Decision.case_id == case.id)).one()
    number, text_hash = decision.document_number, decision.content_hash
    before = session.scalar(select(func.count()).select_from(AuditEntry)) or 0

    assert purging.purge(session, Kind.CASE, now=NOW) == 1

    assert not is_there(session, case.id) and is_there(session, lately.id)
    stone = session.scalars(select(Tombstone)).one()
    assert (stone.case_id, stone.hospital_id, stone.request_id) == (case.id, case.hospital_id, None)
    assert [(paper["number"], paper["hash"]) for paper in stone.documents] == [(number, text_hash)]
    assert stone.documents[0]["receipts"][0]["reference"] == "EPD-77"
    assert stone.counts["cases"] == stone.counts["rounds"] == stone.counts["decisions"] == stone.counts["patients"] == 1
    lines = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()[before:]
    assert [(line.act, line.case_id) for line in lines] == [("case.destroyed", case.id), ("retention.purged", None)]


def test_purging_again_finds_nothing(session: Session, region: Region) -> None:
    finished(session, region)

    assert [purging.purge(session, Kind.CASE, now=NOW) for _ in range(2)] == [1, 0]


def test_what_is_due_is_counted_before_it_goes(session: Session, region: Region) -> None:
    finished(session, region)
    finished(session, region, at=LATELY)

    due = {one.kind: one for one in retention.due(session, now=NOW)}

    assert (due[Kind.CASE].rows, due[Kind.CASE].oldest) == (1, LONG_AGO)
    assert due[Kind.LETTER].rows == 1


@pytest.mark.parametrize("whole_patient", [False, True])
def test_a_hold_stops_it_and_lifting_lets_it_go(session: Session, region: Region, whole_patient: bool) -> None:
    case = finished(session, region)
    officer = region.petra
    hold = holds.place(session, officer, case.id, whole_patient=whole_patient, reason="klacht loopt", now=NOW)

    assert destruction.shield_of(session, case.id) == "hold"
    assert [purging.purge(session, kind, now=NOW) for kind in (Kind.CASE, Kind.LETTER)] == [0, 0]

    holds.lift(session, officer, hold.id, reason="klacht afgerond", now=NOW)
    session.flush()
    assert purging.purge(session, Kind.CASE, now=NOW) == 1


@pytest.mark.parametrize("state", [DeliveryState.WAITING, DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.DEAD])
def test_a_letter_that_did_not_arrive_stops_it(session: Session, region: Region, state: DeliveryState) -> None:
    case = finished(session, region)
    session.execute(update(Delivery).where(Delivery.case_id == case.id).values(state=state))

    assert destruction.shield_of(session, case.id) == "letter"
    assert purging.purge(session, Kind.CASE, now=NOW) == 0


def test_a_case_on_an_agenda_stays(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    case.state, case.state_since, case.is_open = CaseState.CLOSED, LONG_AGO, False  # however that came to be
    session.flush()

    assert destruction.shield_of(session, case.id) == "agenda"
    assert purging.purge(session, Kind.CASE, now=NOW) == 0


@pytest.mark.parametrize("state", sorted(set(CaseState) - {"delivered", "followed_up", "closed", "redirected", "withdrawn"}))
def test_an_unfinished_case_stays(session: Session, region: Region, state: CaseState) -> None:
    case = finished(session, region)
    case.state = state
    session.flush()

    assert destruction.shield_of(session, case.id) == "open"
    assert purging.purge(session, Kind.CASE, now=NOW) == 0


def test_the_patient_goes_with_the_last_case(session: Session, region: Region) -> None:
    patient = make.identity("Z-77")
    first, second = (finished(session, region, at=at, patient=patient) for at in (LONG_AGO, LATELY))
    patients = metadata.tables["patients"]
    there = select(func.count()).select_from(patients).where(patients.c.id == first.patient_id)
    assert first.patient_id == second.patient_id

    purging.purge(session, Kind.CASE, now=NOW)
    assert session.scalar(there) == 1
    session.execute(update(Case).where(Case.id == second.id).values(state_since=LONG_AGO))
    purging.purge(session, Kind.CASE, now=NOW)
    assert session.scalar(there) == 0


# The smaller clocks


def test_a_letter_goes_before_its_case_and_its_hash_stays(session: Session, region: Region) -> None:
    case = finished(session, region, at=NOW - timedelta(days=120))

    assert purging.purge(session, Kind.LETTER, now=NOW) == 1

    session.expire_all()
    delivery = session.scalars(select(Delivery).where(Delivery.case_id == case.id)).one()
    assert (delivery.letter_sealed, delivery.letter_sha256, delivery.receipt_code) == (b"", "h", "AA")


def test_a_message_loses_its_bytes_and_keeps_its_metadata_and_is_still_a_double(session: Session, region: Region) -> None:
    arrival = make.arrival(region.links["ZEED"], control_id="M-90", raw=b"MSH|geheim", patient_numbers=(("", "1"),))
    intake.keep(session, [arrival])
    old = NOW - timedelta(days=91)
    session.execute(update(InboundMessage).values(state=InboundState.UNREADABLE, settled_at=old, reason="no_request"))

    assert purging.purge(session, Kind.INBOUND, now=NOW) == 1
    intake.keep(session, [arrival])

    message = session.scalars(select(InboundMessage).execution_options(populate_existing=True)).one()
    assert (message.raw_sealed, message.patient_keys, message.reason, message.doubles) == (b"", [], "no_request", 1)
    with pytest.raises(Exception, match="bewaartermijn"):
        replaying.replay(session, message)


def test_a_message_that_nobody_understood_yet_keeps_its_bytes(session: Session, region: Region) -> None:
    intake.keep(session, [make.arrival(region.links["ZEED"], control_id="M-91", at=LONG_AGO)])

    assert purging.purge(session, Kind.INBOUND, now=NOW) == 0


def test_drafts_sessions_and_counts_go_by_their_own_clock(session: Session, region: Region) -> None:
    drafts.save(session, region.dirk, {"family": "x"}, now=NOW - timedelta(days=31))
    drafts.save(session, region.aisha, {"family": "x"}, now=NOW)
    sessions.start_session(session, region.dirk.person_id, region.dirk.hospital_id, proof=make.PROOF, now=LONG_AGO)
    for days in (1, 800):
        day = (NOW - timedelta(days=days)).date()
        session.add(FeedCount(link_id=region.links["ZEED"].link_id, day=day, ignored=1))
    session.flush()

    gone = {kind: purging.purge(session, kind, now=NOW) for kind in (Kind.DRAFT, Kind.SESSION, Kind.FEED_COUNT)}

    assert gone == {Kind.DRAFT: 1, Kind.SESSION: 1, Kind.FEED_COUNT: 1}
    assert session.scalar(select(func.count()).select_from(Draft)) == 1


# Nobody gets round the door


@pytest.fixture
def app_role(session: Session) -> Session:
    """A role as the web processes have it, and then some: every right on every table that a GRANT can give."""
    session.execute(text("CREATE ROLE mdo_trial NOLOGIN"))
    session.execute(text("GRANT mdo_trial TO CURRENT_USER"))
    session.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO mdo_trial"))
    session.execute(text("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO mdo_trial"))
    session.execute(text("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO mdo_trial"))
    protected = text("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace")
    for table in session.scalars(protected).all():
        session.execute(text(f"CREATE POLICY trial ON {table} TO mdo_trial USING (true) WITH CHECK (true)"))
    return session


@pytest.mark.parametrize(
    "attempt",
    [
        "DELETE FROM decisions",
        "DELETE FROM case_events",
        "DELETE FROM audit_entries",
        "INSERT INTO destructions_under_way (transaction_id, case_id) SELECT pg_current_xact_id()::text::bigint, id FROM cases",
        "INSERT INTO destructions_under_way (transaction_id) VALUES (pg_current_xact_id()::text::bigint)",
    ],
)
def test_whoever_has_every_right_on_the_tables_still_deletes_nothing(app_role: Session, region: Region, attempt: str) -> None:
    finished(app_role, region)
    app_role.execute(text("SET LOCAL ROLE mdo_trial"))

    with pytest.raises(DBAPIError, match=r"only grows|own functions only"), app_role.begin_nested():
        app_role.execute(text(attempt))


def test_the_door_itself_refuses_what_is_not_due_or_not_asked(app_role: Session, region: Region) -> None:
    lately = finished(app_role, region, at=LATELY)
    app_role.execute(text("SET LOCAL ROLE mdo_trial"))

    assert destruction.destroy(app_role, lately.id, now=NOW) is None
    assert destruction.destroy(app_role, lately.id, now=NOW, request_id=uuid.uuid4()) is None
    assert app_role.scalar(text("SELECT count(*) FROM purge_log(1000)")) == 0
    assert is_there(app_role, lately.id)


def test_after_the_door_closed_nothing_of_that_case_can_go_either(session: Session, region: Region) -> None:
    finished(session, region)
    finished(session, region, at=LATELY)
    purging.purge(session, Kind.CASE, now=NOW)

    with pytest.raises(DBAPIError, match="only grows"), session.begin_nested():
        session.execute(text("DELETE FROM decisions"))


# Many at once, and a kill in the middle


def test_two_workers_at_once_destroy_every_case_once(database: Database, region: Region) -> None:
    with database.transaction() as session:
        ids = {finished(session, region).id for _ in range(8)}
    barrier = threading.Barrier(2)

    def work() -> None:
        barrier.wait()
        job.purge(database, lambda: NOW, kinds=[Kind.CASE], stop=threading.Event(), batch=2)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.transaction() as session:
        assert {stone.case_id for stone in session.scalars(select(Tombstone))} == ids
        lines = session.scalars(select(AuditEntry.case_id).where(AuditEntry.act == "case.destroyed")).all()
    assert sorted(map(str, lines)) == sorted(map(str, ids))


def test_a_batch_that_is_killed_leaves_every_case_whole(database: Database, region: Region) -> None:
    with database.transaction() as session:
        ids = [finished(session, region).id for _ in range(3)]

    with pytest.raises(DBAPIError):
        _purge_and_die(database)

    with database.transaction() as session:
        assert all(is_there(session, one) for one in ids)
        assert session.scalar(select(func.count()).select_from(Decision)) == 3
        assert session.scalar(select(func.count()).select_from(Tombstone)) == 0
    assert job.purge(database, lambda: NOW, kinds=[Kind.CASE], stop=threading.Event())["case"]["gone"] == 3


def _purge_and_die(database: Database) -> None:
    """The connection ends after the work and before the commit: what a kill -9 of the worker or the server does."""
    with database.transaction() as session:
        assert purging.purge(session, Kind.CASE, now=NOW) == 3
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
