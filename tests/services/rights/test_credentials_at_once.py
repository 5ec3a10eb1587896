"""Two who do it at the same moment: an invitation is good once, and one second factor stays."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.credentials import Passkey
from mdo_portal.services.people import passwords, second_factors
from mdo_portal.services.rights import credentials
from tests.make import NOW
from tests.services.having_an_app import AISHA, with_app, with_passkey

from .same_moment import at_once


def _accepts(token: str, password: str, session: Session) -> None:
    credentials.accept(session, token, password, now=NOW)


def test_of_two_who_use_one_invitation_at_once_one_chooses_the_password(database: Database, region: object) -> None:
    for _ in range(5):
        with database.transaction() as session:
            token = credentials.invite(session, AISHA, made_by=None, now=NOW)
        chosen = [f"vier losse woorden {number}" for number in range(2)]

        ends = at_once(database, *[partial(_accepts, token, word) for word in chosen])

        assert {one and type(one) for one in ends} == {None, credentials.NotInvited}
        with database.transaction() as session:
            right = [passwords.is_right(passwords.known(session, "aisha@example.nl").password_hash, word) for word in chosen]
        assert sorted(right) == [False, True]


def test_of_two_factors_that_go_at_once_one_stays(database: Database, region: object) -> None:
    for number in range(5):
        with database.transaction() as session:
            with_app(session)
            key = with_passkey(session, f"key {number}").id

        ends = at_once(
            database,
            lambda session: credentials.remove_app(session, AISHA),
            lambda session, key=key: credentials.remove_passkey(session, AISHA, key),
        )

        with database.transaction() as session:
            assert {one and type(one) for one in ends} == {None, credentials.LastFactor}
            assert second_factors.factors_of(session, AISHA).strong == 1
            for passkey in session.scalars(select(Passkey)):
                session.delete(passkey)
            second_factors.remove_app(session, AISHA)
