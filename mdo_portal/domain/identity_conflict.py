"""Who is this? A message whose patient does not fit what stands here: a person decides, and can take it back."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BindParameter, ColumnElement, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id
from mdo_portal.errors import N_

IDENTITIES_PURPOSE = "conflict.identities"
ASKED_TOO_LONG = timedelta(hours=24)
"""Somebody should have said by now who it is: the message and what comes after it about that patient wait for it."""


class ConflictKind(StrEnum):
    TWO_PATIENTS = "two_patients"  #: number and BSN of the message are of two patients here
    OTHER_BSN = "other_bsn"  #: the same local number, another BSN
    OTHER_NUMBER = "other_number"  #: the same BSN, another local number
    NAME_AND_BIRTH = "name_and_birth"  #: name and birth date both differ
    NAME_ALONE = "name_alone"  #: quite another surname, and no birth date or BSN by which it is the same person
    REFERRAL_NUMBER = "referral_number"  #: a referral number that is of another patient here
    APPOINTMENT_NUMBER = "appointment_number"  #: an appointment number that is of another patient here
    ANSWER = "answer"  #: the answer to a question about one patient names another
    ELEVEN_TEST = "eleven_test"  #: the BSN fails the eleven-test: flagged; nothing waits for the answer
    MERGE = "merge"  #: the hospital merges two patients who both stand here
    MERGE_UNLIKE = "merge_unlike"  #: the hospital merges numbers of people who are not alike
    MERGE_ELSEWHERE = "merge_elsewhere"  #: the numbers of the merge are not of one number space
    MERGE_UNDONE = "merge_undone"  #: the hospital merges again what a person took apart


#: what a person reads of each kind
CONFLICT_WORDS: dict[ConflictKind, str] = {
    ConflictKind.TWO_PATIENTS: N_("Het patiëntnummer is hier van de één, het BSN van een ander."),
    ConflictKind.OTHER_BSN: N_("Dit patiëntnummer staat hier met een ander BSN."),
    ConflictKind.OTHER_NUMBER: N_("Dit BSN staat hier met een ander patiëntnummer."),
    ConflictKind.NAME_AND_BIRTH: N_("Naam en geboortedatum zijn allebei anders dan hier staat."),
    ConflictKind.NAME_ALONE: N_(
        "Onder dit nummer staat hier een heel andere naam, en geen geboortedatum of BSN zegt wie dit is."
    ),
    ConflictKind.REFERRAL_NUMBER: N_("Dit aanmeldnummer is hier van een andere patiënt."),
    ConflictKind.APPOINTMENT_NUMBER: N_("Dit afspraaknummer is hier van een andere patiënt."),
    ConflictKind.ANSWER: N_("Dit antwoord noemt een andere patiënt dan over wie de vraag ging."),
    ConflictKind.ELEVEN_TEST: N_(
        "Het BSN voldoet niet aan de elfproef. De aanmelding is verwerkt; op dit BSN wordt niemand gevonden."
    ),
    ConflictKind.MERGE: N_("Het ziekenhuis voegt twee patiënten samen die hier allebei staan."),
    ConflictKind.MERGE_UNLIKE: N_("Het ziekenhuis voegt nummers samen van mensen die niet op elkaar lijken."),
    ConflictKind.MERGE_ELSEWHERE: N_("De samen te voegen nummers komen niet uit dezelfde reeks (uitgever van het nummer)."),
    ConflictKind.MERGE_UNDONE: N_("Het ziekenhuis voegt opnieuw samen wat hier uit elkaar is gehaald."),
}
MERGES = frozenset({ConflictKind.MERGE, ConflictKind.MERGE_UNLIKE, ConflictKind.MERGE_ELSEWHERE, ConflictKind.MERGE_UNDONE})
"""Conflicts about a merge: same person = merge, other person = leave apart."""
NUMBERS = frozenset({ConflictKind.REFERRAL_NUMBER, ConflictKind.APPOINTMENT_NUMBER, ConflictKind.ANSWER})
"""Conflicts about a number that can be of one patient only: same person = bring both together; else it cannot stay here under it."""


class Decision(StrEnum):
    """What a person decided."""

    OPEN = ""  #: nobody yet; or nobody needed to any more
    SAME = "same"  #: the same person: take over what came
    OTHER = "other"  #: another person: keep apart
    CORRECTED = "corrected"  #: the numbers in the message were wrong; these are right
    ASIDE = "aside"  #: the message is put aside, with a reason


class IdentityConflict(Base):
    """A message that does not fit, with what stood and what came, and the decision. Goes with the patient it does not fit."""

    __tablename__ = "identity_conflicts"
    __table_args__ = (
        Index("ix_identity_conflicts_open", "hospital_id", postgresql_where="closed_at IS NULL"),
        Index("ix_identity_conflicts_to_do", "decided_at", postgresql_where="decided_at IS NOT NULL AND carried_out_at IS NULL"),
        Index("ix_identity_conflicts_fingerprint", "hospital_id", "fingerprint"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: the hospital that sent it (tenant)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: what does not fit
    kind: Mapped[ConflictKind]
    #: the message that does not fit
    message_id: Mapped[uuid.UUID]
    #: its kind: `REF^I12`
    message_kind: Mapped[str] = mapped_column(default="")
    #: its number at the sender
    control_id: Mapped[str] = mapped_column(default="")
    #: when it was received
    received_at: Mapped[datetime]
    #: the patient here that it does not fit
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"), index=True)
    #: the second patient here, when there are two
    other_patient_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"), index=True)
    #: blind index of who came: the same question is asked once
    fingerprint: Mapped[bytes]
    #: what came and what stood, and numbers a person corrected (JSON), sealed: it holds BSNs
    identities_sealed: Mapped[bytes]
    #: later messages of this patient wait for the decision
    blocks: Mapped[bool] = mapped_column(default=True)
    #: when the question was put on the list
    opened_at: Mapped[datetime]
    #: what a person decided; empty = nobody yet
    decision: Mapped[Decision] = mapped_column(default=Decision.OPEN)
    #: why, in the words of who decided
    reason: Mapped[str] = mapped_column(default="")
    #: when it was decided; a worker carries it out
    decided_at: Mapped[datetime | None]
    #: who decided
    decided_by: Mapped[uuid.UUID | None]
    #: when a worker did what was decided
    carried_out_at: Mapped[datetime | None]
    #: no longer stands on the list; empty = open
    closed_at: Mapped[datetime | None]
    #: the patient that came of the decision
    result_patient_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("patients.id", ondelete="SET NULL"), index=True)
    #: the merge by which it was carried out
    merge_id: Mapped[uuid.UUID | None]
    #: when somebody asked to take it back
    undo_asked_at: Mapped[datetime | None]
    #: who asked
    undo_asked_by: Mapped[uuid.UUID | None]

    @classmethod
    def holds_up(cls, hospital_id: uuid.UUID | BindParameter[uuid.UUID]) -> ColumnElement[bool]:
        """Open at this hospital, and messages wait until it is answered and the answer is carried out."""
        return (cls.hospital_id == hospital_id) & cls.closed_at.is_(None) & cls.blocks
