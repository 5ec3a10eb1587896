"""What machines may ask (D15): the description is true, and no input, good or bad, with or without a token, gives a 5xx."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounded

from mdo_portal.web import limits
from mdo_portal.web.limits import Rate
from tests.chance import examples
from tests.web.access_house import House, house

__all__ = ["house"]
EXAMPLES = examples(12)


def test_every_route_for_machines_is_described(house: House) -> None:
    described = house.app.test_client().get("/openapi.json").json["paths"]
    doors = ("fhir", "fhir_access", "fhir_notices", "fhir_requests", "health")
    rules = [rule for rule in house.app.url_map.iter_rules() if rule.endpoint.split(".")[0] in doors]
    machines = {rule.rule.replace("<", "{").replace(">", "}") for rule in rules}

    assert set(described) == machines - {"/metrics"}  # text for Prometheus, to this machine only


def test_the_doors_for_machines_keep_their_promise(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    import schemathesis  # a second of imports, of the one worker that needs it
    from schemathesis import GenerationMode

    monkeypatch.setattr(limits, "STRANGER", Rate(1e6, 1e6))
    monkeypatch.setattr(limits, "LINK", Rate(1e6, 1e6))
    schema = schemathesis.openapi.from_wsgi("/openapi.json", house.app)
    answers: Counter[tuple[str, int]] = Counter()

    for operation in (found.ok() for found in schema.get_all_operations()):
        for mode in GenerationMode if operation.body else [GenerationMode.POSITIVE]:  # nothing asked, nothing to get wrong

            @bounded(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def promised(case: schemathesis.Case) -> None:
                for token in ("token-ZEED", "nobody's", ""):
                    headers = {"Authorization": f"Bearer {token}"} if token else {}
                    answer = case.call(headers=headers)
                    answers[case.operation.path, answer.status_code] += 1
                    assert answer.status_code < 500, answer.text
                    assert case.operation.path != "/fhir" or token == "token-ZEED" or answer.status_code in (401, 405)
                    if answer.status_code != 405:
                        case.operation.validate_response(answer)

            promised()

    print(f"\nschemathesis: {sum(answers.values())} calls, 5xx 0; {dict(sorted(answers.items()))}")
    assert sum(answers.values()) > 250
    assert any(status == 202 for _, status in answers) or any(status in (400, 422) for _, status in answers)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"x"',
        b"\xff\xfe",
        b'{"resourceType":"Bundle","entry":5}',
        b"[" * 100_000,
        b'{"a":1,"a":2}',
        b"{}" * 2,
    ],
)
def test_odd_bodies_are_kept_or_refused_with_an_outcome(house: House, body: bytes) -> None:
    headers = {"Authorization": "Bearer token-ZEED", "Content-Type": "application/fhir+json"}

    answer = house.app.test_client().post("/fhir", data=body, headers=headers)

    assert answer.status_code in (202, 400, 422), answer.status_code
    assert answer.json["resourceType"] == "OperationOutcome"


def test_a_body_that_is_too_large_gets_an_outcome(house: House) -> None:
    house.app.config["MAX_CONTENT_LENGTH"] = 1_000
    headers = {"Authorization": "Bearer token-ZEED", "Content-Type": "application/fhir+json"}

    answer = house.app.test_client().post("/fhir", data=b"x" * 2_000, headers=headers)

    assert answer.status_code == 413 and answer.json["resourceType"] == "OperationOutcome"
