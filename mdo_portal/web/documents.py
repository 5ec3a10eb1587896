"""Documents of a case: looking at one in the page, adding one."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain.case import CaseDocument
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, Incomplete, NotFound
from mdo_portal.exchange import IncomingDocument
from mdo_portal.services import access, audit, documents, referrals, timeline
from mdo_portal.web.cases import load
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may

blueprint = Blueprint("documents", __name__)
IN_THE_PAGE = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain"})
UNFIT = N_("Dit bestand is geen PDF, afbeelding of tekst. Er is niets toegevoegd.")
KINDS = ("referral letter", "pathology report", "radiology report", "")


@blueprint.get("/documents/<uuid:document_id>")
@may(Act.DOCUMENT_READ)
def content(document_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        document = db.get(CaseDocument, document_id)
        if document is None:
            raise NotFound()
        grant = access.case_for(db, viewer(), Act.DOCUMENT_READ, document.case_id, now=now())
        audit.record(
            db,
            viewer(),
            Act.DOCUMENT_READ,
            now=now(),
            case=grant.case,
            relation=grant.relation,
            object_type="document",
            object_id=document.id,
            categories=[document.kind] if document.kind else [],
        )
        body = documents.content_of(db, document)
    return as_file(body, document.media_type, f"document-{document.id}", download=request.args.get("download") == "1")


def as_file(body: bytes, media_type: str, name: str, *, download: bool = False) -> Response:
    """Bytes for the reader: shown in the page when they are what they should be, otherwise only as a download.

    The file's name is a number: a name on a disk must not tell whose it is.
    """
    shown = media_type in IN_THE_PAGE and not download
    ending = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "text/plain": ".txt"}.get(media_type, ".bin")
    answer = Response(body, mimetype=media_type if media_type in IN_THE_PAGE else "application/octet-stream")
    if media_type == "text/plain":
        answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    answer.headers["Content-Disposition"] = f"{'inline' if shown else 'attachment'}; filename={name}{ending}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    return answer


@blueprint.post("/cases/<uuid:case_id>/documents")
@may(Act.DOCUMENT_ADD)
def add(case_id: uuid.UUID) -> ResponseReturnValue:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Incomplete({"file": N_("Kies een bestand.")}, N_("Kies een bestand. Er is niets toegevoegd."))
    body = upload.read()
    kind = request.form.get("kind", "")
    document = IncomingDocument(
        title=upload.filename[-120:], media_type=upload.mimetype, content=body, kind=kind if kind in KINDS else ""
    )
    with transaction() as db:
        grant = load(db, Act.DOCUMENT_ADD, case_id, lock=True)
        if documents.sniffed(body) not in IN_THE_PAGE:
            raise Incomplete({"file": UNFIT}, UNFIT)
        documents.add(db, grant.case, document, hospital_id=viewer().hospital_id, at=now())
        timeline.happened(db, grant.case, "document.added", at=now(), person_id=viewer().person_id)
        referrals.assess(db, grant.case, now=now())
        referrals.announce(db, grant.case)
    flash(gettext("Het document is toegevoegd."), "success")
    return redirect(url_for("cases.page", case_id=case_id))
