"""Whose message is this? What does not fit goes to a person; the patient's later messages wait; the answer can be taken back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import func, select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.identity_conflict import ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.inbound import FeedCount, InboundMessage, InboundState
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge, ToldChange
from mdo_portal.errors import IllegalMove
from mdo_portal.services import deciding, replaying
from tests import make
from tests.make import BSN, NOW, OTHER_BSN
from tests.people import Region
from tests.test_reception import hand_in, rows, understand_all

STRANGER = "Zomaar Iemand"


def referral(number: str, *, patient: str = "1", **over: str) -> bytes:
    return make.hl7_referral(f"M{number}", patient=patient, referral_number=f"VW-{number}", **over)


def born(raw: bytes, day: str) -> bytes:
    return raw.replace(b"|19600101|", f"|{day}|".encode())


def merge(control_id: str, kept: str, gone: str, *, bsn: str = "") -> bytes:
    raw = make.hl7_change(control_id, patient=kept).replace(b"ADT^A08^ADT_A01", b"ADT^A40^ADT_A39")
    more = f"~{bsn}^^^NLMINBIZA^NNNLD".encode() if bsn else b""
    return raw.replace(b"^PI||", b"^PI" + more + b"||", 1) + f"MRG|{gone}^^^ZEED^PI\r".encode()


def states(database: Database) -> list[str]:
    return [row.reason or row.state.value for row in rows(database)]


def opened(database: Database) -> list[IdentityConflict]:
    with database.transaction() as session:
        query = select(IdentityConflict).where(IdentityConflict.closed_at.is_(None)).order_by(IdentityConflict.opened_at)
        return list(session.scalars(query))


def decide(database: Database, decision: Decision, *, number: str = "", bsn: str = "", reason: str = "gebeld") -> uuid.UUID:
    with database.transaction() as session:
        conflict = session.scalars(select(IdentityConflict).where(IdentityConflict.decided_at.is_(None))).first()
        assert conflict is not None
        deciding.decide(session, conflict, decision, reason=reason, person_id=uuid.uuid4(), now=NOW, number=number, bsn=bsn)
        chosen = conflict.id
    understand_all(database)
    return chosen


def take_back(database: Database, conflict_id: uuid.UUID) -> None:
    with database.transaction() as session:
        conflict = session.get_one(IdentityConflict, conflict_id)
        deciding.ask_back(session, conflict, person_id=uuid.uuid4(), now=NOW)
    understand_all(database)


def people(database: Database) -> dict[str, set[str]]:
    """Family name of each patient at ZEED who has cases -> their referral numbers."""
    found: dict[str, set[str]] = {}
    with database.transaction() as session:
        query = select(Patient.family, Case.referral_number).join(Case, Case.patient_id == Patient.id)
        for family, number in session.execute(query.where(Case.referral_number.regexp_match("^VW-[1-9]"))):
            found.setdefault(family, set()).add(number)
    return found


CONFLICTS: dict[ConflictKind, list[bytes]] = {
    ConflictKind.OTHER_BSN: [referral("1", bsn=BSN), referral("2", bsn=OTHER_BSN)],
    ConflictKind.OTHER_NUMBER: [referral("1", bsn=BSN), referral("2", patient="2", bsn=BSN)],
    ConflictKind.NAME_AND_BIRTH: [referral("1"), born(referral("2", family=STRANGER), "19701231")],
    ConflictKind.TWO_PATIENTS: [referral("1"), referral("1b", patient="2", bsn=BSN), referral("2", bsn=BSN)],
    ConflictKind.REFERRAL_NUMBER: [referral("1"), referral("2", patient="2").replace(b"VW-2", b"VW-1")],
    ConflictKind.MERGE: [referral("1"), referral("1b", patient="2"), merge("M2", "1", "2")],
    ConflictKind.MERGE_UNLIKE: [referral("1", bsn=BSN), merge("M2", "1", "2", bsn=OTHER_BSN)],
}


@pytest.mark.parametrize("kind", CONFLICTS)
def test_what_does_not_fit_goes_to_a_person_and_changes_nothing(database: Database, region: Region, kind: ConflictKind) -> None:
    *before, odd = CONFLICTS[kind]
    hand_in(database, region, *before)
    understand_all(database)
    stood = people(database)

    hand_in(database, region, odd)
    understand_all(database)

    (conflict,) = opened(database)
    assert conflict.kind is kind
    assert states(database)[-1] == "identity_conflict"
    assert people(database) == stood


def test_a_bsn_that_fails_the_eleven_test_is_asked_about_and_holds_nobody_up(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1", bsn="123456789"), referral("2", bsn="123456789"))
    understand_all(database)

    (conflict,) = opened(database)
    assert (conflict.kind, conflict.blocks) == (ConflictKind.ELEVEN_TEST, False)
    assert states(database) == ["understood", "understood"]


def test_a_corrected_bsn_stands_at_the_patient(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1", bsn="123456789"))
    understand_all(database)

    decide(database, Decision.CORRECTED, bsn=BSN)

    with database.transaction() as session:
        patient = session.scalars(select(Patient).where(Patient.local_number == "1")).one()
        assert (patient.bsn_tail, patient.bsn_doubtful) == (BSN[-2:], False)


# Order


def test_the_patients_later_messages_wait_and_everybody_elses_go_on(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    hand_in(database, region, make.hl7_change("M3", patient="1", family="Later"), referral("4", patient="7"))
    understand_all(database)

    assert states(database) == ["understood", "identity_conflict", "waits_for_identity", "understood"]


def test_decided_all_of_it_is_read_in_the_order_of_arrival(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    names = ("Eerste Naam", "Tweede Naam", "Derde Naam")
    hand_in(database, region, *(make.hl7_change(f"A{at}", patient="1", family=name) for at, name in enumerate(names)))
    understand_all(database)
    assert len(opened(database)) == 1

    decide(database, Decision.SAME)

    assert set(states(database)) == {"understood"}
    with database.transaction() as session:
        told = session.scalars(select(ToldChange.after).where(ToldChange.what == "family").order_by(ToldChange.id)).all()
    assert told == list(names)


def test_a_feed_message_about_a_disputed_stranger_is_not_noise(database: Database, region: Region) -> None:
    """The only referral of number 2 waits for a person: what is told of number 2 meanwhile must not be thrown away."""
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_NUMBER])
    understand_all(database)

    hand_in(database, region, make.hl7_change("M3", patient="2"))
    understand_all(database)

    assert states(database)[-1] == "waits_for_identity"


# Deciding


def test_the_same_person_takes_over_and_both_cases_stand_together(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.NAME_AND_BIRTH])
    understand_all(database)

    decide(database, Decision.SAME)

    assert people(database) == {STRANGER: {"VW-1", "VW-2"}}
    assert opened(database) == []


def test_another_person_is_kept_apart_now_and_the_next_time(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.NAME_AND_BIRTH])
    understand_all(database)

    decide(database, Decision.OTHER)
    hand_in(database, region, born(referral("3", family=STRANGER), "19701231"))
    understand_all(database)

    assert people(database) == {"van Voorbeeld": {"VW-1"}, STRANGER: {"VW-2", "VW-3"}}
    assert opened(database) == []


def test_a_corrected_number_brings_the_message_to_the_right_patient(database: Database, region: Region) -> None:
    *_, odd = CONFLICTS[ConflictKind.NAME_AND_BIRTH]
    hand_in(database, region, referral("1"), born(referral("9", patient="9", family=STRANGER), "19701231"), odd)
    understand_all(database)

    decide(database, Decision.CORRECTED, number="9")

    assert people(database) == {"van Voorbeeld": {"VW-1"}, STRANGER: {"VW-9", "VW-2"}}


def test_put_aside_it_is_ignored_and_the_rest_goes_on(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN], make.hl7_change("M3", patient="1", family="Later"))
    understand_all(database)

    decide(database, Decision.ASIDE)

    assert [row.state.value for row in rows(database)] == ["understood", "ignored", "understood"]


def test_putting_aside_needs_a_reason(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)

    with pytest.raises(IllegalMove):
        decide(database, Decision.ASIDE, reason=" ")


def test_the_inbox_does_not_put_aside_what_waits_for_a_person(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    with database.transaction() as session:
        odd = session.scalars(select(InboundMessage).where(InboundMessage.reason == "identity_conflict")).one()
        with pytest.raises(IllegalMove):
            replaying.ignore(session, odd, now=NOW)


def test_offered_again_undecided_it_asks_no_second_question(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    with database.transaction() as session:
        replaying.replay(
            session, session.scalars(select(InboundMessage).where(InboundMessage.reason == "identity_conflict")).one()
        )

    understand_all(database)

    assert len(opened(database)) == 1


def test_a_person_merges_two_who_both_stand_here_and_takes_it_back(database: Database, region: Region) -> None:
    hand_in(
        database,
        region,
        referral("1", family="Een"),
        referral("2", patient="2", family="Een"),
        merge("M3", "1", "2").replace(b"van Voorbeeld", b"Een"),
    )
    understand_all(database)

    chosen = decide(database, Decision.SAME)
    with database.transaction() as session:
        assert len(set(session.scalars(select(Case.patient_id).where(Case.referral_number.in_(("VW-1", "VW-2")))))) == 1

    take_back(database, chosen)
    with database.transaction() as session:
        assert len(set(session.scalars(select(Case.patient_id).where(Case.referral_number.in_(("VW-1", "VW-2")))))) == 2
        assert session.scalar(select(func.count()).select_from(Merge).where(Merge.undone_at.is_(None))) == 0
    assert len(opened(database)) == 1


@pytest.mark.parametrize("kind", [ConflictKind.NAME_AND_BIRTH, ConflictKind.OTHER_BSN, ConflictKind.OTHER_NUMBER])
def test_taken_back_everything_stands_as_before_and_the_question_is_open_again(
    database: Database, region: Region, kind: ConflictKind
) -> None:
    *before, odd = CONFLICTS[kind]
    hand_in(database, region, *before, odd)
    understand_all(database)

    def first() -> tuple[object, ...]:
        with database.transaction() as session:
            case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
            patient = session.get_one(Patient, case.patient_id)
            return patient.local_number, patient.family, patient.birth_on, patient.bsn_index, patient.sex

    stood = first()
    chosen = decide(database, Decision.SAME)
    take_back(database, chosen)

    assert first() == stood
    with database.transaction() as session:
        cases = dict(
            session.execute(select(Case.referral_number, Case.patient_id).where(Case.referral_number.like("VW-%"))).all()
        )
    assert cases["VW-1"] != cases["VW-2"]
    assert [one.id for one in opened(database)] == [chosen]


# Data minimisation


def test_a_result_about_somebody_without_a_case_is_counted_and_not_kept(database: Database, region: Region) -> None:
    raw = make.hl7_change("M1", patient="404").replace(b"ADT^A08^ADT_A01", b"ORU^R01") + b"OBX|1|NM|2857-1^PSA^LN||12.4\r"

    hand_in(database, region, raw)
    understand_all(database)

    assert rows(database) == []
    with database.transaction() as session:
        assert session.scalars(select(FeedCount.ignored)).all() == [1]


# Whatever comes


def _messages(moves: Sequence[tuple[str, str, str]]) -> list[bytes]:
    made = []
    for at, (patient, bsn, family) in enumerate(moves):
        made.append(born(referral(f"{at}", patient=patient, bsn=bsn, family=family), "19700101" if family == "B" else "19600101"))
    return made


WHO = some.tuples(some.sampled_from("12"), some.sampled_from(("", BSN, OTHER_BSN, "123456789")), some.sampled_from("AB"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=some.lists(WHO, min_size=2, max_size=6))
def test_nobody_is_ever_connected_to_another_by_the_portal_itself(
    database: Database, region: Region, moves: list[tuple[str, str, str]]
) -> None:
    """Without a person's word no two cases of different BSNs, or of people who differ in name and birth date, share a patient."""
    with database.transaction() as session:
        for table in (IdentityConflict, InboundMessage):
            session.query(table).delete()
        session.query(Case).filter(Case.referral_number.like("RND-%")).update({Case.referral_number: ""})
    mark = uuid.uuid4().hex[:6]
    hand_in(
        database,
        region,
        *(
            raw.replace(b"VW-", f"RND-{mark}-".encode()).replace(b"^^^ZEED^PI", f"{mark}^^^ZEED^PI".encode())
            for raw in _messages(moves)
        ),
    )
    understand_all(database)

    with database.transaction() as session:
        query = select(Case.referral_number, Case.patient_id).where(Case.referral_number.like(f"RND-{mark}-%"))
        owners = {int(number.rsplit("-", 1)[1]): patient for number, patient in session.execute(query)}
        total = session.scalar(select(func.count()).select_from(InboundMessage))
    assert total == len(moves), "every message stands somewhere"
    for one in owners:
        for other in owners:
            (number, bsn, family), (other_number, other_bsn, other_family) = moves[one], moves[other]
            if owners[one] == owners[other] and one < other:
                assert family == other_family, "name and birth date both differ"
                assert not (bsn and other_bsn and bsn != other_bsn and "123456789" not in (bsn, other_bsn)), "BSNs differ"
                assert number == other_number or bsn == other_bsn != "", "nothing says that they are one"


def test_every_message_is_understood_waits_or_was_decided_on(database: Database, region: Region) -> None:
    for raws in CONFLICTS.values():
        hand_in(database, region, *raws)
    understand_all(database)

    kept = [row for row in rows(database) if row.state is InboundState.KEPT]
    assert kept == []
