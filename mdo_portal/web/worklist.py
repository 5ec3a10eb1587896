"""The work list: page, rows (live-refreshed) and the selected case in brief."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from mdo_portal.domain.board import LASTS
from mdo_portal.domain.case import OPEN_STATES, OVER
from mdo_portal.domain.policy import Act
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import (
    cases,
    decision_objection_rows,
    news,
    open_also,
    other_cases,
    over,
    unseen,
    worklist,
    worklist_boards,
)
from mdo_portal.services.cases.worklist import PAGE
from mdo_portal.services.cases.worklist_rows import BoardCount, Filter
from mdo_portal.services.common import access
from mdo_portal.services.referrals.questions import reaches
from mdo_portal.web.case_page import SECTION_WORDS, URGENCY_WORDS, meetings_for
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.words import clock, today, when
from mdo_portal.web.worklist_asked import as_uuid, asked_filter, kept, passed
from mdo_portal.zone import AMSTERDAM

blueprint = Blueprint("worklist", __name__)
HURRY = {word: said for word, said in URGENCY_WORDS.items() if word != "routine"}
BRIEF_BUTTONS = (Act.CASE_PLAN, Act.CASE_ASK, Act.CASE_WITHDRAW, Act.CASE_ROUTE, Act.CASE_SEEN, Act.CASE_REOPEN)


@blueprint.app_template_filter()
def weekday(moment: datetime) -> str:
    """`wo 12:00` within a week, as people say it; otherwise with the date."""
    local = moment.astimezone(AMSTERDAM)
    days = (local.date() - today()).days
    return f"{when(moment).split()[0]} {clock(moment)}" if 1 < days < 7 else when(moment)


@blueprint.route("/worklist", methods=["GET", "POST"])
@may(Act.WORKLIST_READ)
def page() -> str:
    """POST only carries the words: they may be somebody's name, which never stands in an address."""
    with transaction() as db:
        shown = _left_of(db)
        shown |= _rows_of(db, shown["boards"]) | {
            "hospitals": worklist.hospitals(db) if viewer().boards_for(Act.WORKLIST_READ) else []
        }
        shown["of_boards"] = over.boards(db, viewer()) if shown["wanted"].over else []
        shown["missed"] = decision_objection_rows.waiting(db, viewer(), now=now())
    register = viewer().may_for_own_hospital(Act.CASE_REGISTER)
    states = OVER if shown["wanted"].over else OPEN_STATES
    return render_template("worklist/page.html", states=states, may_register=register, **shown)


@blueprint.get("/worklist/boards")
@may(Act.WORKLIST_READ)
def boards() -> str:
    """The left column, refreshed live."""
    with transaction() as db:
        left = _left_of(db)
    wanted = asked_filter()
    board = _chosen(left["boards"], wanted)
    return render_template("worklist/_boards.html", wanted=wanted, board=board, kept=kept(), is_piece=True, **left)


def _chosen(found: Sequence[BoardCount], wanted: Filter) -> BoardCount | None:
    return next((board for board in found if board.id == wanted.board_id), None)


def _left_of(db: Session) -> dict[str, Any]:
    found = worklist_boards.boards(db, viewer(), now=now())
    without = worklist_boards.unrouted(db, viewer())
    new = unseen.count(db, viewer())
    return {
        "unseen": new,
        "boards": found,
        "asked": worklist_boards.asked(db, viewer()),
        "plans": any(board.plans for board in found),
        "unrouted": without.waiting,
        "unrouted_incomplete": without.incomplete,
        "topics": _topics(),
    }


def _topics() -> str:
    """What this list listens to: the boards that this viewer plans, and the own hospital. Asks the database nothing."""
    mine = viewer().may_for_own_hospital(Act.WORKLIST_READ)
    planned = sorted(str(board_id) for board_id in viewer().boards_for(Act.CASE_PLAN))
    names = ["unrouted", *planned, *([str(viewer().hospital_id)] if mine else [])]
    return " ".join(f"worklist:{name}" for name in names)


@blueprint.route("/worklist/rows", methods=["GET", "POST"])
@may(Act.WORKLIST_READ)
def rows() -> ResponseReturnValue:
    with transaction() as db:
        shown = _rows_of(db)
    answer = make_response(render_template(f"worklist/{shown['list']}.html", **shown))
    if request.method == "POST":
        answer.headers["HX-Replace-Url"] = url_for("worklist.page", **kept())
    return answer


