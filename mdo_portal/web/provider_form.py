"""The form of a hospital's sign-in provider as people type it, and what a test of it found."""

from __future__ import annotations

from dataclasses import dataclass, field

from mdo_portal.domain.identity import Registration
from mdo_portal.wiring import Metadata


@dataclass(frozen=True)
class Tried:
    """What a test of the registration found: the provider's own words, or why it is not believed."""

    metadata: Metadata | None
    code: str = ""
    sentence: str = ""
    #: what is asked for and the provider does not say it has
    missing: list[str] = field(default_factory=list)


def as_form(said: Registration) -> dict[str, str]:
    """The fields as people type them; the secret never comes back."""
    lists = ("required_acr", "required_amr", "strong_values", "algorithms", "extra_hosts")
    return {
        "label": said.label,
        "issuer": said.issuer,
        "client_id": said.client_id,
        "scopes": said.scopes,
        "max_age_minutes": str(said.max_age_seconds // 60),
        "reads_userinfo": "1" if said.reads_userinfo else "",
        "enabled": "1" if said.enabled else "",
        **{name: " ".join(getattr(said, name)) for name in lists},
    }


def compared(said: Registration, found: Metadata) -> Tried:
    """What the provider says of itself beside what is asked of it."""
    missing = [one for one in said.algorithms if one not in found.algorithms]
    missing += [one for one in said.required_acr if found.acr_values and one not in found.acr_values]
    return Tried(found, missing=missing)
