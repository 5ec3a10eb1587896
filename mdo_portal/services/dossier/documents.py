"""Documents of a case: what they really are, kept sealed, each once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.document import DOCUMENT_PURPOSE, CaseDocument
from mdo_portal.domain.files import LARGEST_PICTURE, clean_title, pixels
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.pdf_inside import is_active
from mdo_portal.exchange import IncomingDocument, is_cut_off
from mdo_portal.services.common.sealed import row_of, sealer
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import document_versions
from mdo_portal.services.dossier.document_versions import digest_of

UNKNOWN_TYPE = "application/octet-stream"
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f]")
_MAGIC = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


def sniffed(content: bytes) -> str:
    """What the bytes are, whatever the sender says: PDF, PNG, JPEG, plain text, or unknown."""
    if b"%PDF-" in content[:1024]:
        return "application/pdf"
    for magic, media_type in _MAGIC:
        if content.startswith(magic):
            return media_type
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return UNKNOWN_TYPE
    is_source = text[:5] == "{\\rtf" or "<" in text[:200]  # nobody reads the signs of RTF or HTML
    return UNKNOWN_TYPE if _UNPRINTABLE.search(text) or is_source else "text/plain"


def shown_as(content: bytes) -> str:
    """The kind by which the page shows it; what hides something (a script, a bomb) is of an unknown kind, for downloading only."""
    return UNKNOWN_TYPE if is_active(content) or pixels(content) > LARGEST_PICTURE else sniffed(content)


def add(session: Session, case: Case, document: IncomingDocument, source: Source) -> uuid.UUID:
    """Keep the document, once per case: of the same bytes again only what the newest word says of them changes. Returns its id."""
    row_ = row(session, case, document, source)
    session.execute(_ONCE, [row_])
    query = select(CaseDocument.id).where(CaseDocument.case_id == case.id, CaseDocument.sha256 == row_["sha256"])
    return session.execute(query).scalar_one()


def add_by_hand(session: Session, case: Case, document: IncomingDocument, source: Source) -> None:
    """The same for a file that a person adds: of the same bytes again, what it is said to be now counts for what is complete."""
    document_id = add(session, case, document, source)
    if document.kind:
        session.execute(update(CaseDocument).where(CaseDocument.id == document_id).values(kind=document.kind))


def add_all(
    session: Session,
    case: Case,
    told: Sequence[IncomingDocument],
    source: Source,
    *,
    gone: Sequence[str] = (),
) -> set[str]:
    """Keep them all; what one of them takes the place of, and those in `gone` (the sender's ids), are over. Returns the events of that.

    A message that came before those says nothing new of them.
    """
    known = _known(session, case, told)
    for document in told:
        add(session, case, document, source)
    return document_versions.settle(session, case, told, gone=gone, known=known, at=source.at)


def _known(session: Session, case: Case, told: Sequence[IncomingDocument]) -> set[str]:
    """The digests of what the case had already."""
    digests = {digest_of(document.content) for document in told}
    if not digests:
        return set()
    query = select(CaseDocument.sha256).where(CaseDocument.case_id == case.id, CaseDocument.sha256.in_(digests))
    return set(session.scalars(query))


Row = dict[str, Any]


def store(session: Session, rows: Sequence[Row]) -> None:
    """Several documents in one go, each once per case."""
    if rows:
        session.connection().execute(_ONCE, rows)


_ADDING = insert(CaseDocument)
# The same bytes again are the same document; what the hospital says of it now counts, also under which number it goes on. A message that
# came before it was withdrawn or replaced, and was read only now, says nothing new of it.
_ONCE = _ADDING.on_conflict_do_update(
    index_elements=["case_id", "sha256"],
    set_={
        "status": _ADDING.excluded.status,
        "superseded_at": _ADDING.excluded.superseded_at,
        "reference": func.coalesce(func.nullif(_ADDING.excluded.reference, ""), CaseDocument.reference),
        "known_as": func.coalesce(func.nullif(_ADDING.excluded.known_as, ""), CaseDocument.known_as),
        "author": func.coalesce(func.nullif(_ADDING.excluded.author, ""), CaseDocument.author),
    },
    where=_ADDING.excluded.received_at >= func.greatest(CaseDocument.received_at, CaseDocument.superseded_at),
)


def row(session: Session, case: Case, document: IncomingDocument, source: Source) -> Row:
    """The document as it will be stored, sealed."""
    media_type = shown_as(document.content)
    document_id = new_id()
    bound = row_of("case_documents", document_id)
    return {
        "id": document_id,
        "case_id": case.id,
        "title": clean_title(document.title),
        "kind": document.kind,
        "media_type": media_type,
        "claimed_type": document.media_type if document.media_type.partition(";")[0].strip().lower() != media_type else "",
        "is_cut": is_cut_off(document.content),
        "content_sealed": sealer(session).seal(document.content, purpose=DOCUMENT_PURPOSE, row=bound),
        "sha256": digest_of(document.content),
        "size": len(document.content),
        "dated_on": document.dated_on,
        "hospital_id": source.hospital.id,
        "received_at": source.at,
        "message_id": source.message_id,
        "reference": document.reference,
        "known_as": document.known_as,
        "author": document.author,
        "status": document.status,
        "superseded_at": source.at if document.status == "withdrawn" else None,
    }


def case_of(session: Session, document_id: uuid.UUID) -> uuid.UUID:
    """The case a document belongs to; of a document that is not there, the id of no case, so that both go the same way."""
    return session.scalar(select(CaseDocument.case_id).where(CaseDocument.id == document_id)) or uuid.UUID(int=0)


def content_of(session: Session, document: CaseDocument) -> bytes:
    """The bytes as they came."""
    bound = row_of("case_documents", document.id)
    return sealer(session).open(document.content_sealed, purpose=DOCUMENT_PURPOSE, row=bound)


def kinds_of(session: Session, case_id: uuid.UUID) -> set[str]:
    """Which kinds of document the case has."""
    return set(
        session.scalars(select(CaseDocument.kind).where(CaseDocument.case_id == case_id, CaseDocument.superseded_at.is_(None)))
    )