def _rows_of(db: Session, found_boards: Sequence[BoardCount] = ()) -> dict[str, Any]:
    """One statement for the rows and one for who stands there twice; one line in the access log."""
    wanted = asked_filter()
    if wanted.unseen:
        return _unseen_of(db, wanted)
    if wanted.over:
        return _over_of(db, wanted)
    found = worklist.page(db, viewer(), wanted)
    audit.record(db, viewer(), Act.WORKLIST_READ, now=now(), object_type="worklist", hits=min(len(found), PAGE))
    last = found[PAGE - 1] if len(found) > PAGE else None
    return {
        "list": "_rows",
        "rows": found[:PAGE],
        "after": request.values.get("after", "") if wanted.after else "",
        "next": f"{last.due_on}~{last.id}~{passed() + PAGE}" if last else "",
        "board": _chosen(found_boards, wanted),
        "also": open_also.of_cases(db, viewer(), [row.id for row in found[:PAGE]]),
        "urgency_words": HURRY,
        "over_before": now() - LASTS,
        **_around(wanted),
    }


def _unseen_of(db: Session, wanted: Filter) -> dict[str, Any]:
    """The other list of this page: what came in for cases that wait for nothing any more."""
    found = unseen.rows(db, viewer(), wanted)
    audit.record(db, viewer(), Act.WORKLIST_READ, now=now(), object_type="worklist", hits=len(found), detail="unseen")
    more = {"is_cut": len(found) == unseen.MOST, "folded": unseen.folded(db, viewer(), wanted)}
    return {"list": "_unseen", "rows": found, "board": None, **more, **_around(wanted)}


def _over_of(db: Session, wanted: Filter) -> dict[str, Any]:
    """The third list: what became of whom."""
    found = over.page(db, viewer(), wanted)
    audit.record(
        db, viewer(), Act.WORKLIST_READ, now=now(), object_type="worklist", hits=min(len(found), PAGE), detail="over"
    )  # fmt: skip
    last = found[PAGE - 1] if len(found) > PAGE else None
    return {
        "list": "_over",
        "rows": found[:PAGE],
        "after": request.values.get("after", "") if wanted.before else "",
        "next": f"{last.state_since.isoformat()}~{last.id}~{passed() + PAGE}" if last else "",
        "board": None,
        **_around(wanted),
    }


def _around(wanted: Filter) -> dict[str, Any]:
    """What either list needs to be asked again."""
    return {
        "wanted": wanted,
        "passed": passed() if wanted.after or wanted.before else 0,
        "kept": kept(),
        "selected": as_uuid(request.values.get("case", "")),
        "topics": _topics(),
        "own_act": request.headers.get("HX-Trigger") == "worklist-again",
    }


@blueprint.get("/worklist/brief")
@may(Act.CASE_READ)
def brief() -> ResponseReturnValue:
    """The selected case at a glance, with the likely actions; nothing when no line is selected."""
    case_id = as_uuid(request.args.get("case", ""))
    if case_id is None:
        return "", 204
    with transaction() as db:
        grant = access.case_for(db, viewer(), Act.CASE_READ, case_id, now=now())
        audit.record(db, viewer(), Act.CASE_READ, now=now(), case=grant.case, relation=grant.relation, detail="brief")
        view = cases.view(db, grant.case, reduced=grant.reduced)
        rights = {act.value: access.may(db, viewer(), act, grant.case, now=now()) for act in (*BRIEF_BUTTONS, Act.DECISION_READ)}
        coming = meetings_for(db, grant.case) if rights[Act.CASE_PLAN] else []
        who_reads = reaches(db, grant.case, now=now())
        others = [] if grant.reduced else other_cases.of_case(db, viewer(), grant.case, now=now())
        advice = other_cases.advice_that_holds(db, case_id) if view.is_over and rights[Act.DECISION_READ] else ()
    shown = {"case": view, "others": others, "may": rights, "meetings": coming, "viewer": viewer(), "unseen": news.unseen(view)}
    shown |= {"section_words": SECTION_WORDS, "reaches": who_reads, "advice": advice}
    return render_template("worklist/_brief.html", now=now(), urgency_words=HURRY, **shown)
