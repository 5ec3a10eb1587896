"""The structured half of a conclusion: recommendations in order, and the few questions that every round answers.

All of it is what people of the board enter; nothing here is computed, and nothing has to be filled for a signature.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id


class AdviceKind(StrEnum):
    """What is recommended: a kind of therapy, or further work-up (knowledge/field.md (e) Outcome)."""

    SURGERY = "surgery"
    RADIOTHERAPY = "radiotherapy"
    CHEMORADIATION = "chemoradiation"
    SYSTEMIC = "systemic"
    HORMONAL = "hormonal"
    LOCAL = "local"  #: ablation, brachytherapy, instillation
    SURVEILLANCE = "surveillance"
    SUPPORTIVE = "supportive"
    NO_TREATMENT = "no_treatment"
    TRIAL = "trial"
    IMAGING = "imaging"
    BIOPSY = "biopsy"
    MARKERS = "markers"
    CONSULT = "consult"
    OTHER = "other"


class Intent(StrEnum):
    CURATIVE = "curative"
    NEOADJUVANT = "neoadjuvant"
    ADJUVANT = "adjuvant"
    PALLIATIVE = "palliative"
    DIAGNOSTIC = "diagnostic"


class AdviceItem(Base):
    """One recommendation of one round, as entered; its place is the order of preference. Frozen with the conclusion."""

    __tablename__ = "advice_items"
    __table_args__ = (Index("ix_advice_items_round_id", "round_id", "position"), Index("ix_advice_items_case_id", "case_id"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rounds.id"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    #: 1 for the first choice
    position: Mapped[int]
    #: a value of AdviceKind; empty = not chosen
    kind: Mapped[str] = mapped_column(default="")
    #: what is recommended, in the board's words
    text: Mapped[str] = mapped_column(default="")
    #: a value of Intent; empty = not said
    intent: Mapped[str] = mapped_column(default="")
    #: when it holds: "als de PSMA-PET negatief is"; empty = always
    condition: Mapped[str] = mapped_column(default="")
    #: hospital of treatment, in words: may be one outside the region
    place: Mapped[str] = mapped_column(default="")
    #: that hospital, when the words are the name of one of the region; empty = free text
    place_hospital_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("hospitals.id"))
    #: who sees to it, in words
    responsible: Mapped[str] = mapped_column(default="")
    #: to be done by; empty = not said
    due_on: Mapped[date | None]
    #: goes up with every change: two people in one item are noticed
    revision: Mapped[int] = mapped_column(default=1)
    #: who changed it last
    changed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: when it was changed last
    changed_at: Mapped[datetime]


class RoundAnswers(Base):
    """What a round answers besides the advice itself. Every field may stay empty; the letter leaves empty ones out."""

    __tablename__ = "round_answers"

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    #: did the board change the diagnosis: "yes", "no" or empty (not answered)
    diagnosis_changed: Mapped[str] = mapped_column(default="")
    #: result of the revision of imaging, in the board's words
    imaging_revision: Mapped[str] = mapped_column(default="")
    #: the same of pathology
    pathology_revision: Mapped[str] = mapped_column(default="")
    #: what the patient wants, and how that was weighed
    wish: Mapped[str] = mapped_column(default="")
    #: the trial or trials the board named
    trial: Mapped[str] = mapped_column(default="")
    #: the guideline is not followed, and why
    deviation: Mapped[str] = mapped_column(default="")
    #: the board did not agree, and how
    dissent: Mapped[str] = mapped_column(default="")
    #: who tells the patient
    told_by: Mapped[str] = mapped_column(default="")
    #: when the patient is told; empty = not said
    told_on: Mapped[date | None]
    #: when, or after what, it is to be discussed again
    again: Mapped[str] = mapped_column(default="")
    #: goes up with every change
    revision: Mapped[int] = mapped_column(default=1)
    #: who changed it last
    changed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: when it was changed last
    changed_at: Mapped[datetime]
