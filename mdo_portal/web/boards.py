"""Beheer: boards and hospitals, set up by the administrator of the network with plain forms."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, time
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, Incomplete, Stale
from mdo_portal.services.letters import lateness
from mdo_portal.services.links import hospital_form
from mdo_portal.services.meetings import boards, series
from mdo_portal.services.meetings.boards import BoardForm
from mdo_portal.services.referrals import participation
from mdo_portal.web import as_read, boards_codes
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.links import chosen_boards

blueprint = Blueprint("boards", __name__, url_prefix="/manage")
Value = TypeVar("Value")
WEEKDAYS = [N_("maandag"), N_("dinsdag"), N_("woensdag"), N_("donderdag"), N_("vrijdag"), N_("zaterdag"), N_("zondag")]
PERIODS = {"late_hours": lateness.HOURS, "late_paper_days": lateness.PAPER_DAYS, "objection_hours": 24, "follow_days": 7}
"""What a new board begins with."""
NUMBER = N_("Vul een getal in.")
TIME = N_("Vul een tijd in, zoals 08:00.")


@blueprint.get("")
@may(Act.BOARD_MANAGE)
def page() -> str:
    with transaction() as db:
        rows, hospitals = boards.rows(db, now=now()), boards.hospitals(db)
    return render_template("boards/list.html", rows=rows, hospitals=hospitals, weekdays=WEEKDAYS, viewer=viewer())


@blueprint.get("/boards/new")
@may(Act.BOARD_MANAGE)
def new() -> str:
    return _form(None, _values(None, {}), {})


@blueprint.get("/boards/<uuid:board_id>")
@may(Act.BOARD_MANAGE)
def board(board_id: uuid.UUID) -> str:
    with transaction() as db:
        values = _there(db, board_id)
    return _form(board_id, values, {})


def _there(db: Session, board_id: uuid.UUID) -> dict[str, Any]:
    return _values(boards.board_of(db, board_id), boards.takes_part(db, board_id))


def _form(board_id: uuid.UUID | None, values: dict[str, Any], errors: dict[str, str], *, is_stale: bool = False) -> str:
    with transaction() as db:
        hospitals = boards.hospitals(db)
        seen = as_read.mark(_there(db, board_id)) if board_id else ""
    if errors:  # said of what was read then
        seen = request.form.get("seen", seen)
    words = {"weekdays": [(str(at), gettext(word)) for at, word in enumerate(WEEKDAYS)], "viewer": viewer()}
    told = {"values": values, "errors": errors, "seen": seen, "is_stale": is_stale}
    return render_template("boards/board.html", board_id=board_id, hospitals=hospitals, **told, **words)


def _values(found: Board | None, takes_part: dict[uuid.UUID, date | None]) -> dict[str, Any]:
    """What the form shows: the board as it is, or a new one."""
    kept = found or Board(weekday=0, starts=time(8), minutes=90, minutes_per_case=4, closing_hours=24, review_months=6, **PERIODS)
    values = {name: getattr(kept, name) or "" for name in boards.FIELDS} | {name: getattr(kept, name) for name in boards.SETTINGS}
    values |= {"weekday": kept.weekday, "starts": kept.starts.strftime("%H:%M"), "aliases": "\n".join(kept.aliases or [])}
    values |= {"closing_hours": kept.closing_hours, "quorum": "\n".join(_line(group) for group in kept.quorum or [])}
    values |= {name: bool(getattr(kept, name)) for name in boards.SWITCHES}
    return values | {"hospitals": {str(one): since or "" for one, since in takes_part.items()}}


def _line(group: dict[str, Any]) -> str:
    """A role group as one line: `radioloog / nucleair geneeskundige @ DELT`."""
    named = " / ".join(group["one_of"])
    return f"{named} @ {group['hospital']}" if group.get("hospital") else named


@blueprint.post("/boards/new")
@blueprint.post("/boards/<uuid:board_id>")
@may(Act.BOARD_MANAGE)
def save(board_id: uuid.UUID | None = None) -> ResponseReturnValue:
    try:
        with transaction() as db:
            if board_id:
                as_read.check(_there(db, board_id))
            kept, before = boards.board_of(db, board_id) if board_id else None, participation.outsiders(db, now=now())
            code = kept.code if kept else ""
            made = boards.save(db, viewer(), kept, _asked(), now=now())
            if code:
                boards_codes.go_along(db, code, made.code)
            left_behind = series.left_behind(db, made, now=now())
            outside = participation.outsiders(db, now=now()) - before
    except Incomplete as error:
        return _form(board_id, _typed(), error.fields), error.status
    except Stale as error:
        return _form(board_id, _typed(), {}, is_stale=True), error.status
    flash(gettext("%(name)s is bewaard.", name=made.name), "success")
    if left_behind:
        flash(_left_behind(left_behind))
    _say_outside(len({person_id for _, person_id in outside}))
    return redirect(url_for("boards.page"))


def _left_behind(count: int) -> str:
    said: str = ngettext(
        "%(num)d vergadering met casussen op de agenda staat nog op haar eigen dag of tijd. De coördinator verzet haar met Wijzigen.",
        "%(num)d vergaderingen met casussen op de agenda staan nog op hun eigen dag of tijd. De coördinator verzet ze met Wijzigen.",
        count,
    )
    return said


def _say_outside(count: int) -> None:
    """Their roles stay until somebody ends them (docs/decisions/0020): whoever let the hospital go hears of it now."""
    if not count:
        return
    said = ngettext(
        "%(num)d collega houdt een rol bij een MDO waaraan het ziekenhuis niet meer meedoet, en ziet wat daar besproken wordt. "
        "Beëindig die rol bij Mensen, of laat haar bewust staan.",
        "%(num)d collega's houden een rol bij een MDO waaraan hun ziekenhuis niet meer meedoet, en zien wat daar besproken wordt. "
        "Beëindig die rollen bij Mensen, of laat ze bewust staan.",
        count,
    )
    flash(said, "warning")


def _typed() -> dict[str, Any]:
    chosen = {one: request.form.get(f"since-{one}", "") for one in request.form.getlist("hospital") if _is_id(one)}
    periods = {name: request.form.get(name, str(usual)) for name, usual in PERIODS.items()}
    texts = {name: request.form.get(name, "") for name in (*boards.FIELDS, "review_months", "quorum", "aliases")}
    return texts | periods | {name: bool(request.form.get(name)) for name in boards.SWITCHES} | {"hospitals": chosen}


def _is_id(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


def _asked() -> BoardForm:
    """The form as a board. Raises Incomplete for what is no number, time or date."""
    typed, wrong = _typed(), dict[str, str]()
    text = {name: str(typed[name]).strip() for name in ("name", "tumour_group", "place", "video_url")}
    numbers = {name: _number(typed[name], name, wrong) for name in _NUMBERS}
    starts = _parsed(time.fromisoformat, typed["starts"], "starts", TIME, wrong) or time(8)
    hospitals = {uuid.UUID(one): _since(since, wrong) for one, since in typed["hospitals"].items()}
    switches = {name: typed[name] for name in boards.SWITCHES}
    if wrong:
        raise Incomplete(wrong, boards.NOT_SAVED)
    quorum, aliases = [_group(line) for line in _lines(typed["quorum"])], [line.casefold() for line in _lines(typed["aliases"])]
    code = str(typed["code"]).strip().upper()
    return BoardForm(code=code, starts=starts, quorum=quorum, aliases=aliases, hospitals=hospitals, **switches, **text, **numbers)  # type: ignore[arg-type]


_NUMBERS = ("weekday", "minutes", "minutes_per_case", "closing_hours", *boards.SETTINGS)


def _number(text: str, name: str, wrong: dict[str, str]) -> int:
    return _parsed(int, text, name, NUMBER, wrong) or 0


def _since(text: str, wrong: dict[str, str]) -> date | None:
    return _parsed(date.fromisoformat, text, "hospitals", N_("Een van de begindatums is geen datum."), wrong) if text else None


def _parsed(parse: Callable[[str], Value], text: str, name: str, sentence: str, wrong: dict[str, str]) -> Value | None:
    try:
        return parse(text.strip())
    except ValueError:
        wrong[name] = sentence
        return None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _group(line: str) -> dict[str, Any]:
    named, _, hospital = line.partition("@")
    return {"one_of": [one.strip() for one in named.split("/") if one.strip()], "hospital": hospital.strip().upper()}


@blueprint.get("/hospitals/<uuid:hospital_id>")
@may(Act.BOARD_MANAGE)
def hospital(hospital_id: uuid.UUID) -> str:
    return _hospital(hospital_id)


def _hospital_there(db: Session, hospital_id: uuid.UUID) -> dict[str, Any]:
    found = hospital_form.hospital_of(db, hospital_id)
    kept = {name: getattr(found, name) for name in hospital_form.FIELDS}
    return kept | {"boards": sorted(map(str, participation.boards_of(db, hospital_id)))}


def _hospital(
    hospital_id: uuid.UUID, *, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None, is_stale: bool = False
) -> str:
    with transaction() as db:
        found, there = hospital_form.hospital_of(db, hospital_id), _hospital_there(db, hospital_id)
        every, joined = boards.names(db), participation.boards_of(db, hospital_id) if typed is None else chosen_boards()
    seen = request.form.get("seen", "") if errors else as_read.mark(there)
    told = {"values": there | (typed or {}), "errors": errors or {}, "seen": seen, "is_stale": is_stale}
    shown = {"hospital": found, "boards": every, "chosen": joined, **told}
    return render_template("boards/hospital.html", viewer=viewer(), **shown)


@blueprint.post("/hospitals/<uuid:hospital_id>")
@may(Act.BOARD_MANAGE)
def save_hospital(hospital_id: uuid.UUID) -> ResponseReturnValue:
    typed = {name: request.form[name].strip() for name in hospital_form.FIELDS if name in request.form}
    try:
        with transaction() as db:
            as_read.check(_hospital_there(db, hospital_id))
            before = participation.outsiders(db, now=now())
            hospital_form.save(db, viewer(), hospital_id, typed, now=now())
            if "boards" in request.form:  # the list was on the form: nothing ticked means none
                participation.choose(db, viewer(), hospital_id, chosen_boards(), now=now())
            outside = participation.outsiders(db, now=now()) - before
    except Incomplete as error:
        return _hospital(hospital_id, typed=typed, errors=error.fields), error.status
    except Stale as error:
        return _hospital(hospital_id, typed=typed, is_stale=True), error.status
    flash(gettext("%(name)s is bewaard.", name=typed["name"]), "success")
    _say_outside(len({person_id for _, person_id in outside}))
    return redirect(url_for("boards.page"))
