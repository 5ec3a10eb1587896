"""When a subscription is leant on, and when its server must hear of it again. No database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mdo_portal.domain.subscription import OLD_NEWS, SUBSCRIPTION_REASONS, Subscription
from mdo_portal.services.links import subscription_form
from mdo_portal.services.links.subscription_form import NO_SEARCH, NO_TOPIC

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WELL: dict[str, Any] = {
    "status": "active", "status_at": NOW, "ends_at": NOW + 5 * DAY, "written_at": NOW - 3 * DAY, "reason": "", "is_leaving": False,
}  # fmt: skip


def row(**more: Any) -> Subscription:
    return Subscription(**WELL | more)


def test_one_that_is_active_by_what_its_server_said_lately_is_leant_on() -> None:
    assert row().tells(NOW) and not row().is_to_be_written(NOW)


@pytest.mark.parametrize(
    "more",
    [
        {"status": "requested"}, {"status": "error"}, {"status": "off"}, {"status": ""}, {"reason": "unreachable"}, {"is_leaving": True},
        {"unheard_at": NOW}, {"status_at": NOW - OLD_NEWS - timedelta(seconds=1)}, {"status_at": None}, {"ends_at": NOW}, {"ends_at": None},
    ],
    ids=str,
)  # fmt: skip
def test_in_every_other_case_its_server_is_asked_as_often_as_is_agreed(more: dict[str, Any]) -> None:
    assert not row(**more).tells(NOW)


@pytest.mark.parametrize(
    "more",
    [
        {"status": "error"}, {"status": "off"}, {"written_at": None}, {"ends_at": None}, {"ends_at": NOW - DAY},
        {"ends_at": NOW + 3 * DAY}, {"written_at": NOW - timedelta(hours=5), "ends_at": NOW + timedelta(hours=3)},
    ],
    ids=str,
)  # fmt: skip
def test_its_server_hears_of_it_again_in_the_second_half_of_its_life(more: dict[str, Any]) -> None:
    assert row(**more).is_to_be_written(NOW)


def test_a_server_that_gives_it_a_short_life_is_not_asked_for_another_at_each_look() -> None:
    assert not row(written_at=NOW - timedelta(hours=3), ends_at=NOW + timedelta(hours=5)).is_to_be_written(NOW)


@pytest.mark.parametrize("code", sorted(SUBSCRIPTION_REASONS))
def test_every_reason_is_a_sentence(code: str) -> None:
    assert row(reason=code).sentence.endswith(".") and row(reason=code).sentence != code


@pytest.mark.parametrize("topic", ["mdo", "ftp://x/y", "https://x/ y", "https://x/<b>", "https://x/\n", "https://x/" + "y" * 500])
def test_what_can_be_no_topic_is_not_agreed(topic: str) -> None:
    assert subscription_form.wrong(True, topic, search="ServiceRequest") == {"topic": NO_TOPIC}


@pytest.mark.parametrize("topic", ["", "https://epd.example/SubscriptionTopic/mdo|1.0", "urn:oid:2.25.1", None])
def test_what_can_be_one_is(topic: str | None) -> None:
    assert subscription_form.wrong(True, topic, search="ServiceRequest") == {}
    assert subscription_form.wrong(True, topic, search="") == {"search": NO_SEARCH}
    assert subscription_form.wrong(None, topic, search="") == subscription_form.wrong(False, topic, search="") == {}
