"""A hospital (tenant) and its link: a hospital is a row plus a profile, not code."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base, kept
from mdo_portal.domain.identifiers import new_id
from mdo_portal.exchange import Wire


class Level(StrEnum):
    """How far a hospital has climbed; level 0 needs no IT work at all."""

    FORM = "form"  #: 0 web form in, printed letter out
    DOCUMENT = "document"  #: 1 documents by upload
    HL7V2 = "hl7v2"  #: 2 messages
    FHIR = "fhir"  #: 3 resources
    PULL = "pull"  #: 4 notified pull, launch from the EPD


WIRES: Mapping[Level, Wire] = {Level.HL7V2: Wire.HL7V2, Level.FHIR: Wire.FHIR, Level.PULL: Wire.FHIR}
"""Over what messages come at a level that has a line."""


class Channel(StrEnum):
    """How a letter travels to a recipient."""

    MLLP = "mllp"
    FHIR = "fhir"
    PAPER = "paper"
    FOLDER = "folder"  #: a file laid in a folder of the recipient
    HOOK = "hook"  #: posted to an address of the recipient
    NOTICE = "notice"  #: mail without data: the letter is fetched in the portal


BY_PERSON = (Channel.PAPER, Channel.NOTICE)
"""Channels over which no system says that it has the letter: a person does."""


@kept
class Hospital(Base):
    __tablename__ = "hospitals"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: short code people and profiles use, e.g. ZEED
    code: Mapped[str] = mapped_column(unique=True)
    #: name as on letters
    name: Mapped[str]
    #: place as on letters
    city: Mapped[str] = mapped_column(default="")
    #: URA number of the organisation (UZI register), eight digits as text
    ura: Mapped[str] = mapped_column(default="")
    #: AGB code, eight digits as text: leading zeros matter
    agb: Mapped[str] = mapped_column(default="")
    #: number to call when a letter did not arrive
    phone: Mapped[str] = mapped_column(default="")
    #: label of the EPD, as the hospital calls it
    epd: Mapped[str] = mapped_column(default="")
    #: months after which its roles must be reviewed again
    review_months: Mapped[int] = mapped_column(default=6)
