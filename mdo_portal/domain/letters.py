"""Letters: templates as the administrator wrote them, version by version, and what a clinician wrote to the patient."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.audience import Audience
from mdo_portal.domain.identifiers import new_id

PATIENT_LETTER_PURPOSE = "patient.letter"


class LetterTemplateRow(Base):
    """A template: for whom, and for which board and hospital. No patient data. Everybody reads it, administrators write it."""

    __tablename__ = "letter_templates"
    __table_args__ = (UniqueConstraint("audience", "board_id", "hospital_id", postgresql_nulls_not_distinct=True),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: for whom the letter is: a value of Audience
    audience: Mapped[Audience]
    #: of which board; empty = every board
    board_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("boards.id"), index=True)
    #: for patients of which hospital; empty = every hospital
    hospital_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("hospitals.id"), index=True)


class LetterTemplateVersion(Base):
    """One version of a template, never edited: the newest counts. No patient data. Read and written with its template."""

    __tablename__ = "letter_template_versions"
    __table_args__ = (UniqueConstraint("template_id", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: the template it is a version of
    template_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("letter_templates.id"))
    #: 1 for the first
    version: Mapped[int]
    #: what it says, as `letter_template.LetterTemplate.as_json()`; empty object = taken out of use from this version on
    words: Mapped[dict[str, Any]]
    #: who made it
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: when
    made_at: Mapped[datetime]
    #: where it came from: empty = typed; "3" = version 3 put back
    back_to: Mapped[int | None]


class LetterLogo(Base):
    """A picture for a letterhead, never edited or removed: letters that were signed with it print it. No patient data."""

    __tablename__ = "letter_logos"

    #: SHA-256 of `png`
    sha256: Mapped[str] = mapped_column(primary_key=True)
    #: a PNG that we wrote ourselves (domain/pictures.py)
    png: Mapped[bytes]
    #: who brought it
    added_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: when
    added_at: Mapped[datetime]


class PatientLetterState(StrEnum):
    DRAFT = "draft"  #: being written
    READ = "read"  #: a clinician read exactly this text
    RELEASED = "released"  #: may be printed and handed over


#: A released letter is not changed: what follows is a new draft, which is released again or not.
PATIENT_LETTER_MOVES: Mapping[PatientLetterState, frozenset[PatientLetterState]] = {
    PatientLetterState.DRAFT: frozenset({PatientLetterState.DRAFT, PatientLetterState.READ}),
    PatientLetterState.READ: frozenset({PatientLetterState.DRAFT, PatientLetterState.RELEASED}),
    PatientLetterState.RELEASED: frozenset({PatientLetterState.DRAFT}),
}


class PatientLetter(Base):
    """One version of the letter to the patient, never edited: the newest counts. Of the patient's own hospital only."""

    __tablename__ = "patient_letters"
    __table_args__ = (
        UniqueConstraint("case_id", "version"),
        Index("ix_patient_letters_decision_id", "decision_id"),
        Index("ix_patient_letters_hospital_id", "hospital_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    #: the decision it explains; when that is no longer the newest of the case, the letter is outdated
    decision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decisions.id"))
    #: the owner hospital (tenant)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: 1 for the first; every save, reading and release is the next
    version: Mapped[int]
    state: Mapped[PatientLetterState]
    #: what it says and how it is printed (services/letters/patient_letters.py), sealed
    content_sealed: Mapped[bytes] = mapped_column(deferred=True)
    #: who wrote, read or released this version
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: when
    made_at: Mapped[datetime]
