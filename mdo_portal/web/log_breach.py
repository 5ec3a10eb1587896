"""Who saw what of whom between two moments: the page and the file for a notification of a data breach."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.policy import Act, Relation
from mdo_portal.errors import N_, NotFound, PortalError
from mdo_portal.services.access_log import audit, audit_breach, audit_lines
from mdo_portal.services.access_log.audit_breach import BreachRow
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.csv import as_csv
from mdo_portal.web.guard import may
from mdo_portal.web.log_files import moment
from mdo_portal.web.log_words import ACT_WORDS, RELATION_WORDS, WORDS
from mdo_portal.zone import AMSTERDAM

blueprint = Blueprint("breach", __name__, url_prefix="/breach")
HOURS = 72
"""The page opens with the last 72 hours filled in."""
HEADS = (
    N_("wie"), N_("rollen"), N_("namens"), N_("wat"), N_("op grond van"), N_("patiëntnummer"), N_("gegevens van"),
    N_("eerste keer"), N_("laatste keer"), N_("keren"), N_("patiënten op de lijst"), N_("geweigerd"), N_("noodinzage"), N_("adressen"),
)  # fmt: skip


@blueprint.get("")
@may(Act.LOG_BREACH)
def page() -> str:
    """The form, filled in so that one click is enough."""
    return _page({"since": _local(HOURS), "until": _local(0)})


def _page(asked: dict[str, str], *, error: str = "") -> str:
    with transaction() as db:
        people = audit_lines.people_of(db, viewer().hospital_id)
        if error:  # the number that was typed goes back in the form
            _note(db, "no period")
    return render_template("log/breach.html", rows=None, asked=asked, people=people, most=audit_breach.MOST, error=error, **WORDS)


@blueprint.post("")
@may(Act.LOG_BREACH)
def report() -> ResponseReturnValue:
    """What was asked stays in the form, also when it cannot be answered."""
    asked = request.form.to_dict()
    try:
        since, until = _period()
    except PortalError as refused:
        return _page(asked, error=gettext(refused.sentence)), refused.status
    with transaction() as db:
        rows = _rows(db, asked, since, until)
        people = audit_lines.people_of(db, viewer().hospital_id)
    if asked.get("format") == "csv":
        return as_csv([[gettext(head) for head in HEADS], *(_cells(row) for row in rows)], name="datalek")
    return render_template("log/breach.html", rows=rows, asked=asked, people=people, most=audit_breach.MOST, **WORDS)


def _period() -> tuple[datetime, datetime]:
    since, until = moment("since"), moment("until", end=True)
    if since is None or until is None or since >= until:
        raise PortalError(N_("Vul een begin in dat vóór het einde ligt. Er is niets opgezocht."))
    return since, until


def _rows(db: Session, asked: dict[str, str], since: datetime, until: datetime) -> list[BreachRow]:
    own = viewer().hospital_id
    wanted = audit_lines.with_patient(db, own, audit_lines.Wanted(), asked.get("number", ""))
    rows = audit_breach.report(db, own, since=since, until=until, person_id=_person(asked.get("person", "")), of=wanted)
    kind = "csv" if asked.get("format") == "csv" else "page"
    hits = len({row.patient_number for row in rows} - {None})
    _note(db, kind, hits)
    return rows


def _note(db: Session, detail: str, hits: int = 0) -> None:
    audit.record(
        db, viewer(), Act.LOG_BREACH, now=now(), relation=Relation.OWN_HOSPITAL, object_type="log", hits=hits, detail=detail
    )


def _person(typed: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(typed) if typed else None
    except ValueError as error:
        raise NotFound() from error


def _local(hours_ago: int) -> str:
    from_then = now() - timedelta(hours=hours_ago)
    return from_then.astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M")


def _cells(row: BreachRow) -> list[object]:
    yes = gettext("ja")
    return [
        row.person_name, row.roles, row.organisation, gettext(ACT_WORDS.get(row.act, row.act)),
        gettext(RELATION_WORDS.get(row.relation, row.relation)), row.patient_number or "", row.owner, row.first_at, row.last_at,
        row.times, row.hits, yes if row.outcome else "", yes if row.emergency else "", row.addresses,
    ]  # fmt: skip
