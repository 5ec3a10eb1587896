"""How long what stays: two clocks (the case, the log) and a few small ones; and for every table, which clock holds for it."""

from __future__ import annotations

import calendar
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.case import CaseState

Day = TypeVar("Day", bound=date)  #: a day, or a moment on it


class Unit(StrEnum):
    """In what a term is counted."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


class Kind(StrEnum):
    """A rule: what goes, and from which moment its term counts."""

    CASE = "case"  #: a case with all that hangs on it: from the moment it was delivered, closed, redirected or withdrawn
    LETTER = "letter"  #: our copy of a letter: from the moment the recipient said to have it; number, hash and receipt stay
    INBOUND = "inbound"  #: the bytes of a message: from the moment it was understood or set aside; the metadata stay
    DRAFT = "draft"  #: a registration somebody began: from the last change
    SESSION = "session"  #: sessions, and who was in which room: from the last sign of life
    FEED_COUNT = "feed_count"  #: counts per day of messages that were not kept
    ACCESS_LOG = "access_log"  #: a line of the access log: from writing; never under five years (knowledge/security.md 0.2)
    PROOF = "proof"  #: proofs of destruction, requests and lifted holds: from the moment they were settled


@dataclass(frozen=True)
class Rule:
    """The bounds within which the network may choose, and the term it starts with. The same numbers stand in the database as a CHECK."""

    unit: Unit
    default: int
    least: int
    most: int


RULES: Mapping[Kind, Rule] = {
    Kind.CASE: Rule(Unit.MONTHS, 12, 1, 240),
    Kind.LETTER: Rule(Unit.MONTHS, 3, 1, 24),
    Kind.INBOUND: Rule(Unit.DAYS, 90, 7, 365),
    Kind.DRAFT: Rule(Unit.DAYS, 30, 1, 90),
    Kind.SESSION: Rule(Unit.MONTHS, 12, 1, 24),
    Kind.FEED_COUNT: Rule(Unit.MONTHS, 24, 1, 120),
    Kind.ACCESS_LOG: Rule(Unit.YEARS, 5, 5, 20),
    Kind.PROOF: Rule(Unit.YEARS, 20, 5, 30),
}

ENDED = (CaseState.DELIVERED, CaseState.FOLLOWED_UP, CaseState.CLOSED, CaseState.REDIRECTED, CaseState.WITHDRAWN)
"""States from which the term of a case counts."""

#: For every table of the schema: the rule by which its rows go; None = the organisation itself (who, where, which settings): no
#: patients, stays while it is in use. A test fails for a table that does not stand here.
CLOCKS: Mapping[str, Kind | None] = {
    "cases": Kind.CASE,
    "patients": Kind.CASE,  # with their last case; who has none, from the last time the hospital told of them
    **dict.fromkeys(("patient_changes", "patient_merges", "appointments", "identity_conflicts"), Kind.CASE),  # with the patient
    "case_facts": Kind.CASE,
    "case_documents": Kind.CASE,
    "case_events": Kind.CASE,
    "case_looks": Kind.CASE,
    "information_requests": Kind.CASE,
    "rounds": Kind.CASE,
    "notes": Kind.CASE,
    "note_updates": Kind.CASE,
    "advice_items": Kind.CASE,
    "round_answers": Kind.CASE,
    "preparations": Kind.CASE,
    "decisions": Kind.CASE,
    "decision_objections": Kind.CASE,
    "patient_letters": Kind.CASE,
    "follow_ups": Kind.CASE,
    "follow_up_handovers": Kind.CASE,
    "deliveries": Kind.CASE,  # the letter in it earlier: Kind.LETTER
    "inbound_messages": Kind.INBOUND,
    "same_patients": Kind.INBOUND,  # from the last time the hospital said so: old numbers are no longer sent by then
    "drafts": Kind.DRAFT,
    "sessions": Kind.SESSION,
    "presences": Kind.SESSION,
    "absences": Kind.SESSION,  # from the last day of it
    "feed_counts": Kind.FEED_COUNT,
    "audit_entries": Kind.ACCESS_LOG,
    "audit_seals": None,  # hashes of lines: what is left when the lines are gone, and proves that nothing else went
    "audit_waiting": None,  # numbers, for a second
    "audit_reviews": None,  # who judged which lines: numbers and a verdict, stays with the chain
    "tombstones": Kind.PROOF,
    "destroy_requests": Kind.PROOF,
    "legal_holds": Kind.PROOF,
    "destructions_under_way": None,  # empty outside a transaction
    "retention_rules": None,
    "hospitals": None,
    "links": None,
    "recipient_channels": None,
    "destinations": None,  # how a queue has been doing: no patient in it
    "whereabouts": None,  # where this database stands: one row, no patient in it
    "called_certificates": None,  # two weeks, two hundred at most (services/links/lines.py)
    "refused_calls": None,  # two weeks, two hundred at most (services/links/refused_calls.py)
    "link_certificates": None,
    "link_changes": None,  # who changed what of a link: no patients, stays with the link
    "boards": None,
    "board_hospitals": None,
    "meetings": None,  # the weekly series: no patient in it once its rounds are gone
    **dict.fromkeys(("letter_templates", "letter_template_versions", "letter_logos")),  # what was signed still prints them
    "follow_up_reminders": None,  # on which day a colleague was mailed: no patient in it
    "meeting_mails": None,  # that a colleague was mailed about a meeting: no patient in it
    "calendar_addresses": None,  # a colleague's own: no patient in it
    "line_reminders": None,  # that a colleague was mailed about a certificate: no patient in it
    "fetched_keys": None,  # how the last look at an address went: no patient in it
    "question_mails": None,  # that a colleague was mailed; goes with its question
    "glass_mails": None,  # that a privacy officer was mailed; goes with its grant
    "standstill_mails": None,  # that a colleague was mailed that something stands still: no patient in it
    "refused_mailboxes": None,  # that a colleague's mailbox takes no mail: no patient in it
    "people": None,
    "case_grants": Kind.CASE,
    **dict.fromkeys(
        ("passkeys", "authenticators", "recovery_codes", "invitations", "challenges", "sign_in_attempts", "known_devices")
    ),
    **dict.fromkeys(
        ("identity_providers", "identities", "used_logout_tokens", "rights_reviews", "rights_review_lines", "data_keys")
    ),
    "pulls": Kind.CASE,  # the notice in it goes when it is settled; what never became a case goes as its message does (Kind.INBOUND)
    "polls": None,  # how far a server was read: no patient in it
    "subscriptions": None,  # what a server was asked to tell of: no patient in it
    "launches": None,  # how an EPD opens the portal: no patient in it
    "snapshots": Kind.CASE,
    "outgoing_questions": Kind.CASE,
    "link_tokens": None,  # minutes
    "used_assertions": None,  # minutes
    "memberships": None,
    "board_memberships": None,
}


class Shield(StrEnum):
    """Why a case may not go: what `case_shield()` in the database answers."""

    HOLD = "hold"  #: somebody put it on hold
    AGENDA = "agenda"  #: it stands on an agenda
    OPEN = "open"  #: not finished: no decision, or not delivered yet
    LETTER = "letter"  #: a letter has not arrived everywhere
    QUESTION = "question"  #: a person is asked whether a message is of this patient
    NONE = ""  #: nothing in the way


class RetentionRule(Base):
    """The term of one kind, for the whole network. No patient data. Read by everybody, written by an administrator."""

    __tablename__ = "retention_rules"
    __table_args__ = (
        CheckConstraint(
            " AND ".join(f"(kind <> '{kind}' OR amount BETWEEN {rule.least} AND {rule.most})" for kind, rule in RULES.items()),
            name="bounds",
        ),
    )

    kind: Mapped[Kind] = mapped_column(primary_key=True)
    #: so many days, months or years (RULES has the unit)
    amount: Mapped[int]
    #: why it was last changed
    reason: Mapped[str] = mapped_column(default="")
    #: who changed it; empty = as delivered
    changed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: when
    changed_at: Mapped[datetime | None]


def edge(kind: Kind, amount: int, *, now: datetime) -> datetime:
    """What is older than this is due."""
    return is_over(kind, -amount, since=now)


def is_over(kind: Kind, amount: int, *, since: datetime) -> datetime:
    """When the term of what began then is over."""
    unit = RULES[kind].unit
    if unit is Unit.DAYS:
        return since + timedelta(days=amount)
    return months_later(since, amount * (12 if unit is Unit.YEARS else 1))


def months_later(start: Day, months: int) -> Day:
    """So many months later (or earlier), on the last day of a shorter month: as PostgreSQL counts."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
