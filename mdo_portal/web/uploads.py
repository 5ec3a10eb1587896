"""Files that people add: what is taken, and why another is not. There is no virus scanner: a file is only ever shown or downloaded."""

from __future__ import annotations

from werkzeug.datastructures import FileStorage

from mdo_portal.domain import files, pdf_inside
from mdo_portal.errors import N_, Incomplete
from mdo_portal.exchange import IncomingDocument
from mdo_portal.services.dossier.documents import sniffed

IN_THE_PAGE = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain"})
UNFIT = N_(
    "Dit soort bestand kan hier niet worden getoond (zoals Word, TIFF of HEIC). Er is niets toegevoegd; "
    "bewaar het als PDF, PNG, JPEG of tekst en kies dat."
)
TOO_LARGE = N_("Dit bestand is groter dan 20 MB. Er is niets toegevoegd; kies een kleiner bestand.")
TOO_MANY_PIXELS = N_("Deze afbeelding is te groot om te tonen. Er is niets toegevoegd; maak hem kleiner of sla hem op als PDF.")
ACTIVE = N_("Deze PDF bevat een script of een ander bestand. Er is niets toegevoegd; druk hem opnieuw af als PDF en kies die.")


def document(upload: FileStorage, field: str, *, kind: str = "") -> IncomingDocument:
    """The file as a document. Raises Incomplete with the reason at `field`."""
    body = upload.stream.read(files.LARGEST_UPLOAD + 1)
    reason = _refused(body)
    if reason:
        raise Incomplete({field: reason}, reason)
    return IncomingDocument(title=files.clean_title(upload.filename or ""), media_type=upload.mimetype, content=body, kind=kind)


def _refused(body: bytes) -> str:
    if len(body) > files.LARGEST_UPLOAD:
        return TOO_LARGE
    found = sniffed(body)
    if found not in IN_THE_PAGE or (found == "application/pdf" and not body.startswith(b"%PDF-")):
        return UNFIT
    if files.pixels(body) > files.LARGEST_PICTURE:
        return TOO_MANY_PIXELS
    return ACTIVE if pdf_inside.is_active(body) else ""
