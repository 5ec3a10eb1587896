"""Whatever a sender may write otherwise is read as the same: every rewriting alone, and many in pairs."""

from __future__ import annotations

import copy
import json
import random
import zlib
from functools import cache
from typing import Any

import pytest

from integrations.fhir.explain import FhirExplainer
from integrations.fhir.reader import FhirReader
from integrations.fhir.text.json_gate import load

from .alike import ANY_ORDER, MAY_CHANGE, ONLY_R4, REWRITINGS
from .alike.outcome import composed, in_any_order, outcome, without
from .alike.tree import Node
from .alike.written import AS_XML, WRITINGS, plain
from .make import bundle, condition, patient, request, sample
from .read_house import PDF, about, value

PAIRS = 25


def _small() -> Node:
    """What the samples lack: drugs, samples, forms and lists that point at each other, and what is contained."""
    biopt = {
        "resourceType": "Specimen",
        "id": "sp",
        "type": {"text": "Biopt"},
        "collection": {"bodySite": {"text": "Mamma links"}},
    }
    oost = {
        "resourceType": "Practitioner",
        "id": "oost",
        "identifier": [{"system": "urn:oid:2.25.7", "value": "7"}],
        "name": [{"text": "dr. Oost"}],
    }
    form: list[Any] = [{"linkId": "1", "text": "Vraagstelling", "answer": [{"valueString": "Opereren?"}]}]
    parts: list[Any] = [{"code": {"text": "Ki67"}, "valueQuantity": {"value": 12, "unit": "%"}}]
    sent = bundle(
        request(requester={"reference": "Practitioner/oost"}, reasonReference=[{"reference": "Condition/c1"}]),
        patient(name=[{"use": "official", "family": "Jansen", "given": ["Piet"]}], birthDate="1957-03-09", gender="male"),
        oost,
        condition(1, onsetDateTime="2026-02-01", note=[{"text": "Zelf gevoeld", "authorReference": {"reference": "Patient/p"}}]),
        condition(2, contained=[{"resourceType": "Practitioner", "id": "in1", "name": [{"text": "dr. West"}]}]),
        value("HER2", valueString="positief", specimen={"reference": "Specimen/sp"}, effectiveDateTime="2026-03-01T23:30:00+01:00"),
        value("Receptoren", component=parts, effectiveDateTime="2026-03-02") | {"id": "pan"},
        biopt,
        about("MedicationStatement", status="active", medicationCodeableConcept={"text": "Tamoxifen"}) | {"id": "m"},
        about("QuestionnaireResponse", status="completed", item=form) | {"id": "q"},
        about("DocumentReference", status="current", type={"text": "Brief"}, content=[{"attachment": {"contentType": "application/pdf", "data": PDF}}]) | {"id": "d"},
        about("List", status="current", mode="working", title="Problemen", entry=[{"item": {"reference": "Condition/c1"}}]) | {"id": "l"},
    )  # fmt: skip
    made: Node = json.loads(sent)
    return made


MESSAGES: dict[str, tuple[Node, str]] = {
    "of Epic": (load(sample("referral-r4.json")), "epic"),
    "in STU3": (load(sample("referral-stu3.json")), "generic-stu3"),
    "of all kinds": (_small(), "generic-r4"),
    "of one patient": (json.loads(bundle(request(note=[{"text": "Operatie?"}]), patient(birthDate="1957"))), "generic-r4"),
    "of one resource": (request(note=[{"text": "Operatie?"}], subject={"reference": "#p"}, contained=[patient()]), "generic-r4"),
}
BYTES = WRITINGS | AS_XML


@cache
def _read(name: str) -> dict[str, Any]:
    """What the message means as it was written; not known where the tests are only collected."""
    tree, profile = MESSAGES[name]
    return outcome(plain(tree), profile)


def _in_other_words(name: str, how: str) -> Node | None:
    tree, profile = MESSAGES[name]
    if how in ONLY_R4 and profile == "generic-stu3":
        return None
    return REWRITINGS[how](copy.deepcopy(tree))


def _alike(name: str, raw: bytes, *hows: str) -> None:
    """The reading of `raw` is that of the message, but for what these rewritings may change."""
    changed = tuple(one for how in hows for one in MAY_CHANGE.get(how, ()))
    was, found = (without(one, *changed) for one in (_read(name), outcome(raw, MESSAGES[name][1])))
    if any(how.startswith("with a task") for how in hows):
        found["unmapped"] = [one for one in found["unmapped"] if one != "Task"]  # that it asks and says no more is named
        was["unmapped"] = [one for one in was["unmapped"] if one != "Task"]
    if not ANY_ORDER.isdisjoint(hows):
        was, found = in_any_order(was), in_any_order(found)
    assert composed(found) == composed(was)


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("how", REWRITINGS)
def test_a_message_in_other_words_means_the_same(name: str, how: str) -> None:
    if (said := _in_other_words(name, how)) is not None:
        _alike(name, plain(said), how)


@pytest.mark.parametrize("how", REWRITINGS)
def test_every_rewriting_rewrites_something(how: str) -> None:
    assert any(_in_other_words(name, how) is not None for name in MESSAGES)


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("how", BYTES)
def test_a_message_in_other_bytes_means_the_same(name: str, how: str) -> None:
    _alike(name, BYTES[how](MESSAGES[name][0]))


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_rewritten_twice_means_the_same(name: str) -> None:
    """Other pairs for every message, the same in every run."""
    chosen = random.Random(zlib.crc32(name.encode()))
    for _ in range(PAIRS):
        first, second = chosen.sample(list(REWRITINGS), 2)
        said = _in_other_words(name, first)
        said = REWRITINGS[second](said) if said and not (second in ONLY_R4 and name == "in STU3") else None
        if said is not None:
            written = chosen.choice([plain, *BYTES.values()])
            _alike(name, written(said), first, second)


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("how", ["as a transaction", "by uuid", "turned round", "with ids at elements", "passed to an operation"])
def test_the_link_page_and_the_header_tell_the_same_of_it(name: str, how: str) -> None:
    """In JSON and in XML: the fields that were read, and the numbers by which the patient is known before anything is read."""
    tree, profile = MESSAGES[name]
    said = REWRITINGS[how](copy.deepcopy(tree)) or tree
    for raw in (plain(said), AS_XML["as XML"](said)):
        was, found = (FhirExplainer().explain(one, profile) for one in (plain(tree), raw))
        assert (found.reason, found.meaning) == ("", was.meaning)
        assert sorted((one.name, one.value) for one in found.fields) == sorted((one.name, one.value) for one in was.fields)
        assert set(FhirReader().header(raw).patient_numbers) == set(FhirReader().header(plain(tree)).patient_numbers)
