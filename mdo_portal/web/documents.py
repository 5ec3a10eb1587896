"""Documents of a case: looking at one in the page, adding one."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, Incomplete
from mdo_portal.exchange import Wire
from mdo_portal.services.access_log import audit
from mdo_portal.services.common import access
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import documents
from mdo_portal.services.history import standing, timeline
from mdo_portal.services.referrals import referrals
from mdo_portal.web import uploads
from mdo_portal.web.case_page import load
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may, takes_files
from mdo_portal.web.uploads import IN_THE_PAGE

blueprint = Blueprint("documents", __name__)
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
KINDS = ("referral letter", "pathology report", "radiology report", "")


@blueprint.get("/documents/<uuid:document_id>")
@may(Act.DOCUMENT_READ)
def content(document_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        # First whose it is, by the same steps whether it is somebody else's or nobody's: the time it takes must not tell.
        case_id = documents.case_of(db, document_id)
        grant = access.case_for(db, viewer(), Act.DOCUMENT_READ, case_id, now=now())
        document = db.get_one(CaseDocument, document_id)
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
    """Bytes for the reader: shown in the page when they are what they should be and harmless, otherwise only as a download.

    The file's name is a number: a name on a disk must not tell whose it is.
    """
    shown = media_type in IN_THE_PAGE and documents.shown_as(body) in IN_THE_PAGE and not download
    ending = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "text/plain": ".txt"}.get(media_type, ".bin")
    answer = Response(body, mimetype=media_type if media_type in IN_THE_PAGE else "application/octet-stream")
    if media_type == "text/plain":
        answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    answer.headers["Content-Disposition"] = f"{'inline' if shown else 'attachment'}; filename={name}{ending}"
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    return answer


@blueprint.post("/cases/<uuid:case_id>/documents")
@may(Act.DOCUMENT_ADD)
@takes_files
def add(case_id: uuid.UUID) -> ResponseReturnValue:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Incomplete({"file": N_("Kies een bestand.")}, N_("Kies een bestand. Er is niets toegevoegd."))
    kind = request.form.get("kind", "")
    document = uploads.document(upload, "file", kind=kind if kind in KINDS else "")
    with transaction() as db:
        grant = load(db, Act.DOCUMENT_ADD, case_id, lock=True)
        by_hand = Source(db.get_one(Hospital, viewer().hospital_id), now(), Wire.FORM)
        documents.add_by_hand(db, grant.case, document, by_hand)
        timeline.happened(db, grant.case, "document.added", at=now(), person_id=viewer().person_id)
        referrals.assess(db, grant.case, now=now())
        standing.changed(db, grant.case)
    flash(gettext("Het document is toegevoegd."), "success")
    return redirect(url_for("cases.page", case_id=case_id))
