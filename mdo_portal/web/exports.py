"""The open exit of one case: an archive for another system. Of many cases at once only by command (commands/export.py)."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response

from mdo_portal import __version__, wiring
from mdo_portal.domain.policy import Act
from mdo_portal.services.cases import leaving
from mdo_portal.web.case_page import load
from mdo_portal.web.context import now, settings, transaction
from mdo_portal.web.guard import may

blueprint = Blueprint("exports", __name__)


@blueprint.post("/cases/<uuid:case_id>/export")
@may(Act.CASE_EXPORT)
def case(case_id: uuid.UUID) -> Response:
    """Read whole first, sent afterwards: no transaction waits for a browser. The file's name is a number."""
    with transaction() as db:
        whole = leaving.whole(db, load(db, Act.CASE_EXPORT, case_id, detail="archive").case, with_bsn=False)
    pieces = wiring.archive([whole], made_at=now(), network=settings().network, version=__version__)
    headers = {"Content-Disposition": f"attachment; filename=casus-{case_id}.zip", "Cache-Control": "no-store"}
    return Response(pieces, mimetype="application/zip", headers=headers)
