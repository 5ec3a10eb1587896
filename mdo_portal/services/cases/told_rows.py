"""What a hospital told of a patient beside the referral, as the case page and the agenda show it: with source and time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from mdo_portal.domain.told import Appointment, Merge, MergeKind, ToldChange
from mdo_portal.errors import N_
from mdo_portal.services.patients import families

#: how a particular of a patient is called on the page
PARTICULAR_WORDS: dict[str, str] = {
    "family": N_("Achternaam"), "own_prefix": N_("Voorvoegsel"), "own_family": N_("Geboortenaam"),
    "partner_prefix": N_("Voorvoegsel partner"), "partner_family": N_("Naam partner"), "initials": N_("Voorletters"),
    "given": N_("Roepnaam"), "birth_on": N_("Geboortedatum"), "sex": N_("Geslacht"), "local_number": N_("Patiëntnummer"),
    "bsn": N_("BSN"), "deceased": N_("Overleden"),
}  # fmt: skip
APPOINTMENT_WORDS: dict[str, str] = {
    "booked": N_("gepland"), "cancelled": N_("vervallen"), "deleted": N_("verwijderd"), "no_show": N_("niet verschenen"),
    "blocked": N_("geblokkeerd"),
}  # fmt: skip


class ChangeRow(NamedTuple):
    what: str
    before: str
    after: str
    event: str
    at: datetime


class AppointmentRow(NamedTuple):
    state: str
    starts_at: datetime | None
    moved_from: datetime | None
    service: str
    place: str
    with_whom: str
    reason: str
    note: str
    received_at: datetime

    @property
    def is_off(self) -> bool:
        return self.state != "booked"


class MergeRow(NamedTuple):
    id: uuid.UUID
    kind: MergeKind
    kept_number: str
    gone_number: str
    event: str
    at: datetime
    undone_at: datetime | None
    undo_asked_at: datetime | None


@dataclass(frozen=True)
class Told:
    """Everything of one patient, merged numbers included."""

    changes: list[ChangeRow]
    merges: list[MergeRow]
    appointments: list[AppointmentRow]

    @property
    def standing_merges(self) -> list[MergeRow]:
        return [one for one in self.merges if one.undone_at is None]

    def __bool__(self) -> bool:
        return bool(self.changes or self.merges or self.appointments)


NOTHING = Told([], [], [])


_THESE: BindParameter[Any] = bindparam("patients", expanding=True)
_CHANGED = (
    select(ToldChange.what, ToldChange.before, ToldChange.after, ToldChange.event, ToldChange.at)
    .where(ToldChange.patient_id.in_(_THESE))
    .order_by(ToldChange.at.desc(), ToldChange.id)
)
_NUMBERS = (
    select(
        Merge.id, Merge.kind, Merge.kept_number, Merge.gone_number, Merge.event, Merge.at, Merge.undone_at, Merge.undo_asked_at
    )
    .where(Merge.kept_id.in_(_THESE) | Merge.gone_id.in_(_THESE))
    .order_by(Merge.at.desc())
)
_DATES = (
    select(
        Appointment.state, Appointment.starts_at, Appointment.moved_from, Appointment.service, Appointment.place,
        Appointment.with_whom, Appointment.reason, Appointment.note, Appointment.received_at,
    )
    .where(Appointment.patient_id.in_(_THESE))
    .order_by(Appointment.starts_at.desc().nulls_last(), Appointment.id)
)  # fmt: skip


def of_patient(session: Session, patient_id: uuid.UUID) -> Told:
    """Newest first."""
    these = {"patients": list(families.members(session, patient_id))}
    return Told(
        [ChangeRow._make(row) for row in session.execute(_CHANGED, these)],
        [MergeRow._make(row) for row in session.execute(_NUMBERS, these)],
        [AppointmentRow._make(row) for row in session.execute(_DATES, these)],
    )
