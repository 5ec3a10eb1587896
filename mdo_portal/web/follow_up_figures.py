"""A board's own figures about its recommendations: a page to print, and a table for a spreadsheet."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext

from mdo_portal.domain.policy import Act
from mdo_portal.services.access_log import audit
from mdo_portal.services.common import access
from mdo_portal.services.follow_up import follow_up_figures
from mdo_portal.services.follow_up.follow_up_figures import FEW, Counts
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.csv import as_csv
from mdo_portal.web.follow_up_words import REASON_WORDS
from mdo_portal.web.guard import may
from mdo_portal.web.words import day, today

blueprint = Blueprint("follow_up_figures", __name__)


@blueprint.get("/follow-up/figures/<uuid:board_id>")
@may(Act.FOLLOW_FIGURES)
def page(board_id: uuid.UUID) -> str:
    return render_template("follow_ups/figures.html", few=FEW, reason_words=REASON_WORDS, **_shown(board_id))


@blueprint.get("/follow-up/figures/<uuid:board_id>/table.csv")
@may(Act.FOLLOW_FIGURES)
def table(board_id: uuid.UUID) -> Response:
    shown = _shown(board_id)
    figures: follow_up_figures.Figures = shown["figures"]
    heads = [
        gettext("Vanaf"),
        gettext("Aanbevelingen"),
        gettext("Uitgevoerd"),
        gettext("Deels uitgevoerd"),
        gettext("Niet uitgevoerd"),
    ]
    heads += [gettext("Open"), gettext("Uitgevoerd, procent van afgehandeld"), gettext("Dagen tot uitvoering (mediaan)")]
    lines = [_line(one) for one in (*figures.quarters, figures.whole)]
    reasons = [[gettext(REASON_WORDS[one]), f"< {FEW}" if number is None else number] for one, number in figures.reasons.items()]
    return as_csv([heads, *lines, [], [gettext("Reden"), gettext("Aantal")], *reasons], name="opvolging")


def _line(one: Counts) -> list[object]:
    percent, median = one.percent, one.median_days
    counted: list[object] = [one.recommended, one.carried_out, one.partly, one.not_done, one.open]
    return [day(one.since), *counted, "" if percent is None else percent, "" if median is None else round(median)]


def _shown(board_id: uuid.UUID) -> dict[str, Any]:
    since, until = _day("since", today().replace(year=today().year - 1, day=1)), _day("until", today())
    with transaction() as db:
        board = access.board_for(db, viewer(), Act.FOLLOW_FIGURES, board_id)
        figures = follow_up_figures.of_board(db, board.id, since=since, until=until)
        audit.record(db, viewer(), Act.FOLLOW_FIGURES, now=now(), object_type="board", object_id=board_id)
    return {"board": board, "figures": figures, "since": since, "until": until}


def _day(name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise
