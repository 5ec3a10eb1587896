"""Renders the text of an invented letter or report to the PDF its hospital would send (typst, one compiler per process)."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from integrations.simulator.region.seeds import HospitalSeed
from mdo_portal.exchange import PatientIdentity

if TYPE_CHECKING:
    import typst

SOURCE = Path(__file__).with_name("report.typ")
_DEPARTMENTS = {"pathology report": "Afdeling Pathologie", "radiology report": "Afdeling Radiologie en nucleaire geneeskunde"}
_compiling = threading.Lock()  # one Compiler holds the world of one document at a time


@dataclass(frozen=True)
class Report:
    """One document of one hospital. `text`: lines "# Heading", paragraphs apart by an empty line, lists of "- "."""

    hospital: HospitalSeed
    title: str
    kind: str
    reference: str
    dated_on: date
    patient: PatientIdentity
    author: str
    text: str


@lru_cache(maxsize=512)
def render(report: Report) -> bytes:
    """The report as PDF; the same report gives the same bytes. Raises typst.TypstError when report.typ is broken."""
    data = {"data": json.dumps(_data(report), ensure_ascii=False)}
    made_at = datetime(report.dated_on.year, report.dated_on.month, report.dated_on.day, 12, tzinfo=UTC)
    with _compiling:
        pdf = _compiler().compile(format="pdf", sys_inputs=data, timestamp=made_at)
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no single PDF")
    return pdf


@cache
def _compiler() -> typst.Compiler:
    """Only typst's own fonts: the same bytes on every machine."""
    import typst  # 40 MB, and only needed by who renders

    return typst.Compiler(str(SOURCE), root=str(SOURCE.parent), ignore_system_fonts=True)


def _data(report: Report) -> dict[str, Any]:
    patient, hospital = report.patient, report.hospital
    return {
        "hospital": hospital.name,
        "address": f"{hospital.city} · tel. {hospital.phone}",
        "colour": hospital.colour,
        "letterhead": hospital.letterhead,
        "department": _DEPARTMENTS.get(report.kind, "Polikliniek"),
        "title": report.title,
        "reference": report.reference,
        "date": f"{report.dated_on:%d-%m-%Y}",
        "patient": patient.name.shown,
        "born": f"{patient.birth_on:%d-%m-%Y}" if patient.birth_on else "onbekend",
        "sex": {"M": "man", "F": "vrouw"}.get(patient.sex, "onbekend"),
        "number": patient.local_number,
        "author": report.author,
        "blocks": [_block(part) for part in report.text.split("\n\n") if part.strip()],
    }


def _block(part: str) -> dict[str, Any]:
    """One paragraph or list, with the heading that stands right above it."""
    lines = part.strip().splitlines()
    heading = lines.pop(0).removeprefix("# ") if lines[0].startswith("# ") else ""
    items = [line.removeprefix("- ") for line in lines if line.startswith("- ")]
    text = " ".join(line.strip() for line in lines if not line.startswith("- "))
    return {"heading": heading, "text": text, "items": items}
