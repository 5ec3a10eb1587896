"""The Subscriptions that leave the house: as they were last looked at by a person, and valid in their version."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integrations.fhir.subscription import subscription_of
from integrations.fhir.text.judge import problem
from mdo_portal.exchange import WantedSubscription

GOLDEN = Path(__file__).parent / "golden" / "subscriptions"
ENDS = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ENDPOINT = "https://mdo.example/fhir/Subscription/notice/01890a5d-ac96-774b-bcce-b302099a8057"
TOPIC = "https://epd.example/SubscriptionTopic/mdo"


@pytest.mark.parametrize(
    ("name", "version", "search", "topic", "number"),
    [
        ("r4-search", "R4", "ServiceRequest?category=mdo", "", ""),
        ("r4-changed", "R4", "ServiceRequest?category=mdo", "", "s1"),
        ("r4-topic", "R4", "ServiceRequest?category=mdo", TOPIC, ""),
        ("r4-topic-of-all", "R4", "ServiceRequest", TOPIC, ""),
        ("stu3-search", "STU3", "ReferralRequest?category=mdo", "", ""),
    ],
)
def test_the_subscription_is_the_golden_one_and_valid(name: str, version: str, search: str, topic: str, number: str) -> None:
    wanted = WantedSubscription("key", "profile", search, topic, "‹geheim van deze koppeling›", ENDS)
    made = subscription_of(wanted, endpoint=ENDPOINT, number=number)
    shown = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    golden = GOLDEN / f"{name}.json"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(shown, "utf-8")

    assert shown == golden.read_text("utf-8")
    assert problem(made, version) == ""
