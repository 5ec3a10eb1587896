"""What there is nothing of to say holds its answer back, so that nobody learns whose it is; what tells nothing does not."""

from __future__ import annotations

import uuid
from unittest.mock import patch

import pytest

from mdo_portal.web import nothing
from tests.web.access_house import House, house

__all__ = ["house"]


def waited(house: House, path: str) -> int:
    house.app.extensions[nothing.AFTER] = nothing.SECONDS
    with patch.object(nothing, "sleep") as sleep:
        assert house.person("Carla").get(path).status_code == 404
    return sleep.call_count


@pytest.mark.parametrize("page", ["/cases/{}", "/worklist/brief?case={}"])
def test_an_answer_about_what_is_not_there_waits(house: House, page: str) -> None:
    assert [waited(house, page.format(one)) for one in (house.ids["case_id"], uuid.uuid4())] == [1, 1]


@pytest.mark.parametrize("path", ["/nergens", "/static/geen.js"])
def test_an_address_that_leads_nowhere_holds_up_no_worker(house: House, path: str) -> None:
    assert waited(house, path) == 0
