"""The heaviest that a stranger can send to the FHIR door: more pieces than are taken, and as many as just are."""

from __future__ import annotations

from collections.abc import Callable

from integrations.fhir.text.json_gate import MAX_PIECES
from integrations.xml_gate import MAX_ELEMENTS


def xml(inside: str, kind: str = "Bundle") -> bytes:
    return f'<{kind} xmlns="http://hl7.org/fhir">{inside}</{kind}>'.encode()


def values(one: str, times: int) -> bytes:
    return ('{"resourceType": "Bundle", "x": [' + ",".join([one] * times) + "]}").encode()


MANY = " ".join(f"b{n}=''" for n in range(150))

TOO_MUCH: dict[str, Callable[[], bytes]] = {
    "xml": lambda: xml("<a/>" * 499_000),
    "xml with values": lambda: xml('<a value="x"/>' * 2 * MAX_ELEMENTS),
    "xml with attributes": lambda: xml(f"<a {MANY}/>" * 9_000),
    "lists": lambda: values("[]", 5_000_000),
    "objects": lambda: values('{"a":0}', 3_000_000),
    "numbers": lambda: values("1.1", 5_000_000),
    "deep": lambda: values("[" * 97 + "]" * 97, 150_000),
}
JUST_TAKEN: dict[str, Callable[[], bytes]] = {
    "xml numbers": lambda: xml(
        '<identifier><system value="s"/><value value="7"/></identifier>' * (MAX_ELEMENTS // 3 - 1), "Patient"
    ),
    "xml deep": lambda: xml(("<a>" * 98 + "</a>" * 98) * (MAX_ELEMENTS // 98 - 1)),
    "objects": lambda: values('{"a":0}', MAX_PIECES // 2 - 2),
    "deep": lambda: values("[" * 97 + "]" * 97, MAX_PIECES // 98 - 2),
    "escapes": lambda: values('"\\ud83d\\ude00"', MAX_PIECES - 4),
    "long": lambda: values(f'"{"n" * 32_000_000}"', 1),
}
