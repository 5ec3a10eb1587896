"""Before sign-in nobody is anybody: what a statement of nobody, or of a stranger, may still do to how somebody comes in (ADR 0099)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from mdo_portal.database import Database
from mdo_portal.domain.credentials import Authenticator, KnownDevice, Passkey, RecoveryCode
from mdo_portal.domain.identity import Identity
from mdo_portal.services.people import attempts, second_factors, sessions
from mdo_portal.services.rights import credentials
from tests import make
from tests.conftest import opened
from tests.people import Region, person_id
from tests.services.wall_house import ANYBODY, REFUSED, Tries, signed_as, standing, tries, whose

__all__ = ["standing", "tries"]
pytestmark = pytest.mark.xdist_group("wall")  # one house for all of them
STEP = int(datetime.now(UTC).timestamp()) // 30


@pytest.fixture(scope="module")
def dirk(standing: tuple[Database, Database], region: Region) -> dict[str, uuid.UUID]:
    """Dirk of ZEED has an app, a passkey, a code that was used and one that was not, a known browser, a tie and an invitation that waits."""
    me, now = person_id("Dirk"), datetime.now(UTC)
    house, zeed = standing[0], region.hospitals["ZEED"]
    signed_as(house, region, "Dirk")
    with house.transaction() as session:
        session.add_all(
            [
                Authenticator(person_id=me, pending_sealed=b"", last_step=STEP - 9, confirmed_at=now),
                Passkey(
                    person_id=me,
                    credential_id=b"x",
                    public_key=b"x",
                    sign_count=5,
                    label="x",
                    may_be_backed_up=False,
                    backed_up=False,
                    created_at=now,
                ),
                RecoveryCode(person_id=me, code_hash="used", made_at=now, used_at=now),
                RecoveryCode(person_id=me, code_hash="unused", made_at=now),
                KnownDevice(device_hash="x", person_id=me, seen_at=now - timedelta(days=1)),
                Identity(hospital_id=zeed, person_id=me, issuer="https://idp.example", subject="x", linked_at=now),
            ]
        )
        credentials.invite(session, me, made_by=person_id("Ada"), now=now)
    return {"dirk": me, "zeed": zeed}


INVITES = {"Ada", "Lars"}
STATEMENTS: dict[str, tuple[str, set[str]]] = {
    "a recovery code that was used may be used again": ("UPDATE recovery_codes SET used_at = NULL WHERE person_id = :dirk AND code_hash = 'used'", set()),
    "a code of the app may be used again": ("UPDATE authenticators SET last_step = 0 WHERE person_id = :dirk", {"Dirk"}),
    "no code of the app counts for years": ("UPDATE authenticators SET last_step = last_step + 9999999 WHERE person_id = :dirk", {"Dirk"}),
    "an app is confirmed": ("UPDATE authenticators SET confirmed_at = now() WHERE person_id = :dirk", {"Dirk"}),
    "a copy of a passkey is seen by nobody": ("UPDATE passkeys SET sign_count = 0 WHERE person_id = :dirk", set()),
    "a passkey is called otherwise": ("UPDATE passkeys SET label = 'y' WHERE person_id = :dirk", {"Dirk"}),
    "a tie to a provider is cut": ("DELETE FROM identities WHERE person_id = :dirk", INVITES),
    "an invitation is used up": ("UPDATE invitations SET used_at = now() WHERE person_id = :dirk AND used_at IS NULL", {"Dirk"} | INVITES),
    "an invitation is gone": ("DELETE FROM invitations WHERE person_id = :dirk", set()),
    "a browser is known": ("INSERT INTO known_devices (device_hash, person_id, seen_at) VALUES ('y', :dirk, now())", {"Dirk"}),
    "a browser stays known": ("UPDATE known_devices SET seen_at = now() WHERE person_id = :dirk", {"Dirk"}),
    "a browser is forgotten": ("DELETE FROM known_devices WHERE person_id = :dirk", {"Dirk"}),
    "nobody mails about questions": ("UPDATE people SET mailed_of_questions = NOT mailed_of_questions WHERE id = :dirk", {"Dirk"}),
    "signed out everywhere": ("UPDATE people SET signed_out_at = now() WHERE id = :dirk", {"Dirk"} | INVITES),
    "every session is ended": ("SELECT access.end_sessions(:dirk, '', NULL, now())", {"Dirk"} | INVITES),
    "every session for a hospital is ended": ("SELECT access.end_sessions(:dirk, '', :zeed, now())", {"Dirk", "Ada", "Lars", "Petra"}),
}  # fmt: skip


@pytest.mark.parametrize("what", STATEMENTS)
def test_what_somebody_signs_in_with_is_touched_by_whom_it_is_for(tries: Tries, dirk: dict[str, uuid.UUID], what: str) -> None:
    statement, theirs = STATEMENTS[what]

    assert whose(tries, statement, dirk) == theirs


#: by nobody and by everybody: of signing in and out, before and after which somebody is nobody
ACTS = {"sign_in.refused": set(ANYBODY), "sign_out": set(ANYBODY), "confirm": {"Dirk"}, "account.changed": {"Dirk"} | INVITES}
LINE = """INSERT INTO audit_entries (at, act, action_code, outcome, person_id, person_name, roles, purpose, relation, basis, emergency, object_type,
    object_id, hits, categories, client_address, trace_id, detail, event_code, alternate_id, is_requestor, sign_in_method, policy, reason,
    object_id_type, object_class, object_role, life_cycle, sensitivity, network_type, source_site, source_id, source_type, hospital_id,
    responsible_person_id, acting_hospital_id)
    VALUES (now(), '{}', 'R', 0, :dirk, 'onbekend', 'system', 'TREAT', 'system', 'x', false, 'session', 'x', 0, '{{}}', 'x', 'x', '', 'x', '', false,
    '', 'x', '', 'x', 1, 1, 1, 'R', 1, 'x', 'x', 4, :zeed, :dirk, :zeed)"""


@pytest.mark.parametrize("act", ACTS)
def test_that_somebody_confirmed_or_changed_an_account_is_said_in_their_own_session(
    tries: Tries, dirk: dict[str, uuid.UUID], act: str
) -> None:
    assert whose(tries, LINE.format(act), dirk) == ACTS[act]


def test_a_browser_is_known_from_where_a_session_begins_and_a_code_counts_once(
    standing: tuple[Database, Database], dirk: dict[str, uuid.UUID]
) -> None:
    """What signing in writes before anybody is in."""
    with standing[1].transaction() as session:
        assert second_factors.use_recovery_code(session, dirk["dirk"], "ABCD", now=datetime.now(UTC)) is False
        session.execute(text(f"UPDATE authenticators SET last_step = {STEP + 1} WHERE person_id = :dirk"), dirk)
        session.execute(text("UPDATE passkeys SET sign_count = 6, last_used_at = now() WHERE person_id = :dirk"), dirk)
        session.execute(text("UPDATE recovery_codes SET used_at = now() WHERE code_hash = 'unused'"))
        sessions.start_session(session, dirk["dirk"], dirk["zeed"], proof=make.PROOF, now=datetime.now(UTC))
        attempts.remember_device(session, dirk["dirk"], "new", now=datetime.now(UTC))
        session.rollback()


@pytest.mark.parametrize("who", ["Dirk", "Lars"])
def test_who_is_signed_out_by_a_process_whose_clock_is_behind_is_signed_out(
    standing: tuple[Database, Database], region: Region, dirk: dict[str, uuid.UUID], who: str
) -> None:
    """Somebody pressed it twice, or was shut out a moment after: the second was refused as if it belonged to somebody else."""
    house, web = standing
    key, now = sessions.hash_key(signed_as(house, region, who)), datetime.now(UTC)

    with web.transaction(entering=key) as session:
        sessions.end_all_sessions(session, dirk["dirk"], now=now)
        sessions.end_all_sessions(session, dirk["dirk"], now=now - timedelta(seconds=2))
        assert session.scalar(text("SELECT signed_out_at FROM people WHERE id = :dirk"), dirk) == now
        session.rollback()


def test_who_took_the_role_of_a_web_process_at_the_door_ends_nobodys_sessions_either(
    standing: tuple[Database, Database], dirk: dict[str, uuid.UUID]
) -> None:
    """Where roles have no names of their own to sign in with (`as_role`): all other triggers hold there, and this one did not."""
    at_the_door = quote("-c role=mdo_app", safe="")
    web = opened(f"{standing[0].url}&options={at_the_door}", pool_size=1)
    with web.transaction() as session:
        assert session.execute(text("SELECT current_user, session_user = current_user")).one() == ("mdo_app", False)

    with pytest.raises(ProgrammingError, match=REFUSED), web.transaction() as session:
        session.execute(text("SELECT access.end_sessions(:dirk, '', NULL, now())"), dirk)
