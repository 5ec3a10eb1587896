"""The very same thing that comes by two connections."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from tests.identity_questions import referral
from tests.pairs.house import House
from tests.pairs.world import World
from tests.reception_house import hand_in, understand_all
from tests.web.fhir_house import DELT, TASK


def comes_in(house: House, world: World) -> object:
    """An engine that sends on both its lines what it was not sure of."""
    [answer] = hand_in(house.database, house.region, referral(f"{world.number}T", patient=world.number), now=datetime.now(UTC))
    understand_all(house.database, now=datetime.now(UTC))
    return answer.verdict.value


def comes_in_once(house: House, world: World) -> object:
    number = f"T{world.number}"
    body = TASK | {"identifier": [{"system": "urn:x", "value": number}]}
    headers = {"Authorization": DELT, "If-None-Exist": f"identifier=urn:x|{number}"}
    answer = house.app.test_client(use_cookies=False).post(
        "/fhir/Task", data=json.dumps(body), headers=headers, content_type="application/fhir+json"
    )
    return f"{answer.status_code}"
