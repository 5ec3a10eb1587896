"""What a sign-in must prove is made less for nobody by a statement: a colleague's second factor stays, and what a hospital's provider must ask."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import ProgrammingError

from mdo_portal.database import Database
from mdo_portal.domain.credentials import Authenticator, RecoveryCode
from mdo_portal.services.people import second_factors, sessions
from mdo_portal.services.rights import credentials
from tests.people import Region, person_id
from tests.services.wall_house import signed_as, walls

__all__ = ["walls"]
LESS = {
    "the counter of an app, so that a code is good again": "DELETE FROM authenticators",
    "codes on paper": "DELETE FROM recovery_codes",
    "a passkey": "DELETE FROM passkeys",
    "two factors at a hospital's provider": "UPDATE identity_providers SET required_acr = '{}', required_amr = '{}'",
    "a provider of one's own": "INSERT INTO identity_providers SELECT gen_random_uuid(), hospital_id, label, 'https://evil.example', client_id,"
    " client_secret_sealed, scopes, required_acr, required_amr, strong_values, max_age_seconds, algorithms, extra_hosts, reads_userinfo, true,"
    " changed_at, changed_by_id FROM identity_providers",
}


@pytest.fixture
def proven(walls: tuple[Database, Database], region: Region) -> tuple[Database, Database]:
    """Bram has an app, a passkey and codes; Kreekrijk has a provider."""
    house, web = walls
    with house.transaction() as session:
        second_factors.begin_app(session, person_id("Bram"), network="", now=datetime.now(UTC))
        second_factors.new_recovery_codes(session, person_id("Bram"), now=datetime.now(UTC))
        for statement in (
            "INSERT INTO passkeys (id, person_id, credential_id, public_key, sign_count, label, transports, may_be_backed_up, backed_up, created_at)"
            " VALUES (gen_random_uuid(), :whom, 'x', 'x', 0, 'x', '{}', false, false, now())",
            "INSERT INTO identity_providers (id, hospital_id, label, issuer, client_id, client_secret_sealed, scopes, required_acr, required_amr,"
            " strong_values, max_age_seconds, algorithms, extra_hosts, reads_userinfo, enabled, changed_at, changed_by_id) VALUES (gen_random_uuid(),"
            f" '{region.hospitals['KREE']}', 'x', 'https://idp.example', 'x', 'x', 'openid', '{{a}}', '{{b}}', '{{}}', 60, '{{RS256}}', '{{}}', false,"
            " true, now(), :whom)",
        ):
            session.execute(text(statement), {"whom": person_id("Bram")})
    return house, web


@pytest.mark.parametrize("what", LESS)
@pytest.mark.parametrize("who", ["", "Dirk"])
def test_no_statement_makes_less_of_what_a_colleague_must_prove(
    proven: tuple[Database, Database], region: Region, who: str, what: str
) -> None:
    """Of a colleague whose password was known the passkey went, and a new app was made with the password alone."""
    house, web = proven
    key = sessions.hash_key(signed_as(house, region, who)) if who else ""

    with pytest.raises(ProgrammingError, match="belongs to somebody else"), web.transaction(entering=key) as session:
        session.execute(text(LESS[what]))


def test_the_own_factors_are_ones_own_to_remove(proven: tuple[Database, Database], region: Region) -> None:
    house, web = proven

    with web.transaction(entering=sessions.hash_key(signed_as(house, region, "Bram"))) as session:
        for table in (Authenticator, RecoveryCode):
            session.execute(delete(table).where(table.person_id == person_id("Bram")))

    with house.transaction() as session:
        assert session.scalar(select(func.count()).where(RecoveryCode.person_id == person_id("Bram"))) == 0


def test_who_lost_everything_begins_anew_by_an_invitation(proven: tuple[Database, Database]) -> None:
    house, web = proven
    with house.transaction() as session:
        token = credentials.invite(session, person_id("Bram"), made_by=None, now=datetime.now(UTC))

    with web.transaction() as session:
        credentials.accept(session, token, "vier losse woorden", now=datetime.now(UTC))

    with house.transaction() as session:
        assert session.scalar(select(func.count()).where(RecoveryCode.person_id == person_id("Bram"))) == 0
