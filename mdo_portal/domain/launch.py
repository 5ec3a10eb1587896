"""How a hospital's EPD opens the portal with a patient on its screen (SMART App Launch), as agreed."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base


class Launch(Base):
    """What is agreed with one hospital about opening the portal from its EPD. Tenant: hospital_id. No patient data, no secret."""

    __tablename__ = "launches"

    link_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("links.id"), primary_key=True)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), index=True)
    #: whether it may be used now
    is_on: Mapped[bool] = mapped_column(default=False)
    #: the EPD's FHIR server as the EPD itself names it when it opens us (`iss`): to the letter; patients are read below it
    iss: Mapped[str] = mapped_column(default="")
    #: where a browser is sent to say for whom it opened us
    authorize_url: Mapped[str] = mapped_column(default="")
    #: where the code that it comes back with is exchanged
    token_url: Mapped[str] = mapped_column(default="")
    #: our client id there, as the EPD gave it
    client_id: Mapped[str] = mapped_column(default="")
    #: we sign with our own key there (private_key_jwt); else we are a public client
    signs: Mapped[bool] = mapped_column(default=False)
    #: scopes we ask for there
    scopes: Mapped[str] = mapped_column(default="")
    #: profile of FHIR by which the patient is read: its version, and which number is whose
    profile: Mapped[str] = mapped_column(default="")
