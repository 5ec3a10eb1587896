"""Who looked at this patient: for the patient, on the screen, as PDF and as CSV. A number is posted, never in an address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import masked_bsn
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.exchange import PersonName
from mdo_portal.letters import letters
from mdo_portal.letters.letter_data import LetterPatient
from mdo_portal.letters.letter_reports import LookLine, WhoLooked
from mdo_portal.services.access_log import audit, audit_lines, audit_patient
from mdo_portal.services.common.terms import last_day
from mdo_portal.services.patients import families
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.csv import as_csv
from mdo_portal.web.documents import as_file
from mdo_portal.web.guard import may
from mdo_portal.web.log_files import moment
from mdo_portal.web.log_patient_words import look_line
from mdo_portal.zone import AMSTERDAM, day_of

blueprint = Blueprint("patient", __name__, url_prefix="/patient")
HEADS = (
    "eerste keer", "laatste keer", "keren", "organisatie", "rol", "naam", "wat er gebeurde", "welke gegevens", "op grond van",
    "noodinzage",
)  # fmt: skip


class Overview(NamedTuple):
    """What was found: one patient, or several registrations of the same number or BSN, or nobody."""

    patients: list[Patient]
    lines: list[LookLine]
    hospital: str


@blueprint.get("")
@may(Act.LOG_PATIENT)
def page() -> str:
    return render_template("log/patient.html", found=None, asked={}, most=audit_patient.MOST)


@blueprint.post("")
@may(Act.LOG_PATIENT)
def overview() -> ResponseReturnValue:
    asked = request.form.to_dict()
    since, until = moment("since"), moment("until", end=True)
    with transaction() as db:
        found = _look_up(db, asked, since, until)
    if not found.patients or asked.get("format") not in ("pdf", "csv"):
        return render_template("log/patient.html", found=found, asked=asked, most=audit_patient.MOST)
    if asked["format"] == "csv":
        return as_csv([HEADS, *(_cells(line) for line in found.lines)], name="overzicht-van-inzage")
    data = _letter(found, since, until).as_json()
    return as_file(letters.render("who-looked", data, at=now()), "application/pdf", "overzicht-van-inzage", download=True)


def _look_up(db: Session, asked: dict[str, str], since: datetime | None, until: datetime | None) -> Overview:
    own = viewer().hospital_id
    patients = audit_lines.patients_called(db, own, asked.get("number", ""))
    rows = audit_patient.who_looked(db, families.whole_of(db, patients), since=since, until=until)
    kind = asked.get("format") if asked.get("format") in ("pdf", "csv") else "page"
    asked_of: Sequence[Patient | None] = patients or [None]
    for patient in asked_of:
        audit.record(
            db, viewer(), Act.LOG_PATIENT, now=now(), relation=Relation.OWN_HOSPITAL, patient=patient,
            detail=str(kind) if patient else "not found",
        )  # fmt: skip
    names = asked.get("without_names") != "1"
    return Overview(patients, [look_line(row, names=names) for row in rows], db.get_one(Hospital, own).name)


def _letter(found: Overview, since: datetime | None, until: datetime | None) -> WhoLooked:
    patient = found.patients[0]
    name = PersonName(family=patient.family, initials=patient.initials, given=patient.given).shown
    bsn = masked_bsn(patient.bsn_tail)
    return WhoLooked(
        network=settings().network,
        number=f"INZ-{now().astimezone(AMSTERDAM):%Y%m%d-%H%M%S}",
        hospital=found.hospital,
        patient=LetterPatient(name, patient.birth_on, patient.sex, found.hospital, patient.local_number, bsn),
        since_on=day_of(since) if since else None,
        until_on=last_day(until) if until else None,
        lines=tuple(found.lines),
    )


def _cells(line: LookLine) -> Sequence[object]:
    return (
        line.first_at, line.last_at, line.times, line.organisation, line.role, line.person, line.what, line.about, line.ground,
        line.emergency,
    )  # fmt: skip
