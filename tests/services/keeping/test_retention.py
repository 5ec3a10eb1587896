"""Keeping: what is due goes, what is protected stays, nothing is left behind, and the database has the last word."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.destruction import Tombstone
from mdo_portal.domain.follow_up import FollowUp
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.retention import CLOCKS, RULES, Kind, RetentionRule, edge
from mdo_portal.domain.tables import metadata
from mdo_portal.errors import Incomplete
from mdo_portal.services.inbox import intake
from mdo_portal.services.keeping import holds, purging, retention, retention_rows
from tests import make
from tests.people import Region
from tests.services.keeping_house import LATELY, LONG_AGO, NOW, finished, is_there, shield_of

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

    assert shield_of(session, case) == "hold"
    assert [purging.purge(session, kind, now=NOW) for kind in (Kind.CASE, Kind.LETTER)] == [0, 0]

    holds.lift(session, officer, hold.id, reason="klacht afgerond", now=NOW)
    session.flush()
    assert purging.purge(session, Kind.CASE, now=NOW) == 1


@pytest.mark.parametrize("whole_patient", [False, True])
def test_a_hold_keeps_the_letters_and_messages_of_that_patient_and_of_nobody_else(
    session: Session, region: Region, whole_patient: bool
) -> None:
    held, *others = cases = [finished(session, region) for _ in range(3)]
    messages = [make.arrival(region.links["ZEED"], control_id=f"M{number}") for number in range(3)]
    intake.keep(session, messages)
    for case, control_id in zip(cases, ("M0", "M1", "M2"), strict=True):
        of_case = {"case_id": case.id, "settled_at": LONG_AGO}
        session.execute(update(InboundMessage).where(InboundMessage.control_id == control_id).values(of_case))
    holds.place(session, region.petra, held.id, whole_patient=whole_patient, reason="klacht loopt", now=NOW)

    due = {one.kind: one.rows for one in retention.due(session, now=NOW)}
    gone = [purging.purge(session, kind, now=NOW) for kind in (Kind.LETTER, Kind.INBOUND)]

    assert (due[Kind.LETTER], due[Kind.INBOUND], gone) == (2, 2, [2, 2])
    for kept in (
        select(Delivery.case_id).where(Delivery.letter_sealed != b""),
        select(InboundMessage.case_id).where(InboundMessage.raw_sealed != b""),
    ):
        assert session.scalars(kept).all() == [held.id]
    assert others[0].patient_id != held.patient_id


@pytest.mark.parametrize("state", [DeliveryState.WAITING, DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.DEAD])
def test_a_letter_that_did_not_arrive_stops_it(session: Session, region: Region, state: DeliveryState) -> None:
    case = finished(session, region)
    session.execute(update(Delivery).where(Delivery.case_id == case.id).values(state=state))

    assert shield_of(session, case) == "letter"
    assert purging.purge(session, Kind.CASE, now=NOW) == 0


def test_a_case_on_an_agenda_stays(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    case.state, case.state_since, case.is_open = CaseState.CLOSED, LONG_AGO, False  # however that came to be
    session.flush()

    assert shield_of(session, case) == "agenda"
    assert purging.purge(session, Kind.CASE, now=NOW) == 0


@pytest.mark.parametrize("state", sorted(set(CaseState) - {"delivered", "followed_up", "closed", "redirected", "withdrawn"}))
def test_an_unfinished_case_stays(session: Session, region: Region, state: CaseState) -> None:
    case = finished(session, region)
    case.state = state
    session.flush()

    assert shield_of(session, case) == "open"
    assert purging.purge(session, Kind.CASE, now=NOW) == 0


@pytest.mark.parametrize("needed", ["an open recommendation", "what came in and nobody saw"])
def test_what_somebody_must_still_act_on_stays_for_its_term(session: Session, region: Region, needed: str) -> None:
    """An MRI advised for after eighteen months; a pathology report of yesterday on a case of last year."""
    case, lately = finished(session, region), NOW - timedelta(days=1)
    if needed == "an open recommendation":
        item = recommended(session, case, region, due_on=(NOW + timedelta(days=60)).date())
    else:
        case.unseen_since, case.news_at = LONG_AGO, lately  # the first of two that came in
    session.flush()

    assert purging.purge(session, Kind.CASE, now=NOW) == 0 and is_there(session, case.id)
    assert case.id not in {row.case_id for row in retention_rows.going(session, case.hospital_id, now=NOW)}

    if needed == "an open recommendation":
        item.due_on = LONG_AGO.date()
    else:
        case.news_at = LONG_AGO
    session.flush()
    assert purging.purge(session, Kind.CASE, now=NOW) == 1


def recommended(session: Session, case: Case, region: Region, *, due_on: date) -> FollowUp:
    """An item of its signed decision of which nobody said what became of it."""
    decision = session.scalars(select(Decision).where(Decision.case_id == case.id)).one()
    item = FollowUp(
        decision_id=decision.id, round_id=decision.round_id, case_id=case.id, hospital_id=case.hospital_id,
        owner_hospital_id=case.hospital_id, board_id=region.boards["URO-P"], position=1, text="MRI", due_on=due_on,
        signed_at=decision.signed_at,
    )  # fmt: skip
    session.add(item)
    return item


def test_a_case_that_cannot_go_holds_up_none_behind_it(session: Session, region: Region) -> None:
    stuck, other = (finished(session, region, at=LONG_AGO - timedelta(days=days)).id for days in (2, 1))
    session.execute(text("CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''it clings''; END'"))
    trigger = "CREATE TRIGGER stays BEFORE DELETE ON cases FOR EACH ROW WHEN (OLD.id = '{}') EXECUTE FUNCTION stays()"
    session.execute(text(trigger.format(stuck)))

    assert purging.purge(session, Kind.CASE, now=NOW) == 1
    assert (is_there(session, stuck), is_there(session, other)) == (True, False)


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


def test_the_day_on_which_a_case_goes_is_so_many_months_on_and_a_dutch_day(session: Session, region: Region) -> None:
    """Where a leap day lies between, the page said a day too early; of what ended just after midnight, the day before."""
    finished(session, region, at=datetime(2027, 3, 9, 23, 30, tzinfo=UTC))

    rows = retention_rows.going(session, region.hospitals["ZEED"], now=datetime(2028, 2, 20, 12, tzinfo=UTC))

    assert [row.goes_on for row in rows] == [date(2028, 3, 10)]
