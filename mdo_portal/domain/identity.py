"""Identity providers of hospitals, and under which name they know our people. No patient data."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id
from mdo_portal.errors import N_

#: default of max_age: a working day's sign-in at the hospital is good enough to start a session here
MAX_AGE_SECONDS = 8 * 3600
#: how a token may be signed: never by a shared secret, never not at all
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_NOT_BELIEVED = N_(
    "Het antwoord van de aanmelddienst klopte niet en is niet geloofd. Er is niemand aangemeld. Begin opnieuw; "
    "blijft het zo, geef dan de code hieronder door aan de koppelingsbeheerder van uw ziekenhuis."
)
_SETTINGS = N_(
    "De aanmelddienst gaf een antwoord dat niet past bij wat het ziekenhuis heeft ingesteld. Er is niemand aangemeld. "
    "Geef de code hieronder door aan de koppelingsbeheerder van uw ziekenhuis."
)

#: why somebody was not let in, as a sentence for that person
REFUSALS: dict[str, str] = {
    "unreachable": N_(
        "De aanmelddienst van uw ziekenhuis antwoordt niet. Wie al is aangemeld, kan gewoon doorwerken. "
        "Probeer het over een paar minuten opnieuw, of bel de helpdesk van uw ziekenhuis."
    ),
    "cancelled": N_(
        "U hebt het aanmelden afgebroken, of uw ziekenhuis geeft u geen toegang tot dit portaal. Er is niemand aangemeld."
    ),
    "provider_refused": _SETTINGS,
    "address": _SETTINGS,
    "other_issuer": _SETTINGS,
    "algorithm": _SETTINGS,
    "audience": _SETTINGS,
    "claim": _SETTINGS,
    "userinfo": _SETTINGS,
    "answer": _NOT_BELIEVED,
    "state": N_("Deze aanmelding is verlopen of al gebruikt. Er is niemand aangemeld. Begin opnieuw op de aanmeldpagina."),
    "too_weak": N_(
        "U hebt zich bij uw ziekenhuis niet sterk genoeg aangemeld: dit portaal vraagt daar een tweede stap. "
        "Er is niemand aangemeld. Meld u opnieuw aan en gebruik uw app, pas of sleutel."
    ),
    "too_long_ago": N_("U hebt zich te lang geleden bij uw ziekenhuis aangemeld. Meld u daar af en begin hier opnieuw."),
    "unknown_person": N_(
        "Uw ziekenhuis kent u, maar dit portaal nog niet. Er is niets aangemaakt. Vraag de MDO-coördinator of de "
        "koppelingsbeheerder van uw ziekenhuis om een uitnodiging, en meld u aan vanuit die uitnodiging."
    ),
    "not_here": N_(
        "U hebt in het portaal geen rol (meer) bij dit ziekenhuis. Er is niemand aangemeld. Vraag de koppelingsbeheerder van dit "
        "ziekenhuis om u toe te voegen."
    ),
    "no_role_now": N_(
        "U hebt bij dit ziekenhuis nu geen rol: die is afgelopen of begint nog. Er is niemand aangemeld. Er is niets mis met uw account."
    ),
    "other_employer": N_(
        "De aanmelddienst noemt een andere werkgever (URA) dan dit ziekenhuis. Er is niemand aangemeld. Kies de knop van het "
        "ziekenhuis waarvoor u nu werkt."
    ),
    "other_person": N_("U bevestigde als iemand anders dan wie hier is aangemeld. Er is niets bevestigd en niets getekend."),
    "linked_elsewhere": N_(
        "Dit account van uw ziekenhuis hoort al bij iemand anders in het portaal. Er is niets gewijzigd. Vraag de koppelingsbeheerder."
    ),
}


def sentence_of(code: str) -> str:
    return REFUSALS.get(code, _NOT_BELIEVED)


class IdentityProvider(Base):
    """How people of one hospital sign in through that hospital. A row plus nothing: no code per hospital.

    Tenant: hospital_id (whose people it vouches for). Read without a session (the buttons, the sign-in); written by the hospital's
    link manager and the administrator.
    """

    __tablename__ = "identity_providers"
    __table_args__ = (UniqueConstraint("hospital_id", "issuer", "client_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), index=True)
    #: words on the button, after *Aanmelden via*: `Zeeduin (werkaccount)`
    label: Mapped[str]
    #: who it is (iss), letter by letter; also where its metadata stands
    issuer: Mapped[str]
    #: who we are to it
    client_id: Mapped[str]
    #: our secret there, sealed; shown to nobody again
    client_secret_sealed: Mapped[bytes] = mapped_column(default=b"")
    #: what we ask for, `openid` included
    scopes: Mapped[str] = mapped_column(default="openid")
    #: one of these acr values must come back; empty = not asked
    required_acr: Mapped[list[str]] = mapped_column(default=list)
    #: one of these amr values must come back; empty = not asked
    required_amr: Mapped[list[str]] = mapped_column(default=list)
    #: acr or amr values that mean two factors, by the hospital's own word
    strong_values: Mapped[list[str]] = mapped_column(default=list)
    #: how long ago somebody may have proven identity there
    max_age_seconds: Mapped[int] = mapped_column(default=MAX_AGE_SECONDS)
    #: signature algorithms we accept; asymmetric only
    algorithms: Mapped[list[str]] = mapped_column(default=lambda: ["RS256"])
    #: hosts besides the issuer's own where its endpoints may stand
    extra_hosts: Mapped[list[str]] = mapped_column(default=list)
    #: employer and role stand in userinfo instead of the ID token
    reads_userinfo: Mapped[bool] = mapped_column(default=False)
    #: whether the button is there
    enabled: Mapped[bool] = mapped_column(default=False)
    #: last change of this row
    changed_at: Mapped[datetime]
    #: by whom
    changed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))


class Identity(Base):
    """Under which name a provider knows a person: (iss, sub), never an e-mail address; said by one hospital and true only there.

    Were it true everywhere, one hospital could say who somebody is at another that has the same provider (Dezi, SURFconext).
    Tenant: hospital_id (who says so). No patient data. Read and written without a session while somebody signs in, and by the
    hospital's link manager and the administrator.
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("hospital_id", "issuer", "subject"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), index=True)
    #: iss
    issuer: Mapped[str]
    #: sub
    subject: Mapped[str]
    #: when it was said that this is this person
    linked_at: Mapped[datetime]
    #: who said so; empty = the person, from an invitation
    linked_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: last good sign-in
    used_at: Mapped[datetime | None]


class UsedLogoutToken(Base):
    """A logout token is good once. No patient data; read and written without a session (back-channel logout)."""

    __tablename__ = "used_logout_tokens"

    #: iss
    issuer: Mapped[str] = mapped_column(primary_key=True)
    #: jti
    token_id: Mapped[str] = mapped_column(primary_key=True)
    #: when it came; rows older than an hour are refused by their iat and may go
    used_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Registration:
    """A provider as a link manager fills it in."""

    label: str
    issuer: str
    client_id: str
    #: empty = keep what is there
    client_secret: str
    scopes: str
    required_acr: tuple[str, ...]
    required_amr: tuple[str, ...]
    strong_values: tuple[str, ...]
    max_age_seconds: int
    algorithms: tuple[str, ...]
    extra_hosts: tuple[str, ...]
    reads_userinfo: bool
    enabled: bool
