"""What a link manager filled in for the letters to general practitioners, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mdo_portal.domain.delivery import Audience
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.link import Changed
from mdo_portal.domain.people import Role
from mdo_portal.domain.recipient import RecipientChannel
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete, NotAllowed
from mdo_portal.exchange import Wire
from mdo_portal.services.links import recipient_channels
from mdo_portal.services.links.link_form import HOST, NO_URL, Profiles, is_url, port_said
from mdo_portal.services.links.link_history import differing, remember

NONE = ""
"""No letters to general practitioners from here."""
_MAIL = re.compile(r"[^@\s,;:<>\"]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}")
_SHOWN = ("channel", "profile_out", "host", "port", "url", "folder", "mail_to", "phone")
_WAY = ("channel", "host", "port", "url", "folder", "mail_to")
ADMINISTRATOR_ONLY = N_("Een map op de server stelt alleen de beheerder in. Er is niets veranderd.")


@dataclass(frozen=True)
class Said:
    """The form as values."""

    channel: str
    profile_out: str
    host: str
    port: int
    url: str
    folder: str
    mail_to: str
    phone: str
    secret: str

    @classmethod
    def of(cls, form: Mapping[str, str]) -> Said:
        text = {name: form.get(name, "").strip() for name in ("profile_out", "folder", "mail_to", "phone", "secret")}
        channel = form.get("channel", "")
        return cls(
            channel=channel if channel in set(Channel) else NONE,
            host=form.get("host", "").strip().lower(),
            port=port_said(form.get("port", "")),
            url=form.get("url", "").strip().rstrip("/"),
            **text,
        )


def sends_elsewhere(found: RecipientChannel | None, form: Mapping[str, str]) -> bool:
    """Whether copies would go to another system, or by mail to somebody else, than they do now."""
    said = Said.of(form)
    if said.channel in (NONE, Channel.PAPER):
        return False
    before = {name: getattr(found, name) or "" for name in _WAY} if found else dict[str, Any]()
    return any((getattr(said, name) or "") != before.get(name, "") for name in _WAY)


def save(
    session: Session,
    hospital: Hospital,
    form: Mapping[str, str],
    *,
    profiles: Profiles,
    viewer: Viewer,
    now: datetime,
    loopback: bool,
) -> RecipientChannel | None:
    """Keep how letters to general practitioners go. Raises Incomplete with a sentence per field, NotAllowed for a folder."""
    said, found = Said.of(form), recipient_channels.of(session, hospital.id, Audience.GP)
    administers = Role.ADMINISTRATOR in viewer.hospital_roles
    if not administers and (said.folder or said.channel == Channel.FOLDER or (found and found.folder)):
        raise NotAllowed(ADMINISTRATOR_ONLY)
    wrong = _wrong(said, profiles, loopback=loopback)
    if wrong:
        raise Incomplete(wrong)
    before = as_text(found)
    kept = _keep(session, hospital, found, said)
    after = as_text(kept)
    if before != after or said.secret:
        remember(session, hospital.id, Changed.COPIES, *differing(before, after), viewer=viewer, now=now)
    return kept


def _keep(session: Session, hospital: Hospital, found: RecipientChannel | None, said: Said) -> RecipientChannel | None:
    if said.channel == NONE:
        if found is not None:
            session.delete(found)
            session.flush()
        return None
    kept = found or RecipientChannel(hospital_id=hospital.id, audience=Audience.GP, tls=True, folder="")
    kept.channel = Channel(said.channel)
    for name in _SHOWN[1:]:
        setattr(kept, name, getattr(said, name))
    if said.secret:
        recipient_channels.seal(session, kept, said.secret)
    session.add(kept)
    session.flush()
    return kept


def _wrong(said: Said, profiles: Profiles, *, loopback: bool) -> dict[str, str]:
    wire = profiles.wires.get(said.profile_out)
    needs = {Channel.MLLP: Wire.HL7V2, Channel.FHIR: Wire.FHIR}.get(Channel(said.channel)) if said.channel else None
    found = (
        ("host", said.channel == Channel.MLLP and not HOST.fullmatch(said.host), _NO_HOST),
        ("port", said.channel == Channel.MLLP and not 0 < said.port < 65_536, N_("Vul een poort in tussen 1 en 65535.")),
        ("url", said.channel in (Channel.FHIR, Channel.HOOK) and not is_url(said.url, loopback=loopback), NO_URL),
        ("profile_out", needs is not None and wire is not needs, _NO_PROFILE),
        ("mail_to", said.channel == Channel.NOTICE and not _MAIL.fullmatch(said.mail_to), N_("Vul één e-mailadres in.")),
        (
            "folder",
            said.channel == Channel.FOLDER and not said.folder.startswith("/"),
            N_("Vul de volledige plaats van de map in."),
        ),
        ("secret", len(said.secret) > 4_000 or not said.secret.isascii(), _NO_SECRET),
        ("phone", len(said.phone) > 40, N_("Vul hoogstens 40 tekens in.")),
    )
    return {name: sentence for name, is_wrong, sentence in found if is_wrong}


_NO_HOST = N_("Vul de naam of het adres in van de computer die brieven aanneemt.")
_NO_PROFILE = N_("Kies een profiel dat bij deze weg hoort: HL7 v2 of FHIR.")
_NO_SECRET = N_("Een token is hoogstens 4000 tekens, zonder bijzondere letters.")


def as_text(agreed: RecipientChannel | None) -> str:
    """As lines, for the history: no secret in it."""
    if agreed is None:
        return ""
    return "\n".join(f"{name}: {getattr(agreed, name) or ''}" for name in _SHOWN)
