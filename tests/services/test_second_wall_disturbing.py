"""What a smuggled statement could stop, forge or switch without seeing a row of anybody: that too is for whose it is."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.granting import Place
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.services.rights import rights_reviews
from tests import make
from tests.people import Region, person_id
from tests.services.wall_house import Tries, standing, tries, whose

__all__ = ["standing", "tries"]
pytestmark = pytest.mark.xdist_group("wall")  # one house for all of them
ON_SCREEN = "UPDATE meetings SET current_round_id = {} WHERE id = :meeting"


@pytest.fixture(scope="module")
def things(standing: tuple[Database, Database], region: Region) -> dict[str, uuid.UUID]:
    """A case of ZEED that is on in the meeting of Uro-prostaat, the next one, a queue, a review of that board, Dirk's calendar."""
    with standing[0].transaction() as session:
        zeed, meeting = session.get_one(Hospital, region.hospitals["ZEED"]), session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = (datetime.now(UTC) + timedelta(hours=one) for one in (24, 9))
        on, after = (
            make.planned(
                session, make.case(session, zeed, board_id=region.boards["URO-P"], number=number, patient=make.identity(number), documents=(make.document(),)),
                meeting, viewer=region.bram,
            )
            for number in ("71-1", "71-2")
        )  # fmt: skip
        meeting.current_round_id = on.id
        session.execute(
            text("INSERT INTO destinations (hospital_id, audience, failures) VALUES (:h, 'referrer', 0)"), {"h": zeed.id}
        )
        session.execute(
            text("INSERT INTO calendar_addresses (person_id, key_hash, made_at) VALUES (:p, 'x', now())"),
            {"p": person_id("Dirk")},
        )
        review = rights_reviews.start(session, region.ada, Place(region.boards["URO-P"], True), now=datetime.now(UTC))
        return {"meeting": meeting.id, "on": on.id, "case": on.case_id, "next": after.id, "zeed": zeed.id, "review": review.id, "dirk": person_id("Dirk"),
                "bilal": person_id("Bilal"), "board": region.boards["URO-P"]}  # fmt: skip


STATEMENTS = {
    "a queue stands still": ("UPDATE destinations SET next_attempt_at = now() + interval '9 years'", {}),
    "a queue is taken": ("UPDATE destinations SET leased_until = now() + interval '9 years'", {}),
    "a queue is down": ("UPDATE destinations SET failures = 9, down_since = now()", {}),
    "a queue that begins so": (
        "INSERT INTO destinations (hospital_id, audience, failures, next_attempt_at) VALUES (:zeed, 'gp', 0, now() + interval '9 years')", {},
    ),
    "another case is on": (ON_SCREEN.format(":next"), {"Bram", "Aisha", "Bilal"}),
    "none is on": (ON_SCREEN.format("NULL"), {"Bram", "Aisha", "Bilal", "Dirk"}),
    "a review is signed": (
        "UPDATE rights_reviews SET signed_at = now(), signed_by = p.id, signed_name = p.name FROM people p WHERE p.id = access.person()",
        {"Ada", "Bram", "Aisha", "Bilal"},
    ),
    "a review is signed by another": ("UPDATE rights_reviews SET signed_at = now(), signed_by = :dirk, signed_name = 'x'", {}),
    "a review begins": (
        "INSERT INTO rights_reviews (id, hospital_id, started_at, started_by, signed_name) VALUES (gen_random_uuid(), :zeed, now(), access.person(), '')",
        {"Ada", "Lars", "Petra"},
    ),
    "somebody's role is kept": (
        "UPDATE rights_review_lines SET verdict = 'keep', decided_at = now(), decided_by = access.person() WHERE person_id = :bilal",
        {"Ada", "Bram", "Aisha"},
    ),
    "one's own role is kept": (
        "UPDATE rights_review_lines SET verdict = 'keep', decided_at = now(), decided_by = access.person() WHERE person_id = access.person()", {},
    ),
    "what was told is gone": ("UPDATE case_facts SET superseded_at = now(), status = 'x' WHERE case_id = :case", {"Dirk", "Bram", "Aisha", "Bilal"}),
    "a document is gone": ("UPDATE case_documents SET status = 'x' WHERE case_id = :case", {"Dirk", "Bram", "Aisha", "Bilal"}),
    "a calendar is read under another key": ("UPDATE calendar_addresses SET key_hash = 'y' WHERE person_id = :dirk", {"Dirk"}),
    "a calendar is read no more": ("DELETE FROM calendar_addresses WHERE person_id = :dirk", {"Dirk"}),
    "a colleague waits for years": ("UPDATE people SET wait_until = now() + interval '9 years' WHERE id = :dirk", {}),
    "an address waits for years": (
        "INSERT INTO sign_in_attempts (bucket, failures, first_at, last_at, wait_until) VALUES ('x', 9, now(), now(), now() + interval '9 years')",
        {},
    ),
    "a calendar of another": ("INSERT INTO calendar_addresses (person_id, key_hash, made_at) VALUES (:bilal, 'y', now())", {"Bilal"}),
}  # fmt: skip


