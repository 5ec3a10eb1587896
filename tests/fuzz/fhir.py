"""Targets 5, 7, 8 and 11: the XML gate, the FHIR reader, the addresses of notices, and assertions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from integrations.fhir.explain import FhirExplainer
from integrations.fhir.reader import FhirReader
from integrations.fhir.server.queries import NotAllowed, fetch_of
from integrations.fhir.text import json_gate, xml_reader
from integrations.out import NotRegistered, Reach
from integrations.smart import server
from integrations.smart.client import BEARER
from integrations.smart.server import NotProven
from integrations.xml_gate import Element, load
from mdo_portal.exchange import IncomingAnswer, IncomingNotice, IncomingReferral, Unreadable
from tests.corpus.sets import FOLDER
from tests.integrations.fhir.make import bundle, condition, patient, request, sample

from .engine import Target

BASE = "https://fhir.merwe.example/stu3"
NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
KEY = ECKey.generate_key("P-384", auto_kid=True)
KEYS = json.dumps({"keys": [KEY.as_dict(private=False)]})
XML_WORDS = (
    b"<!DOCTYPE a>", b"<!ENTITY x SYSTEM 'file:///etc/passwd'>", b"&x;", b"&#0;", b"&#xD800;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?x y?>",
    b"<?xml version='1.0' encoding='UTF-7'?>", b' value="', b' xmlns="http://hl7.org/fhir"', b"<resource>", b"</resource>", b"<contained>",
    b"<extension url='x'>", b"<a>", b"</a>", b"<a/>", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\0",
)  # fmt: skip
JSON_WORDS = (
    b'"resourceType":', b'"Bundle"', b'"Task"', b'"ServiceRequest"', b'"ReferralRequest"', b'"Patient"', b'"entry":[', b'"contained":[', b'"input":[',
    b'"reference":"#', b'"reference":"urn:uuid:', b'"extension":[', b"{", b"}", b"[", b"]", b",", b"null", b"1e999", b"-0", b"NaN", b"1.10",
    b'"\\ud83d"', b'"\\u0000"', b'"data":"', b'"url":"', b'"valueString":', b'"identifier":', b'"id":', b"true", b'"get-workflow-task"',
)  # fmt: skip


def _samples(ending: str) -> Iterator[bytes]:
    files = sorted((FOLDER / "fhir").glob(f"*/*{ending}")) if (FOLDER / "fhir").is_dir() else []
    return (one.read_bytes() for one in files[::7] if one.stat().st_size < 30_000)


def xml_seeds() -> Sequence[bytes]:
    own = b'<Patient xmlns="http://hl7.org/fhir"><id value="p"/><name><family value="X"/><given value="Y"/></name></Patient>'
    return [own, b"<a/>", *islice(_samples(".xml"), 60)]


def json_seeds() -> Sequence[bytes]:
    notice = {
        "resourceType": "Task", "status": "requested", "intent": "proposal", "identifier": [{"value": "n"}], "basedOn": [{"reference": "Task/w"}],
        "input": [{"type": {"coding": [{"code": "get-workflow-task"}]}, "valueBoolean": True}, {"type": {"text": "q"}, "valueString": "Flag"}],
    }  # fmt: skip
    own = [bundle(patient(), request(), condition()), sample("referral-r4.json")[:60_000], json.dumps(notice).encode()]
    return [*own, *islice(_samples(".json"), 60)]


def xml(data: bytes) -> None:
    """Target 5: refused with a reason, or read with every value of it, whatever the version."""
    try:
        root = load(data)
    except Unreadable as trouble:
        assert trouble.reason in ("no_header", "broken")
        return
    assert b"<!DOCTYPE" not in data or b"<!--" in data or b"<![CDATA[" in data or b"<?" in data or b"'" in data or b'"' in data
    for version in ("R4", "STU3"):
        try:
            found = xml_reader.load(data, version)
        except Unreadable:
            continue
        missing = {one for one in _values(root) if one} - set(_strings(found))
        assert not missing, "a value was lost"


def _values(element: Element) -> Iterator[str]:
    if element.name[0].endswith("/xhtml"):
        return
    if "value" in element.attributes:
        yield element.attributes["value"]
    for child in element.children:
        yield from _values(child)


def _strings(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from _strings(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _strings(value)
    elif tree is not None:
        yield from (str(tree), str(tree).lower()) if not isinstance(tree, str) else (tree,)


def message(data: bytes) -> None:
    """Target 7: the header is read or refused, the message understood or set aside; nothing else, and JSON comes back as it was."""
    reader = FhirReader()
    try:
        header = reader.header(data)
    except Unreadable:
        return
    assert len(header.patient_numbers) < 100_000
    for profile in ("generic-r4", "generic-stu3"):
        try:
            found = reader.read(data, profile)
        except Unreadable as trouble:
            assert trouble.reason
            continue
        assert isinstance(found, IncomingReferral | IncomingAnswer | IncomingNotice)
        assert len(data) % 8 or not FhirExplainer().explain(data, profile).reason  # the page takes long: of some
    try:
        tree = json_gate.load(data)
    except Unreadable:
        return
    assert json_gate.load(json_gate.dump(tree)) == tree


def address(data: bytes) -> None:
    """Target 8: whatever a notice says, what is asked lies below the registered address, on that host, over https."""
    said = data.decode("utf-8", "replace")
    reach = Reach((BASE,))
    try:
        fetch = fetch_of(said, BASE, bsn="999911120")
    except NotAllowed:
        fetch = None
    for url in (said, f"{BASE}/{fetch.path}" if fetch else said):
        try:
            target = reach.target(url)
        except NotRegistered:
            assert fetch is None or url == said, "allowed, and yet not below the address"
            continue
        assert (target.scheme, target.host, target.port) == ("https", "fhir.merwe.example", 443)
        assert target.path.partition("?")[0].startswith("/stu3") and "/../" not in target.path.partition("?")[0]


def assertion(data: bytes) -> None:
    """Target 11: nothing but what the registered key signed is believed; a refusal has OAuth's code."""
    form = {"grant_type": "client_credentials", "client_assertion_type": BEARER, "client_assertion": data.decode("latin-1")}
    try:
        server.client_of(form)
        found = server.proven(form, KEYS, audiences=frozenset({"https://mdo.example/fhir/token"}), now=NOW)
    except NotProven as no:
        assert no.code in ("invalid_client", "unsupported_grant_type")
        return
    assert form["client_assertion"] == _GOOD, "something that was not signed was believed"
    assert found.client_id == "epd"


