"""The work list: page, rows (live-refreshed) and the selected case in brief."""

from __future__ import annotations

import uuid
from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseState
from mdo_portal.domain.policy import Act
from mdo_portal.services import access, audit, cases, meetings, worklist
from mdo_portal.services.worklist import PAGE, Filter
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may

blueprint = Blueprint("worklist", __name__)


@blueprint.get("/worklist")
@may(Act.WORKLIST_READ)
def page() -> str:
    with transaction() as db:
        boards = worklist.boards(db, viewer(), now=now())
        unrouted = worklist.unrouted(db, viewer())
        hospitals = worklist.hospitals(db)
        rows = _rows_of(db)
    return render_template("worklist/page.html", boards=boards, unrouted=unrouted, hospitals=hospitals, **rows)


@blueprint.get("/worklist/boards")
@may(Act.WORKLIST_READ)
def boards() -> str:
    """The left column, refreshed live."""
    with transaction() as db:
        found = worklist.boards(db, viewer(), now=now())
        unrouted = worklist.unrouted(db, viewer())
    return render_template("worklist/_boards.html", boards=found, unrouted=unrouted, wanted=_wanted())


@blueprint.get("/worklist/rows")
@may(Act.WORKLIST_READ)
def rows() -> ResponseReturnValue:
    with transaction() as db:
        found = _rows_of(db)
    return render_template("worklist/_rows.html", **found)


def _rows_of(db: Session) -> dict[str, object]:
    """One statement for the rows, one line in the access log."""
    wanted = _wanted()
    found = worklist.page(db, viewer(), wanted)
    audit.record(db, viewer(), Act.WORKLIST_READ, now=now(), object_type="worklist", hits=min(len(found), PAGE))
    more = found[PAGE - 1] if len(found) > PAGE else None
    return {"rows": found[:PAGE], "wanted": wanted, "next": f"{more.due_on}~{more.id}" if more else ""}


@blueprint.get("/worklist/brief/<uuid:case_id>")
@may(Act.CASE_READ)
def brief(case_id: uuid.UUID) -> str:
    """The selected case at a glance, with the likely actions."""
    with transaction() as db:
        grant = access.case_for(db, viewer(), Act.CASE_READ, case_id, now=now())
        audit.record(db, viewer(), Act.CASE_READ, now=now(), case=grant.case, relation=grant.relation, detail="brief")
        view = cases.view(db, grant.case)
        plans = access.may(db, viewer(), Act.CASE_PLAN, grant.case, now=now())
        board_ids = [grant.case.board_id] if grant.case.board_id else []
        coming = meetings.upcoming(db, board_ids, since=now(), limit=6) if plans else []
    return render_template("worklist/_brief.html", case=view, may_plan=plans, meetings=coming)


def _wanted() -> Filter:
    args = request.args
    state = args.get("state", "")
    return Filter(
        board_id=_uuid(args.get("board", "")),
        unrouted=args.get("board") == "none",
        hospital_id=_uuid(args.get("hospital", "")),
        state=CaseState(state) if state in CaseState._value2member_map_ else None,
        incomplete=args.get("incomplete") == "1",
        words=args.get("words", "")[:100],
        after=_after(args.get("after", "")),
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _after(text: str) -> tuple[date, uuid.UUID] | None:
    on, _, case_id = text.partition("~")
    try:
        return date.fromisoformat(on), uuid.UUID(case_id)
    except ValueError:
        return None
