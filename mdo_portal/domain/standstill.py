"""What stands still in the traffic with hospitals and whom that was mailed to; and mailboxes that take no mail."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id


class Standstill(StrEnum):
    """What stands still."""

    NOBODY_LISTENS = "nobody_listens"  #: no listener has its ports open: no hospital can send HL7 v2
    NOT_READ = "not_read"  #: messages wait to be read, which takes seconds
    UNSEEN = "unseen"  #: messages that could not be read, and nobody looked
    UNANSWERED = "unanswered"  #: the hospital's server, which we ask what is new, answers no more
    KEYS = "keys"  #: the public keys of the hospital's system, which we fetch, cannot be had
    LETTERS = "letters"  #: letters that go by themselves and do not arrive

    @property
    def is_ours(self) -> bool:
        """The portal itself stands still, at whatever hour: its administrators are told."""
        return self in (Standstill.NOBODY_LISTENS, Standstill.NOT_READ)


class StandstillMailed(Base):
    """A colleague was mailed that something stands still (services/oversight/standstills.py).

    No patient data. Written by the worker; web processes may not read it.
    """

    __tablename__ = "standstill_mails"
    __table_args__ = (UniqueConstraint("person_id", "what", "hospital_id", postgresql_nulls_not_distinct=True),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: what stands still
    what: Mapped[Standstill]
    #: at which hospital's line; empty = at no line in particular
    hospital_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("hospitals.id"))
    #: when the mail was written down, just before it left
    mailed_at: Mapped[datetime]
    #: it moved again since: when it stops once more that is news
    has_moved: Mapped[bool] = mapped_column(default=False)
    #: since when it runs again; empty = it stands still
    runs_since: Mapped[datetime | None]
    #: they were mailed that it runs again: when it stops once more that is news at once
    runs_told: Mapped[bool] = mapped_column(default=False, server_default=false())


class RefusedMailbox(Base):
    """A mailbox that took no mail when it was last tried: whoever should be told by mail is not (services/people/mailboxes.py).

    Written by the worker; gone when a mail is taken.
    """

    __tablename__ = "refused_mailboxes"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    #: the address that was tried: another one may take mail
    email: Mapped[str]
    #: when it was last tried
    refused_at: Mapped[datetime]
