"""How a place in a message is written in a profile. A place points; it computes nothing."""

from __future__ import annotations

import re

#: terser: segment(occurrence)-field(repetition)-component-subcomponent, occurrences and repetitions from 0
V2_PATH = re.compile(r"[A-Z][A-Z0-9]{2}(?:\(\d{1,3}\))?-\d{1,3}(?:\(\d{1,3}\))?(?:-\d{1,2})?(?:-\d{1,2})?")
#: small named functions of integrations/hl7v2/meaning/places.py, for what a path cannot say, and what their argument looks like
V2_FUNCTIONS = {
    "label": re.compile(r"[a-z_]{1,40}"),
    "notes": re.compile(r"[A-Z][A-Z0-9]{2}"),
    "provider": re.compile(r"[A-Z]{2,4}"),
    "participant": re.compile(r"[A-Za-z]{2,20}"),  # Epic writes a word there
    "number": re.compile(r"[A-Z]{2,5}"),
    "title": re.compile(r""),
    "closing": re.compile(r""),
    "ending": re.compile(r""),
    "sentence": re.compile(r"[A-Z][A-Z0-9]{2}-\d{1,3}"),
    "headed": re.compile(r"[a-z_]{1,40}"),
    "own": re.compile(r"[a-z_]{1,40}"),
    "asking": re.compile(r"[A-Z][A-Z0-9]{2}(?:-\d{1,3})?"),
    "board": re.compile(r"[A-Z][A-Z0-9]{2}-\d{1,3}(?:-\d{1,2})?"),
    "subject": re.compile(r""),
    "line": re.compile(r"Z[A-Z0-9]{2}-[1-9]\d? [A-Z][A-Z0-9_]{1,19}"),
    "lines": re.compile(r"Z[A-Z0-9]{2}-[1-9]\d?"),
    "soon": re.compile(r""),
    "person": re.compile(r"[A-Z][A-Z0-9]{2}-\d{1,3}"),
}
#: Kind.element.element; behind an element one choice: [n] or [name=value]
FHIR_PATH = re.compile(
    r"[A-Z][A-Za-z]{2,40}(?:\.[a-z][A-Za-z0-9]{0,60}(?:\[(?:\d{1,3}|[a-z][A-Za-z]{0,40}=[^\[\]]{1,200})\])?){1,8}"
)
#: a field of one segment: field-component-subcomponent
FIELD = re.compile(r"\d{1,3}(?:-\d{1,2}){0,2}")


def is_v2_place(text: str) -> bool:
    """A terser path, or a function we have with an argument that fits: `PID-3(1)-4-1`, `@provider RT`."""
    if not text.startswith("@"):
        return V2_PATH.fullmatch(text) is not None
    name, _, argument = text[1:].partition(" ")
    return name in V2_FUNCTIONS and V2_FUNCTIONS[name].fullmatch(argument) is not None


def is_fhir_place(text: str) -> bool:
    """`ServiceRequest.note.text`, `Patient.identifier[system=urn:oid:1.2.3].value`."""
    return FHIR_PATH.fullmatch(text) is not None
