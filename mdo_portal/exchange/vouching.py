"""What a hospital's identity provider says about a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Vouched:
    """Whom a hospital's identity provider vouched for, and how."""

    issuer: str  #: iss
    subject: str  #: sub; with iss the only name under which a person is known
    strong: bool  #: two factors, by what the hospital says its acr and amr values mean
    authenticated_at: datetime  #: auth_time
    acr: str = ""
    amr: tuple[str, ...] = ()
    provider_session: str = ""  #: the provider's session (sid); empty = it names none
    uras: frozenset[str] = frozenset()  #: employers the provider named (URA); empty = none
    role_codes: tuple[str, ...] = ()  #: role codes (Dezi), for the access log


@dataclass(frozen=True)
class Ended:
    """Whose session at the provider ended: the session of that sid, or all of that subject."""

    issuer: str
    subject: str
    provider_session: str
    token_id: str  #: jti: good for one use
