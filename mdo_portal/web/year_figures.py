"""A year of one board in counts: a page to print for who visits it, and a table for a spreadsheet."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext

from mdo_portal.domain.board import Board, MeetingState
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, NotFound
from mdo_portal.services.access_log import audit
from mdo_portal.services.common import access
from mdo_portal.services.years import year_figures
from mdo_portal.services.years.year_figures import MeetingYear, Year
from mdo_portal.services.years.year_rounds import Tally
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.csv import as_csv
from mdo_portal.web.deferring_words import in_every_language
from mdo_portal.web.guard import may
from mdo_portal.web.words import day, today

blueprint = Blueprint("year_figures", __name__, url_prefix="/meetings/figures")

#: counted: field of Tally -> heading
COUNTED = {
    "on_agenda": N_("Op de agenda"),
    "discussed": N_("Besproken"),
    "listed": N_("Hamerstuk"),
    "deferred": N_("Doorgeschoven"),
    "redirected": N_("Doorverwezen"),
    "withdrawn": N_("Ingetrokken"),
    "without_outcome": N_("Zonder uitkomst"),
    "again": N_("Opnieuw besproken"),
}
#: medians: fields of Tally with the middle and of how many -> heading
TIMES = {
    ("referral_days", "referral_counted"): N_("Dagen van aanmelding tot eerste bespreking (mediaan)"),
    ("signing_days", "signing_counted"): N_("Dagen van bespreking tot getekend advies (mediaan)"),
    ("receipt_hours", "receipt_counted"): N_("Uren van tekenen tot ontvangst (mediaan)"),
}


@blueprint.get("/<uuid:board_id>")
@may(Act.MEETING_FIGURES)
def page(board_id: uuid.UUID) -> str:
    words = {"counted": COUNTED, "times": TIMES, "other": year_figures.OTHER, "rounded": rounded}
    return render_template("meetings/year.html", **words, **_shown(board_id))


@blueprint.get("/<uuid:board_id>/table.csv")
@may(Act.MEETING_FIGURES)
def table(board_id: uuid.UUID) -> Response:
    shown = _shown(board_id)
    return as_csv(_lines(shown["board"], shown["year"], shown["figures"]), name="jaarcijfers")


def _shown(board_id: uuid.UUID) -> dict[str, Any]:
    asked = request.args.get("year", str(today().year))
    with transaction() as db:
        board = access.board_for(db, viewer(), Act.MEETING_FIGURES, board_id)
        years = {str(one): one for one in year_figures.years(db, board.id, now=now())}
        if asked not in years:
            raise NotFound()
        figures = year_figures.of_board(db, board, years[asked], words=in_every_language(), now=now())
        audit.record(db, viewer(), Act.MEETING_FIGURES, now=now(), object_type="board", object_id=board_id)
    return {"board": board, "figures": figures, "year": years[asked], "years": [(one, one) for one in years]}


def _lines(board: Board, year: int, figures: Year) -> Iterator[Sequence[object]]:
    """Every table of the page beneath each other, each with its headings."""
    heads = [*map(gettext, COUNTED.values())]
    for title in TIMES.values():
        heads += [gettext(title), gettext("van hoeveel")]
    heads += [gettext("Brief op tijd ontvangen"), gettext("van hoeveel")]
    yield [gettext("Jaarcijfers %(board)s", board=board.name), year]
    yield [gettext("Vergadering"), gettext("Status"), gettext("Aanwezigen"), gettext("Quorum"), gettext("Ontbrak"), *heads]
    for one in figures.meetings:
        quorum = (gettext("nee") if one.missing else gettext("ja")) if one.is_held else ""
        yield [day(one.on), _how(one), one.people, quorum, ", ".join(one.missing), *_numbers(one.tally)]
    yield [gettext("Hele jaar"), "", "", "", "", *_numbers(figures.whole)]
    yield []
    yield [gettext("Verwijzend ziekenhuis"), "", "", "", "", *heads]
    for name, tally in figures.hospitals:
        yield [name, "", "", "", "", *_numbers(tally)]
    yield []
    yield [gettext("Ziekenhuis"), gettext("Aanwezigen"), gettext("Uren aanwezig")]
    for put_in in figures.hours:
        yield [put_in.hospital, put_in.attendances, rounded(put_in.hours)]
    for title, counts in (
        (gettext("Plaats in het quorum"), figures.places),
        (gettext("Discipline"), figures.disciplines),
    ):
        yield []
        yield [title, gettext("Vergaderingen"), gettext("van hoeveel")]
        for name, number in counts.items():
            yield [name or gettext("Zonder discipline"), number, figures.held]
    yield []
    yield [gettext("Reden van doorschuiven"), gettext("Aantal")]
    for reason, number in figures.reasons.items():
        yield [gettext(reason) if reason else gettext("In andere woorden"), number]


def _numbers(one: Tally) -> list[object]:
    numbers: list[object] = [getattr(one, name) for name in COUNTED]
    for middle, of in TIMES:
        numbers += [rounded(getattr(one, middle)), getattr(one, of)]
    return [*numbers, one.in_time, one.in_time_counted]


def rounded(middle: float | None) -> str:
    """A median as Dutch spreadsheets read it, with one decimal where it has one; empty while nothing was counted."""
    return "" if middle is None else f"{middle:.1f}".removesuffix(".0").replace(".", ",")


def _how(one: MeetingYear) -> str:
    if one.state is MeetingState.CALLED_OFF:
        return str(gettext("vervallen"))
    return str(gettext("gehouden") if one.is_held else gettext("niet geopend"))
