"""XML enters by one gate: nothing is fetched, nothing swells, nothing is lost."""

from __future__ import annotations

import http.server
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from integrations import xml_gate
from integrations.fhir.reader import FhirReader
from integrations.fhir.text import xml_reader
from integrations.fhir.text.judge import problem
from integrations.xml_gate import MAX_DEPTH, Element, load
from mdo_portal.exchange import Unreadable

PATIENT = b'<Patient xmlns="http://hl7.org/fhir"><id value="p"/>%s</Patient>'
LAUGHS = (
    b'<!DOCTYPE a [<!ENTITY l0 "lol">'
    + b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
    + b']><Patient xmlns="http://hl7.org/fhir"><id value="&l9;"/></Patient>'
)


def refusal(raw: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        FhirReader().header(raw)
    return caught.value.reason


@pytest.fixture
def canary(tmp_path: Path) -> Any:
    """A file and a server that nobody may touch."""
    hits: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        (tmp_path / "secret").write_text("canary-in-a-file")
        yield hits, f"http://127.0.0.1:{running.server_address[1]}/x".encode(), f"file://{tmp_path}/secret".encode()
        running.shutdown()


@pytest.mark.parametrize(
    "hostile",
    [
        b'<!DOCTYPE p [<!ENTITY x SYSTEM "%s">]>',
        b'<!DOCTYPE p SYSTEM "%s">',
        b'<!DOCTYPE p [<!ENTITY %% x SYSTEM "%s"> %%x;]>',
        b'<!DOCTYPE p PUBLIC "x" "%s">',
    ],
)
def test_nothing_is_fetched_from_a_file_or_the_network(canary: Any, hostile: bytes) -> None:
    hits, address, file = canary
    for where in (address, file):
        raw = hostile % where + b'<Patient xmlns="http://hl7.org/fhir"><id value="p"/><language value="&x;"/></Patient>'

        assert refusal(raw) == "broken"
    assert hits == []


def test_an_include_and_a_stylesheet_mean_nothing(canary: Any) -> None:
    hits, address, file = canary
    raw = b'<?xml-stylesheet href="%s"?>' % address + PATIENT % (
        b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="%s"/>' % file
    )

    header = FhirReader().header(raw)
    typed = xml_reader.load(raw, "R4")

    assert header.kind == "Patient" and hits == [] and "canary-in-a-file" not in str(typed)
    assert problem(typed, "R4") == "unknown element"  # the odd element is named, not dropped


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (LAUGHS, "broken"),
        (b"<a>" * (MAX_DEPTH + 1), "broken"),
        (b"<a " + b" ".join(b'a%d=""' % n for n in range(300)) + b"/>", "broken"),
        (
            b"<Patient xmlns='http://hl7.org/fhir' " + b" ".join(b'xmlns:a%d="a"' % n for n in range(400_000)) + b"/>",
            "too_many_entries",
        ),
        (b"<Patient xmlns='http://hl7.org/fhir'>", "no_header"),
        (b"<Patient/>", "no_header"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "no_header"),
        (b"<a/><b/>", "no_header"),
        (b"<", "no_header"),
        ('<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"), "no_header"),
        ((PATIENT % b"").decode().encode("utf-16-le"), "no_header"),
        ((PATIENT % b"").decode().encode("utf-16-be"), "no_header"),
        (b'<?xml version="1.0" encoding="UTF-7"?>' + PATIENT % b"", "no_header"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + PATIENT % b"\xe9", "no_header"),
        (PATIENT % b'<id value="&#0;"/>', "no_header"),
        (PATIENT % b'<id value="\xff"/>', "no_header"),
        (PATIENT % b'<id value="&undeclared;"/>', "no_header"),
    ],
)
def test_what_could_be_read_in_two_ways_or_never_ends_is_refused(raw: bytes, reason: str) -> None:
    assert refusal(raw) == reason


@pytest.mark.parametrize("named", ["UTF-8", "utf8", "US-ASCII", "utf-16", "ISO-8859-1", "iso-8859-15", "Windows-1252"])
def test_a_document_that_says_another_encoding_and_is_the_same_in_it_is_read(named: str) -> None:
    """.NET says UTF-16 of what it sends in UTF-8, and of what has only signs of ASCII every one of these is true."""
    root = load(f'<?xml version="1.0" encoding="{named}"?><a b="c">d</a>'.encode())

    assert (root.local, root.attributes, root.text) == ("a", {"b": "c"}, "d")


@pytest.mark.parametrize(
    ("named", "is_read"), [("UTF-8", True), ("utf-16", True), ("iso-8859-1", False), ("windows-1252", False)]
)
def test_a_document_with_other_signs_is_read_only_where_no_two_readers_differ(named: str, is_read: bool) -> None:
    raw = f'<?xml version="1.0" encoding="{named}"?><a>Zoë</a>'.encode()

    assert load(raw).text == "Zoë" if is_read else refusal(raw) == "no_header"


def test_a_large_document_costs_no_more_than_its_size() -> None:
    raw = PATIENT % (
        b'<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">' + b"word " * 2_000_000 + b"</div></text>"
    )

    assert len(xml_reader.load(raw, "R4")["text"]["div"]) > 10_000_000


def values_of(element: Element) -> Counter[str]:
    if element.name[0].endswith("xhtml"):
        return Counter()
    own = Counter(value for name, value in element.attributes.items() if "\n" not in name)
    return sum(map(values_of, element.children), own)


def values_in(tree: Any) -> Counter[str]:
    if isinstance(tree, dict):
        return sum((values_in(value) for key, value in tree.items() if key not in ("resourceType", "div")), Counter())
    if isinstance(tree, list):
        return sum(map(values_in, tree), Counter())
    return Counter() if tree is None else Counter([str(tree).lower() if isinstance(tree, bool) else str(tree)])


MIXED = (
    PATIENT
    % (
        "<!-- a comment costs nothing -->"
        '<identifier><system value="http://fhir.nl/fhir/NamingSystem/bsn"/><value value="999911120"/></identifier>'
        '<active value="true"/><name><family value="van der Meulen"><extension url="http://hl7.org/fhir/StructureDefinition/humanname-own-name">'
        '<valueString value="Meulen"/></extension></family><given value="J."><extension url="urn:x"><valueCode value="IN"/></extension></given>'
        '<given value="Zoë"/></name><gender value="male"/><multipleBirthInteger value="2"/>'
        '<contained><Organization><id value="o"/><name value="Invented"/></Organization></contained>'
    ).encode()
)


def test_a_resource_reads_the_same_as_its_json() -> None:
    found = xml_reader.load(MIXED, "R4")

    assert problem(found, "R4") == ""
    assert found == {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999911120"}],
        "active": True,
        "name": [
            {
                "family": "van der Meulen",
                "_family": {
                    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/humanname-own-name", "valueString": "Meulen"}]
                },
                "given": ["J.", "Zoë"],
                "_given": [{"extension": [{"url": "urn:x", "valueCode": "IN"}]}, None],
            }
        ],
        "gender": "male",
        "multipleBirthInteger": 2,
        "contained": [{"resourceType": "Organization", "id": "o", "name": "Invented"}],
    }
    assert FhirReader().header(MIXED).patient_numbers == (("http://fhir.nl/fhir/NamingSystem/bsn", "999911120"),)


def test_no_value_is_lost_on_the_way() -> None:
    assert values_in(xml_reader.load(MIXED, "R4")) == values_of(load(MIXED))


def test_a_repeat_where_fhir_knows_one_is_refused_and_not_dropped() -> None:
    twice = xml_reader.load(PATIENT % b'<gender value="male"/><gender value="female"/>', "R4")

    assert twice["gender"] == ["male", "female"] and problem(twice, "R4") == "gender not valid"


def test_the_other_version_is_refused_and_not_half_read() -> None:
    """STU3 writes clinicalStatus as a bare code; read as R4 it would vanish (interop D2)."""
    stu3 = (
        b'<Condition xmlns="http://hl7.org/fhir"><clinicalStatus value="active"/><verificationStatus value="refuted"/>'
        b'<subject><reference value="Patient/p"/></subject></Condition>'
    )

    assert problem(xml_reader.load(stu3, "STU3"), "STU3") == ""
    assert "verificationStatus" in problem(xml_reader.load(stu3, "R4"), "R4")


def test_reading_again_after_a_refusal_is_a_fresh_start() -> None:
    for _ in range(3):
        assert refusal(LAUGHS) == "broken" and xml_gate.load(MIXED).local == "Patient"
