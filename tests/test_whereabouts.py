"""What a log may say of an error nobody expected: where, and which kind; never what."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from mdo_portal.database import Database
from mdo_portal.domain.identifiers import new_id
from mdo_portal.errors import whereabouts
from mdo_portal.services.inbox import feed_counts, settling
from tests.make import NOW


def test_our_own_line_that_met_it_is_said_and_nothing_of_its_text(database: Database) -> None:
    with database.transaction() as session:
        try:
            settling.failed(session, None, now=None)  # type: ignore[arg-type]
        except AttributeError as error:
            said = whereabouts(error)

    assert said["error"] == "AttributeError"
    assert said["at"].startswith("mdo_portal.services.inbox.settling:")
    assert set(said) == {"error", "at"}


def test_the_line_that_asked_is_said_with_the_rule_that_was_broken_and_not_the_one_through_which_everybody_asks(
    database: Database,
) -> None:
    with pytest.raises(DBAPIError) as met, database.transaction() as session:
        feed_counts.add(session, new_id(), NOW.date(), 1)

    said = whereabouts(met.value)
    assert said["at"].startswith("mdo_portal.services.inbox.feed_counts:")
    assert (said["sqlstate"], said["rule"]) == ("23503", "fk_feed_counts_link_id_links")


def test_an_error_of_the_database_says_its_code(database: Database) -> None:
    with pytest.raises(DBAPIError) as met, database.transaction() as session:
        session.execute(text("select cast(:value as uuid)"), {"value": "Jansen"})

    assert whereabouts(met.value)["sqlstate"] == "22P02"
    assert "Jansen" not in str(whereabouts(met.value))


def test_an_error_outside_our_lines_has_no_place() -> None:
    with pytest.raises(ValueError) as met:
        UUID("none")

    assert whereabouts(met.value) == {"error": "ValueError", "at": ""}
