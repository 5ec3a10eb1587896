"""What can be checked of PDF/A and PDF/UA here: syntax by qpdf, the marks and the structure by pikepdf, and the rules `pdfua` knows.

It is no veraPDF: that needs Java and is not here. What passes is claimed and partly checked, not certified (docs/decisions/0032).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfua
import pikepdf

#: what the file says it is: PDF/A-2a and PDF/UA-1
CLAIMS = {"pdfaid:part": "2", "pdfaid:conformance": "A", "pdfuaid:part": "1"}


def complaints(body: bytes, folder: Path) -> list[str]:
    """Everything that is wrong with this file; empty when nothing was found."""
    with pikepdf.open(io.BytesIO(body)) as pdf:
        found = [*map(str, pdf.check_pdf_syntax()), *_marks(pdf), *_structure(pdf), *_forbidden(pdf)]
    file = folder / "checked.pdf"
    file.write_bytes(body)
    return found + [str(finding.rule_id) for finding in pdfua.validate(str(file)).findings]


def _marks(pdf: pikepdf.Pdf) -> Iterator[str]:
    with pdf.open_metadata() as metadata:
        yield from (f"{key} is not {value}" for key, value in CLAIMS.items() if metadata.get(key) != value)
        yield from () if metadata.get("dc:title") else ["no title"]
    root = pdf.Root
    yield from () if str(root.get("/Lang", "")).startswith("nl") else ["not in Dutch"]
    yield from () if root.get("/MarkInfo", {}).get("/Marked") else ["not marked"]
    yield from () if root.get("/ViewerPreferences", {}).get("/DisplayDocTitle") else ["shows its file name as title"]
    yield from () if len(root.get("/OutputIntents", [])) == 1 else ["no output intent"]


def _structure(pdf: pikepdf.Pdf) -> Iterator[str]:
    """A tree with headings; pictures with words for who cannot see them; tables with header cells; text of every page in it."""
    elements = list(_elements(pdf.Root.get("/StructTreeRoot", {})))
    kinds = [str(one.get("/S")) for one in elements]
    yield from () if "/Document" in kinds else ["no structure"]
    yield from () if "/H1" in kinds or "/H2" in kinds or "/Table" in kinds else ["no heading"]
    yield from ("picture without words" for one in elements if str(one.get("/S")) == "/Figure" and not str(one.get("/Alt", "")))
    yield from () if kinds.count("/Table") == 0 or "/TH" in kinds else ["table without header cells"]
    yield from (f"page {at} is not tagged" for at, page in enumerate(pdf.pages, 1) if "/StructParents" not in page)


def _elements(node: Any) -> Iterator[Any]:
    children = node.get("/K", []) if isinstance(node, pikepdf.Dictionary) else []
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from _elements(child)


def _forbidden(pdf: pikepdf.Pdf) -> Iterator[str]:
    """What PDF/A forbids and a letter of ours has no use for: encryption, scripts, other files, fonts that are not in the file."""
    yield from ["encrypted"] if pdf.is_encrypted else []
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary):
            yield from (f"has {name}" for name in ("/JS", "/EF", "/Launch") if name in one)
            if str(one.get("/Type", "")) == "/FontDescriptor":
                yield from () if any(f"/FontFile{n}" in one for n in ("", "2", "3")) else ["font not in the file"]