@pytest.mark.parametrize("what", STATEMENTS)
def test_what_disturbs_is_done_by_whose_it_is_and_by_nobody_else(tries: Tries, things: dict[str, uuid.UUID], what: str) -> None:
    statement, may = STATEMENTS[what]

    assert whose(tries, statement, things) == set(may)


def test_a_queue_is_given_free_by_who_sends_a_letter_again(tries: Tries, things: dict[str, uuid.UUID]) -> None:
    assert (
        tries(
            "Aisha",
            "UPDATE destinations SET next_attempt_at = NULL, leased_until = NULL WHERE hospital_id = :zeed",
            zeed=things["zeed"],
        )
        == 1
    )


def test_who_guesses_waits_a_minute_though_nobody_is_in(tries: Tries, things: dict[str, uuid.UUID]) -> None:
    assert (
        tries(
            "", "UPDATE people SET failures = 4, wait_until = now() + interval '1 minute' WHERE id = :dirk", dirk=things["dirk"]
        )
        == 1
    )


LINE = """INSERT INTO audit_entries (at, act, action_code, outcome, person_name, roles, purpose, relation, basis, emergency, object_type, object_id,
    hits, categories, client_address, trace_id, detail, event_code, alternate_id, is_requestor, sign_in_method, policy, reason, object_id_type,
    object_class, object_role, life_cycle, sensitivity, network_type, source_site, source_id, source_type, case_id, patient_id, hospital_id)
    VALUES (now(), :act, 'R', 0, 'onbekend', 'system', 'TREAT', 'system', 'x', false, 'session', 'x', 0, '{}', 'x', 'x', '', 'x', '', false, '', 'x', '',
    'x', 1, 1, 1, 'R', 1, 'x', 'x', 4, :case, :patient, :hospital)"""


@pytest.mark.parametrize(
    ("who", "act", "about", "is_written"),
    [
        ("Carla", "case.destroyed", "case", False),
        ("Carla", "sign_in.refused", "patient", False),
        ("", "case.destroyed", "case", False),
        ("Lars", "case.destroyed", "case", False),
        ("Petra", "case.destroyed", "case", False),
        ("Dirk", "case.destroyed", "case", False),
        ("Bram", "case.destroyed", "case", False),
        ("Petra", "referral.updated", "", False),
        ("", "case.destroyed", "", False),
        ("", "sign_in.refused", "", True),
        ("Dirk", "referral.received", "case", False),
    ],
)
def test_in_nobodys_name_the_log_is_told_of_signing_in_and_of_no_case(
    tries: Tries,
    standing: tuple[Database, Database],
    things: dict[str, uuid.UUID],
    who: str,
    act: str,
    about: str,
    is_written: bool,
) -> None:
    """What the portal itself says of a case: test_second_wall_log_lines.py."""
    with standing[0].transaction() as session:
        case = session.get_one(Case, session.get_one(Round, things["on"]).case_id)
        ids = {
            "case": case.id if about == "case" else None,
            "patient": case.patient_id if about else None,
            "hospital": things["zeed"],
        }

    assert (tries(who, LINE, act=act, **ids) == 1) is is_written
