"""Aisha with an app that gives codes, or with a passkey, for the tests of what one proves who one is with."""

from __future__ import annotations

import pytest
from pyotp import TOTP
from sqlalchemy.orm import Session

from mdo_portal.domain.credentials import Passkey
from mdo_portal.services.people import second_factors
from tests.make import NOW
from tests.people import person_id

AISHA = person_id("Aisha")


@pytest.fixture
def secret(session: Session) -> str:
    """Aisha has an app with codes."""
    return with_app(session)


def with_app(session: Session) -> str:
    made = second_factors.begin_app(session, AISHA, network="", now=NOW).secret
    assert second_factors.confirm_app(session, AISHA, TOTP(made).at(NOW), now=NOW)
    session.flush()
    return made


def with_passkey(session: Session, name: str = "laptop") -> Passkey:
    made = Passkey(person_id=AISHA, credential_id=name.encode(), public_key=b"k", label=name, transports=[], created_at=NOW)
    session.add(made)
    session.flush()
    return made
