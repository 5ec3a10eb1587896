"""sekmet's server tells by a Subscription that the portal makes there: by the search alone, and by a topic of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select

from mdo_portal.commands import hospital_fhir
from mdo_portal.commands.hospital_fhir import Agreed
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.poll import Poll
from mdo_portal.domain.subscription import Subscription

TOPIC = "http://sekmet.dev/fhir/SubscriptionTopic/servicerequest-new"
Until = Callable[[Callable[[], bool]], bool]


def told(database: Database, base: str, until: Until, *, topic: str) -> dict[str, Any]:
    """One is made and active, what is laid there becomes a case without our asking, it counts its events, and it is gone when turned off."""
    server = httpx.Client(base_url=base, trust_env=False, headers={"Content-Type": "application/fhir+json"}, timeout=30)
    search = "ServiceRequest" if topic else "ServiceRequest?status=active"
    hospital_fhir.agree(
        database, "ZEED", Agreed(url=base, profile_out="generic-r4", search=search, every=86_400, subscribes=True, topic=topic)
    )
    active = until(lambda: _row(database) is not None and _status(database) == "active")
    looked = until(lambda: _next_look(database) > datetime.now(UTC) + timedelta(hours=1))
    number = f"SEK-told-{'topic' if topic else 'search'}"
    _lay(server, number)
    is_case = until(lambda: _is_case(database, number))
    noticed = until(lambda: bool((row := _row(database)) and row.noticed_at))
    row = _row(database)
    standing = len(server.get("/Subscription").json().get("entry", []))
    hospital_fhir.agree(database, "ZEED", Agreed(subscribes=False, topic=""))
    gone = until(lambda: _row(database) is None) and not server.get("/Subscription").json().get("entry")
    counted = not topic or bool(row and row.events)
    told = {
        "active": active,
        "case": is_case,
        "noticed": noticed,
        "events": row.events if row else None,
        "standing": standing,
        "gone": gone,
    }
    ok = all((active, looked, is_case, noticed, counted, standing == 1, gone))
    return {"peer": f"sekmet, tells by its {'topic' if topic else 'search'}", **told, "ok": ok}


def _lay(server: httpx.Client, number: str) -> None:
    made = {}
    person = {
        "identifier": [{"system": "urn:oid:2.25.1", "value": number}],
        "name": [{"family": "Voorbeeld"}],
        "birthDate": "1960-02-03",
    }
    for kind, resource in (("Patient", lambda: person), ("ServiceRequest", lambda: _asked(number, made["Patient"]))):
        answer = server.post(f"/{kind}", json={"resourceType": kind, **resource()})
        answer.raise_for_status()
        made[kind] = str(answer.json()["id"])


def _asked(number: str, patient: str) -> dict[str, Any]:
    subject = {"reference": f"Patient/{patient}"}
    return {
        "status": "active",
        "intent": "order",
        "identifier": [{"value": number}],
        "subject": subject,
        "code": {"text": "MDO Uro-prostaat"},
    }


def _row(database: Database) -> Subscription | None:
    with database.transaction() as session:
        return session.scalars(select(Subscription)).one_or_none()


def _status(database: Database) -> str:
    row = _row(database)
    return row.status if row and not row.reason else ""


def _next_look(database: Database) -> datetime:
    """Nothing but a notice makes it look before that."""
    with database.transaction() as session:
        return session.scalars(select(Poll.next_at)).one()


def _is_case(database: Database, number: str) -> bool:
    with database.transaction() as session:
        return session.scalar(select(Case.id).where(Case.referral_number == number)) is not None
