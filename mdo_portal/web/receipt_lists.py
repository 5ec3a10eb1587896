"""The list on which recipients sign for letters on paper: for a courier or a post room. Initials and a year, no name."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.letters import letters
from mdo_portal.letters.letter_meeting import ReceiptList, ReceiptRow
from mdo_portal.services.access_log import audit
from mdo_portal.services.letters import receipt_lists
from mdo_portal.services.letters.receipt_lists import OfHospital
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.documents import as_file
from mdo_portal.web.guard import may
from mdo_portal.web.words import today

blueprint = Blueprint("receipt_lists", __name__)
NOTHING = N_("Vandaag is nog geen brief op papier als afgedrukt en verstuurd gemeld: er is niets om voor te tekenen.")


@blueprint.get("/post/receipts.pdf")
@may(Act.POST_READ)
def printed() -> ResponseReturnValue:
    """Of today, one list for each hospital."""
    with transaction() as db:
        found = receipt_lists.of_day(db, viewer(), today())
        hits = sum(len(one.rows) for one in found)
        audit.record(db, viewer(), Act.POST_READ, now=now(), object_type="post", hits=hits, detail="receipt list")
    if not found:
        raise IllegalMove(NOTHING)
    lists = [_list(one) for one in found]
    return as_file(letters.render_many("receipt-list", lists, at=now()), "application/pdf", f"mdo-aftekenlijst-{today()}")


def _list(one: OfHospital) -> dict[str, Any]:
    rows = tuple(ReceiptRow(row.recipient, row.document_number, row.initials_year, today()) for row in one.rows)
    number = f"AFT-{today()}-{one.code}"
    return ReceiptList(settings().network, number, one.name, rows, made_by=viewer().name).as_json()
