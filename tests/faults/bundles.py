"""C5: FHIR Bundles that are too many, go in circles, contradict themselves or are no JSON: a clean refusal, and nobody dies."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from integrations.fhir.entries.bundle import MAX_ENTRIES
from mdo_portal.domain.identifiers import passes_eleven_test
from tests.faults.house import House
from tests.faults.webs import Portal, portal
from tests.integrations.fhir.make import bundle, condition, patient, request, sample
from tests.integrations.fhir.test_hostile import _JUNK, _places

Figures = dict[str, Any]
Node = dict[str, Any]
SLOWEST = 30.0
"""Seconds within which the answer to one bundle of the largest size comes, on a machine that does much besides (3 s on a quiet one)."""


def _circles() -> list[Node]:
    role = {"resourceType": "PractitionerRole", "id": "a", "practitioner": {"reference": "PractitionerRole/b"}}
    back = {"resourceType": "PractitionerRole", "id": "b", "practitioner": {"reference": "PractitionerRole/a"}}
    return [request(requester={"reference": "PractitionerRole/a"}), patient(), role, back]


def _loop(depth: int) -> Node:
    """Contained resources that point at each other."""
    inside = [
        {"resourceType": "Medication", "id": f"m{n}", "ingredient": [{"itemReference": {"reference": f"#m{(n + 1) % depth}"}}]}
        for n in range(depth)
    ]
    about = {"subject": {"reference": "Patient/p"}, "medicationReference": {"reference": "#m0"}}
    return {"resourceType": "MedicationStatement", "status": "active", "contained": inside} | about


def _form(depth: int) -> Node:
    item: Node = {"linkId": "bottom", "answer": [{"valueString": "x"}]}
    for at in range(depth):
        item = {"linkId": str(at), "item": [item]}
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "subject": {"reference": "Patient/p"}, "item": [item]}


def _nested(depth: int) -> Node:
    inner: Node = {"resourceType": "Bundle", "type": "collection", "entry": []}
    for _ in range(depth):
        inner = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": inner}]}
    return inner


def hostile() -> dict[str, bytes]:
    """Name -> bytes."""
    head, many = b'{"resourceType": "Bundle", "type": "collection", ', [condition(n) for n in range(MAX_ENTRIES - 3)]
    twice = json.loads(bundle(request(), patient(), patient(id="q", gender="male")))
    twice["entry"][2]["fullUrl"] = twice["entry"][1]["fullUrl"]
    return {
        "100,000 entries": bundle(request(), patient(), *(condition(n) for n in range(100_000))),
        "100,000 empty entries": head + b'"entry": [' + b",".join([b"{}"] * 100_000) + b"]}",
        "as many entries as may be": bundle(request(), patient(), *many),
        "all of them point at each other": bundle(request(), patient(), *(one | {"evidence": [{"detail": [{"reference": f"Condition/c{n + 1}"}]}]} for n, one in enumerate(many))),
        "circles": bundle(*_circles()),
        "double fullUrl": json.dumps(twice).encode(),
        "one fullUrl a thousand times": json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": "urn:x", "resource": condition(n)} for n in range(1000)]}).encode(),
        "contained loop": bundle(request(), patient(), _loop(2)),
        "large contained loop": bundle(request(), patient(), _loop(5_000)),
        "deep form": bundle(request(), patient(), _form(45)),
        "bundles in bundles": json.dumps(_nested(30)).encode(),
        "depth 10,000 of objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        "depth 10,000 of lists": head + b'"entry": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        "depth 1,000,000": b"[" * 1_000_000,
        "double keys": head + b'"type": "transaction"}',
        "double keys far inside": head + b'"entry": [{"resource": {"resourceType": "Patient", "id": "a", "id": "b"}}]}',
        "NaN": head + b'"total": NaN}',
        "Infinity": head + b'"total": -Infinity}',
        "a number of a million digits": head + b'"total": ' + b"9" * 1_000_000 + b"}",
        "a number with a huge exponent": head + b'"total": 1e999999999}',
        "half surrogates": head + b'"id": "\\ud83d"}',
        "NUL": head + b'"id": "a\\u0000"}',
        "not UTF-8": head + b'"id": "\xff"}',
        "UTF-16": bundle(request(), patient()).decode().encode("utf-16"),
        "endless string": b'{"a": "' + b'\\"' * 8_000_000,
        "a million keys": b"{" + b",".join(b'"k%d":1' % n for n in range(1_000_000)) + b"}",
        "entry is a word": head + b'"entry": "x"}',
        "entry is a table": head + b'"entry": {"0": {}}}',
        "kinds are lists": head + b'"entry": [{"resource": {"resourceType": ["Patient"], "id": {}}}]}',
        "a list": b"[]",
        "null": b"null",
        "a document that is no base64": bundle(request(), patient(), {"resourceType": "DocumentReference", "status": "current", "subject": {"reference": "Patient/p"}, "content": [{"attachment": {"data": "%%%"}}]}),
    }  # fmt: skip


def refused(house: House, *, rounds: int) -> Figures:
    """Every one of them, and so many bundles with junk in a random place, over the FHIR door and through the worker."""
    with portal(house) as there:
        slowest: dict[str, float] = {}
        statuses: dict[str, int] = {}
        for name, raw in hostile().items():
            began = time.monotonic()
            statuses[name] = there.post(raw)
            slowest[name] = time.monotonic() - began
        junk = _with_junk(there, rounds)
        left = there.settle(seconds=90 + rounds)
        good = there.post(
            bundle(
                request(identifier=[{"value": "C5-good"}]),
                patient(id="p", identifier=[{"system": "urn:oid:2.25.1", "value": "C5"}]),
            )
        )
        left += there.settle(seconds=30)
        rows, memory, deaths, cases = there.rows(), there.memory_mb, there.deaths, there.cases()
    broken = {name: status for name, status in statuses.items() if not 200 <= status < 500}
    crashes = (
        deaths
        + len(broken)
        + sum(rows[one] for one in ("failed", "reader_died"))
        + sum(status >= 500 or status < 0 for status in junk.elements())
    )
    worst = max(slowest, key=lambda name: slowest[name])
    return {
        "rounds": rounds,
        "lost": left + ("C5-good" not in cases),
        "duplicates": 0,
        "bundles": len(statuses) + sum(junk.values()),
        "crashes": crashes,
        "broken": broken,
        "taken_and_refused": dict(Counter(statuses.values()) + junk),
        "put_aside_as_slow": rows["reader_slow"],
        "slowest": {worst: round(slowest[worst], 2)},
        "memory_mb": round(memory),
        "rows": dict(rows.most_common(12)),
        "ok": crashes == left == 0
        and good in (200, 201, 202)
        and "C5-good" in cases
        and slowest[worst] < SLOWEST
        and memory < 900,
    }


def _of_somebody(whole: Node, bsn: str) -> Node:
    """That referral, of the patient with this BSN."""
    tree: Node = json.loads(json.dumps(whole))
    patient_, request_ = (entry["resource"]["identifier"] for entry in tree["entry"][:2])
    patient_[0]["value"], patient_[1]["value"], request_[0]["value"] = bsn, f"C5{bsn}", f"C5-{bsn}"
    return tree


def _with_junk(there: Portal, rounds: int) -> Counter[int]:
    """The sample of a whole referral with something that does not belong there, each of a patient of its own; the statuses.

    Of one patient the first that names somebody else asks who that is, and all that come after it would only wait for the answer.
    """
    whole = json.loads(sample("referral-r4.json"))
    statuses: Counter[int] = Counter()
    places, bsns = _places(whole), (bsn for bsn in map(str, range(999_910_000, 1_000_000_000)) if passes_eleven_test(bsn))

    @settings(
        max_examples=rounds,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(some.sampled_from(places), _JUNK)
    def one(place: tuple[Any, ...], junk: Any) -> None:
        tree = parent = _of_somebody(whole, next(bsns))
        for step in place[:-1]:
            parent = parent[step]
        parent[place[-1]] = junk
        statuses[there.post(json.dumps(tree).encode())] += 1

    one()
    return statuses
