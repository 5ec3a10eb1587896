"""The access log of the own hospital, newest first: for the privacy officer. Reading it is logged too."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from mdo_portal.domain.policy import Act, Relation
from mdo_portal.errors import NotFound
from mdo_portal.services.access_log import audit, audit_event, audit_lines
from mdo_portal.services.access_log.audit_lines import LogRow, Wanted
from mdo_portal.services.meetings import boards
from mdo_portal.web import log_breach, log_patient, log_review
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.log_files import moment
from mdo_portal.web.log_words import ACT_WORDS, WORDS

blueprint = Blueprint("log", __name__, url_prefix="/log")
for part in (log_patient, log_review, log_breach):
    blueprint.register_blueprint(part.blueprint)


@blueprint.get("")
@may(Act.LOG_READ)
def page() -> str:
    return _shown(Wanted(), {})


@blueprint.post("")
@may(Act.LOG_READ)
def search() -> str:
    """The same, filtered. By POST: a patient's number must not stand in an address."""
    wanted = Wanted(
        since=moment("since"),
        until=moment("until", end=True),
        person_id=an_id("person"),
        act=request.form.get("act", ""),
        odd=request.form.get("odd") == "1",
        before=_before(),
    )
    return _shown(wanted, request.form.to_dict())


def _shown(wanted: Wanted, asked: dict[str, str]) -> str:
    with transaction() as db:
        wanted = audit_lines.with_patient(db, viewer().hospital_id, wanted, asked.get("number", ""))
        rows = audit_lines.page(db, viewer().hospital_id, wanted)
        people = audit_lines.people_of(db, viewer().hospital_id)
        names = _names(db, people)
        _note(db, rows, "filtered" if asked else "")
    last = rows[-1] if len(rows) == audit_lines.PAGE else None
    older = f"{last.at.isoformat()} {last.seq}" if last else ""
    shown = {"rows": rows, "asked": asked, "people": people, "names": names, "older": older, "acts": ACT_WORDS}
    return render_template("log/page.html", **shown, **WORDS)


def _names(db: Session, people: Sequence[tuple[object, str]]) -> dict[str, str]:
    """What the ids in the details of lines are called: of boards, hospitals and our own people."""
    places = [*boards.names(db), *((one.id, one.name) for one in boards.hospitals(db))]
    return {str(key): name for key, name in (*places, *people)}


def _note(db: Session, rows: list[LogRow], detail: str) -> None:
    hits = len({row.patient_number for row in rows} - {None})
    audit.record(
        db, viewer(), Act.LOG_READ, now=now(), relation=Relation.OWN_HOSPITAL, object_type="log", hits=hits, detail=detail
    )


def _before() -> tuple[datetime, int] | None:
    """Where the page before ended. Raises NotFound for what our own page does not send."""
    at, _, seq = request.form.get("before", "").partition(" ")
    if not at:
        return None
    try:
        return datetime.fromisoformat(at), int(seq)
    except ValueError as error:
        raise NotFound() from error


def an_id(name: str) -> uuid.UUID | None:
    """A choice of the form; empty is no choice. Raises NotFound for what is no id."""
    try:
        return uuid.UUID(request.form[name]) if request.form.get(name) else None
    except ValueError as error:
        raise NotFound() from error


@blueprint.post("/export")
@may(Act.LOG_READ)
def export() -> Response:
    """The lines of a period as FHIR AuditEvent, one JSON object per line: for the hospital's own log system."""
    wanted = Wanted(since=moment("since"), until=moment("until", end=True))
    with transaction() as db:
        lines = audit_event.lines(db, viewer().hospital_id, wanted)
        body = "".join(f"{json.dumps(audit_event.as_fhir(line), ensure_ascii=False)}\n" for line in lines)
        audit.record(
            db, viewer(), Act.LOG_READ, now=now(), relation=Relation.OWN_HOSPITAL, object_type="log", hits=len(lines),
            detail="export",
        )  # fmt: skip
    headers = {"Content-Disposition": "attachment; filename=logboek-fhir.ndjson"}
    return Response(body, mimetype="application/fhir+ndjson", headers=headers)
