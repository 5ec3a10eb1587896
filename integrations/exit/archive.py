"""The archive: a ZIP that is written as it is read, one case after the other, with a manifest at its end.

Every name in it is an id: a list of files on a disk must tell nothing about anybody.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from integrations.exit import fhir_documents, notes, workflow, xdw
from integrations.exit.numbers import instant
from mdo_portal.exchange import LeavingCase

ENDINGS = {
    "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "text/plain": "txt", "text/xml": "xml", "application/xml": "xml",
    "application/dicom": "dcm", "image/tiff": "tif",
}  # fmt: skip
READ_ME = """Dit archief bevat patiëntgegevens. Bewaar het versleuteld en vernietig het wanneer het niet meer nodig is.

cases/<id>/referral.fhir.json        wat is gevraagd en verteld (FHIR R4, document)
cases/<id>/decisions/<id>.fhir.json  een getekend advies met de brief erin (FHIR R4, document)
cases/<id>/letters/<id>.pdf          dezelfde brief
cases/<id>/documents/<id>.*          documenten zoals het ziekenhuis ze stuurde
cases/<id>/notes.txt                 wat leden van het MDO vooraf opschreven, en wat is nagevraagd en geantwoord
cases/<id>/rounds/<n>.xdw.xml        een bespreking als IHE XDW / XTB-WD workflow-document
cases/<id>/rounds/<n>.txt            hoe die bespreking eindigde
manifest.json                        van elk bestand de SHA-256
"""


class _Sink(io.RawIOBase):
    """Where the ZIP is written: bytes that have been written are taken out again, so that nothing piles up."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def take(self) -> bytes:
        taken, self._held = bytes(self._held), bytearray()
        return taken


def archive(cases: Iterable[LeavingCase], *, made_at: datetime, network: str, version: str) -> Iterator[bytes]:
    """The bytes of the ZIP. Cases are asked for one by one: of many, one is in memory at a time."""
    sink, listed, names = _Sink(), list[dict[str, Any]](), list[str]()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:
        _add(packed, listed, "LEESMIJ.txt", READ_ME.encode(), made_at, "text/plain")
        for case in cases:
            names.append(case.id)
            for path, content, media_type in files_of(case):
                _add(packed, listed, path, content, made_at, media_type)
                yield sink.take()
        manifest = {
            "contains": "patient data",
            "network": network,
            "made_at": instant(made_at),
            "made_by": f"mdo-portal {version}",
            "cases": names,
            "files": listed,
        }
        packed.writestr(_info("manifest.json", made_at), json.dumps(manifest, ensure_ascii=False, indent=1))
    yield sink.take()


def files_of(case: LeavingCase) -> Iterator[tuple[str, bytes, str]]:
    """(path, bytes, type) of every file of one case."""
    home = f"cases/{case.id}"
    paths = {one.id: f"documents/{one.id}.{ENDINGS.get(one.media_type, 'bin')}" for one in case.documents}
    yield f"{home}/referral.fhir.json", _bytes_of(fhir_documents.referral_document(case, paths)), "application/fhir+json"
    for one in case.documents:
        yield f"{home}/{paths[one.id]}", one.content, one.media_type
    if case.notes:
        yield f"{home}/notes.txt", notes.as_text(case.notes).encode(), "text/plain"
    for before, round_ in zip((None, *case.rounds), case.rounds, strict=False):
        yield f"{home}/rounds/{round_.number}.xdw.xml", xdw.workflow_document(case, round_, before), "text/xml"
        yield f"{home}/rounds/{round_.number}.txt", workflow.note_of(round_).encode(), "text/plain"
        for decision in round_.decisions:
            letter = f"../letters/{decision.id}.pdf"
            made = fhir_documents.decision_document(case, round_, decision, letter)
            yield f"{home}/decisions/{decision.id}.fhir.json", _bytes_of(made), "application/fhir+json"
            if decision.letter:
                yield f"{home}/letters/{decision.id}.pdf", decision.letter.content, "application/pdf"


def _bytes_of(bundle: dict[str, Any]) -> bytes:
    return fhir_documents.as_bytes(bundle)


def _add(
    packed: zipfile.ZipFile, listed: list[dict[str, Any]], path: str, content: bytes, made_at: datetime, media_type: str
) -> None:
    packed.writestr(_info(path, made_at), content)
    digest = hashlib.sha256(content).hexdigest()
    listed.append({"path": path, "sha256": digest, "size": len(content), "type": media_type})


def _info(path: str, made_at: datetime) -> zipfile.ZipInfo:
    """The same moment on every file: the archive tells when it was made, not when somebody was treated."""
    info = zipfile.ZipInfo(path, date_time=made_at.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info