_CLAIMS = {
    "iss": "epd",
    "sub": "epd",
    "aud": "https://mdo.example/fhir/token",
    "exp": int(NOW.timestamp()) + 200,
    "jti": "0123456789",
}
_GOOD = jwt.encode({"alg": "ES384", "kid": KEY.kid}, _CLAIMS, KEY, algorithms=["ES384"])
_FETCHES = (
    "Patient?_include=Patient:general-practitioner", "Observation/$lastn?category=http://snomed.info/sct|118228005", "Task/7", f"{BASE}/Condition/1",
    "Condition?patient.identifier=http://fhir.nl/fhir/NamingSystem/bsn|999911120", "https://elders.example/Patient/1",
)  # fmt: skip
ADDRESS_WORDS = (
    b"/", b"//", b"..", b"%2e%2e", b"%2f", b"@", b"#", b"\\", b"?", b"&", b"=", b"|", b":", b"://", b"https://", b"http://", b"169.254.169.254",
    b"[::1]", b"2130706433", b"0x7f.1", b"localhost", b".elders.example", b":8443", b"$everything", b"_filter=", b"999900006", b"\n", b"\r\n", b"\0", b" ",
    b"\xe2\x80\xae", b"\xc3\xa9", BASE.encode(),
)  # fmt: skip

TARGETS = (
    Target(5, "xml", xml, xml_seeds, XML_WORDS, ("integrations/xml_gate", "fhir/text/xml_reader")),
    Target(7, "fhir", message, json_seeds, JSON_WORDS, ("integrations/fhir",)),
    Target(
        8, "addresses", address, lambda: [one.encode() for one in _FETCHES], ADDRESS_WORDS, ("fhir/server/queries", "out/reach")
    ),
    Target(
        11,
        "assertion",
        assertion,
        lambda: [_GOOD.encode()],
        (b".", b"e30", b"eyJhbGciOiJub25lIn0", b"=", b"A"),
        ("integrations/smart",),
    ),
)
