"""Why nothing could be fetched is told apart: who must do something about it differs."""

from __future__ import annotations

import pytest

from integrations.fhir.server.fetching import _no_token, _told
from integrations.out import NoReply
from integrations.smart.client import NoToken
from mdo_portal.domain.poll import POLL_REASONS
from mdo_portal.domain.pull import PULL_REASONS


@pytest.mark.parametrize(
    ("silence", "code", "again"),
    [("certificate", "certificate", True), ("address", "address", False), ("no_connection", "unreachable", True)],
)
def test_a_server_whose_certificate_ended_is_not_called_away_nor_its_address_wrong(silence: str, code: str, again: bool) -> None:
    told = _told(NoReply(silence, was_sent=False))

    assert (told.code, told.again) == (code, again)
    assert code in PULL_REASONS and code in POLL_REASONS


@pytest.mark.parametrize(
    ("none", "code"),
    [("certificate", "certificate"), ("timeout", "unreachable"), ("no_connection", "unreachable"), ("401", "token")],
)
def test_a_token_server_that_is_away_refused_nobody(none: str, code: str) -> None:
    assert _no_token(NoToken(none, again=True)).code == code
