"""Exactly one Subscription of ours stands at a hospital's server, whatever is lost on the way and whatever it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.fhir.subscriber import FhirSubscriber
from integrations.smart.client import Tokens
from integrations.smart.keys import OwnKey
from mdo_portal.exchange import Address, NotPulled, StandingSubscription, WantedSubscription
from tests.subscription_house import Said, Server, capabilities, subscriptions_at

KEY = "01890a5d-ac96-774b-bcce-b302099a8057"
ENDS = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
WANTED = WantedSubscription(KEY, "generic-r4", "ServiceRequest?category=mdo", "", "geheim", ENDS)
HTML: Said = (200, {"Content-Type": "text/html"}, b"<html>onderhoud</html>")
THEIRS = {"resourceType": "Subscription", "id": "s1", "channel": {"endpoint": "https://elders.example/hook"}}
SUBSCRIBER = FhirSubscriber(Tokens(OwnKey(b"s" * 32)), portal="https://mdo.example/")


@pytest.fixture
def there() -> Iterator[Server]:
    with subscriptions_at() as made:
        yield made


def address(there: Server, **more: Any) -> Address:
    return Address("DELT", "generic-r4", url=f"{there.url}/fhir", inside=("127.0.0.0/8",), timeout_seconds=5, **more)


def keep(there: Server, wanted: WantedSubscription = WANTED, *, number: str = "", writes: bool = True) -> StandingSubscription:
    return SUBSCRIBER.keep(wanted, address(there), number=number, writes=writes)


def trouble(there: Server, wanted: WantedSubscription = WANTED) -> str:
    with pytest.raises(NotPulled) as caught:
        keep(there, wanted)
    return caught.value.code


@pytest.mark.parametrize("gives_back", [True, False])
def test_one_is_made_and_what_the_server_makes_of_it_is_told(there: Server, gives_back: bool) -> None:
    there.gives_back = gives_back
    assert keep(there) == StandingSubscription("s1", "active", ENDS, written=True)

    channel = there.only["channel"]
    assert channel["endpoint"] == f"https://mdo.example/fhir/Subscription/notice/{KEY}"
    assert channel["header"] == ["Authorization: Bearer geheim"] and "payload" not in channel


@pytest.mark.parametrize("heeds", [True, False], ids=["heeds conditions", "heeds none"])
def test_an_answer_that_was_lost_makes_no_second_one(there: Server, heeds: bool) -> None:
    there.heeds_conditions, there.drops = heeds, {"POST"}
    assert trouble(there) == "unreachable"
    assert keep(there).number == "s1" and there.made == 1


def test_two_workers_at_once_make_one_where_the_server_heeds_conditions(there: Server) -> None:
    """Both looked before either had made one: what the first search found is answered to both."""
    empty: Said = (200, {}, json.dumps({"resourceType": "Bundle", "type": "searchset"}).encode())
    there.says["GET"] = [empty, empty]
    assert [keep(there).number for _ in range(2)] == ["s1", "s1"] and there.made == 1


def test_two_that_stand_there_become_one_and_others_are_left_alone(there: Server) -> None:
    keep(there)
    there.kept |= {"s0": there.only | {"id": "s0"}, "elders": THEIRS | {"id": "elders"}}
    there.searches = False
    assert keep(there).number == "s0" and sorted(there.kept) == ["elders", "s0"]


def test_one_that_the_server_deleted_is_made_anew(there: Server) -> None:
    keep(there)
    there.kept.clear()
    assert keep(there, number="s1", writes=False) == StandingSubscription("s2", "active", ENDS, written=True)


def test_an_id_that_is_somebody_elses_by_now_is_left_alone(there: Server) -> None:
    there.kept["s1"], there.made = THEIRS, 1
    assert keep(there, number="s1").number == "s2" and there.kept["s1"] == THEIRS
    there.kept["s2"]["channel"]["endpoint"] = "https://elders.example"
    SUBSCRIBER.take_away(KEY, address(there), number="s2")
    assert sorted(there.kept) == ["s1", "s2"]


def test_one_that_stands_well_is_only_looked_at(there: Server) -> None:
    keep(there)
    assert keep(there, number="s1", writes=False) == StandingSubscription("s1", "active", ENDS, written=False)
    assert there.asked[-1] == "GET Subscription/s1" and "PUT Subscription/s1" not in there.asked


@pytest.mark.parametrize("change", [{"status": "error"}, {"status": "off"}, {"criteria": "ServiceRequest?category=ander"}])
def test_one_that_was_changed_there_is_written_again(there: Server, change: dict[str, str]) -> None:
    keep(there)
    there.only.update(change)
    assert keep(there, number="s1", writes=False) == StandingSubscription("s1", "active", ENDS, written=True)
    assert there.made == 1 and there.only["criteria"] == WANTED.search


def test_under_another_name_of_ours_it_is_written_again(there: Server) -> None:
    keep(there)
    moved = FhirSubscriber(portal="https://nieuw.example").keep(WANTED, address(there), number="s1", writes=False)
    assert moved.written and there.only["channel"]["endpoint"].startswith("https://nieuw.example/") and there.made == 1


def test_a_later_end_is_written_and_the_one_that_the_server_grants_is_told(there: Server) -> None:
    keep(there)
    there.longest = (ENDS + timedelta(hours=8)).isoformat()
    assert keep(there, replace(WANTED, ends_at=ENDS + timedelta(days=4)), number="s1").ends_at == ENDS + timedelta(hours=8)


@pytest.mark.parametrize("status", ["requested", "error", "off", "entered-in-error"])
def test_what_the_server_says_of_it_is_believed_and_nothing_else(there: Server, status: str) -> None:
    there.activates = status
    assert keep(there).status == (status if status != "entered-in-error" else "")


TOPIC = "https://epd.example/SubscriptionTopic/mdo"
LISTED = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/capabilitystatement-subscriptiontopic-canonical"


def listing(topic: str) -> dict[str, Any]:
    return capabilities(resource={"type": "Subscription", "extension": [{"url": LISTED, "valueCanonical": topic}]})


@pytest.mark.parametrize(
    ("capable", "wanted", "code"),
    [
        (capabilities(resource={}), {}, "none"),
        (capabilities(resource={"type": "Subscription", "interaction": [{"code": "read"}]}), {}, "none"),
        (capabilities("3.0.2"), {}, "version"),
        (capabilities(), {"profile": "generic-stu3"}, "version"),
        (capabilities(), {"profile": "hix"}, "version"),
        (capabilities(), {"profile": ""}, "version"),
        (capabilities("3.0.2"), {"profile": "generic-stu3", "topic": TOPIC}, "topic"),
        (listing("https://epd.example/andere"), {"topic": TOPIC}, "topic"),
        ({"resourceType": "Patient"}, {}, "answer"),
        ([], {}, "answer"),
    ],
)  # fmt: skip
def test_what_the_server_does_not_say_to_take_is_not_asked_for(
    there: Server, capable: Any, wanted: dict[str, str], code: str
) -> None:
    there.capable = capable
    assert trouble(there, replace(WANTED, **wanted)) == code and there.asked == []


@pytest.mark.parametrize(
    ("capable", "wanted"),
    [
        (listing(TOPIC), {"topic": TOPIC}),
        (capabilities(), {"topic": TOPIC}),
        (capabilities(resource={"type": "Subscription"}), {}),
        (capabilities("3.0.2"), {"profile": "generic-stu3"}),
        (capabilities("4.3.0"), {"profile": "generic-r4\n[referral]\nnumber = []"}),
    ],
)  # fmt: skip
def test_a_server_that_may_take_it_is_asked(there: Server, capable: Any, wanted: dict[str, str]) -> None:
    there.capable = capable
    assert keep(there, replace(WANTED, **wanted)).status == "active"


@pytest.mark.parametrize(
    ("method", "said", "code"),
    [
        ("POST", (403, {}, b"{}"), "refused"),
        ("POST", (404, {}, b"{}"), "none"),
        ("POST", (422, {}, b"{}"), "shape"),
        ("POST", (412, {}, b"{}"), "changed"),
        ("POST", (401, {}, b""), "token"),
        ("POST", (503, {}, b"<html>"), "unreachable"),
        ("POST", (302, {"Location": "http://127.0.0.1:1/"}, b""), "refused"),
        ("POST", HTML, "answer"),
        ("POST", (201, {"Location": "https://x/Patient/7"}, b"{}"), "answer"),
        ("POST", (201, {"Location": "Subscription/.."}, b""), "answer"),
        ("POST", (200, {}, b" " * 10_000_001), "too_large"),
        ("GET", (403, {}, b""), "refused"),
        ("GET", HTML, "answer"),
        ("metadata", HTML, "answer"),
        ("metadata", (500, {}, b""), "unreachable"),
    ],
)
def test_an_odd_answer_is_told_apart_and_no_second_is_made_after_it(there: Server, method: str, said: Said, code: str) -> None:
    there.says[method] = [said]
    assert trouble(there) == code
    assert keep(there).status == "active" and len(there.kept) == 1


def test_a_server_that_lets_nobody_search_gets_none(there: Server) -> None:
    """Whether one of ours stands there could not be told when an answer is lost."""
    there.says["GET"] = [(404, {}, b"")]
    assert trouble(there) == "refused" and there.made == 0


@pytest.mark.parametrize("number", ["s1", ""], ids=["its id is known", "its answer was lost"])
def test_it_is_taken_away(there: Server, number: str) -> None:
    keep(there)
    SUBSCRIBER.take_away(KEY, address(there), number=number)
    SUBSCRIBER.take_away(KEY, address(there), number=number)
    assert there.kept == {}


def test_where_nobody_may_delete_it_is_turned_off(there: Server) -> None:
    keep(there)
    there.says["DELETE"] = [(405, {}, b"")]
    SUBSCRIBER.take_away(KEY, address(there), number="s1")
    assert there.only["status"] == "off"


def test_a_token_that_ended_is_had_anew_once(there: Server) -> None:
    tokens = [json.dumps({"access_token": f"t{n}", "token_type": "bearer", "expires_in": 300}).encode() for n in (1, 2)]
    there.says = {"POST": [(200, {}, tokens[0]), (200, {}, tokens[1])], "GET": [(401, {}, b"")]}
    with_token = address(there, token_url=f"{there.url}/fhir/token", client_id="mdo", scopes="system/Subscription.crud")
    found = FhirSubscriber(Tokens(OwnKey(b"s" * 32)), portal="https://mdo.example").keep(
        WANTED, with_token, number="", writes=True
    )

    assert found.status == "active" and there.made == 1
    assert [one.get("authorization") for one in there.headers[-2:]] == ["Bearer t2", "Bearer t2"]
