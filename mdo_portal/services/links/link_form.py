"""What a link manager filled in for a link, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Channel, Hospital, Level
from mdo_portal.domain.identifiers import typed_number
from mdo_portal.domain.link import Link
from mdo_portal.errors import N_
from mdo_portal.exchange import Wire
from mdo_portal.services.links.link_claims import claim_on

CODE = re.compile(r"[A-Z][A-Z0-9]{1,11}")
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?")
WAY_OUT = ("channel_out", "host_out", "port_out", "url_out")
_CHARSETS = ("", "8859/1", "8859/15", "UNICODE UTF-8", "windows-1252")
LINE_WIRES = (Wire.HL7V2, Wire.FHIR)
LINE_CHANNELS = (Channel.PAPER, Channel.MLLP, Channel.FHIR)
"""How the hospital's own letters may go: the rest needs what an administrator registers."""
NO_URL = N_("Dit moet een https-adres zijn, zonder vraagteken of hekje.")
_HERE = ("127.0.0.1", "localhost", "::1")
_WIRES = {Channel.MLLP: Wire.HL7V2, Channel.FHIR: Wire.FHIR}
_ORDER = (Level.FORM, Level.DOCUMENT, Level.HL7V2, Level.FHIR, Level.PULL)


@dataclass(frozen=True)
class Profiles:
    """Which profiles there are, by name: what people call them and their wire; from the integrations."""

    titles: Mapping[str, str]
    wires: Mapping[str, Wire]

    def of_wire(self, *wires: Wire) -> list[tuple[str, str]]:
        return [(name, title) for name, title in self.titles.items() if self.wires[name] in wires]


def settings_said(form: Mapping[str, str], profiles: Profiles, link: Link | None) -> dict[str, Any]:
    profile = form.get("profile_in", "").strip()
    level, channel = form.get("level", ""), _channel(form.get("channel_out", ""), link)
    return {
        "level": Level(level) if level in _ORDER else level_of(profiles.wires.get(profile)),
        "profile_in": profile,
        "profile_out": form.get("profile_out", "").strip() or _same(profile, channel, profiles),
        "charset_in": form.get("charset_in", "").strip(),
        "sending_applications": _names(form.get("sending_applications", "")),
        "sending_facilities": _names(form.get("sending_facilities", "")),
        "channel_out": channel,
        "host_out": form.get("host_out", "").strip().lower(),
        "port_out": port_said(form.get("port_out", "")),
        "application_ack_out": bool(form.get("application_ack_out")),
        "url_out": form.get("url_out", "").strip().rstrip("/"),
        "token_out": form.get("token_out", "").strip(),
    }


def sends_elsewhere(link: Link | None, said: Mapping[str, Any]) -> bool:
    """Whether letters would go to another system than they do now. On paper they go nowhere by themselves."""
    if said["channel_out"] is Channel.PAPER:
        return False
    before = {name: getattr(link, name) for name in WAY_OUT} if link else dict[str, Any]()
    return any(said[name] != before.get(name) for name in WAY_OUT)


def _same(profile: str, channel: Channel, profiles: Profiles) -> str:
    """The profile that is read with, where letters can be written with it too: who chose no other meant that one."""
    return profile if channel in _WIRES and profiles.wires.get(profile) is _WIRES[channel] else ""


def _channel(asked: str, link: Link | None) -> Channel:
    """One of those that are chosen here, or the present one, which an administrator registered."""
    may_stay = (*LINE_CHANNELS, link.channel_out) if link else LINE_CHANNELS
    return next((one for one in may_stay if one == asked), Channel.PAPER)


def level_of(wire: Wire | None) -> Level:
    """How far a hospital is whose messages come over this wire; None = no profile."""
    return {Wire.HL7V2: Level.HL7V2, Wire.FHIR: Level.FHIR, Wire.PAPER: Level.DOCUMENT}.get(wire or Wire.FORM, Level.FORM)


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(one for each in re.split(r"[\n,]", text) if (one := typed_number(each))))


def port_said(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def wrong_settings(
    session: Session, hospital: Hospital, said: Mapping[str, Any], profiles: Profiles, *, loopback: bool
) -> dict[str, str]:
    fields = {}
    for name in ("profile_in", "profile_out"):
        if said[name] and said[name] not in profiles.titles:
            fields[name] = N_("Dit profiel bestaat niet. Kies er een uit de lijst.")
    if said["charset_in"] not in _CHARSETS:
        fields["charset_in"] = N_("Kies een tekenset uit de lijst, of laat MSH-18 beslissen.")
    names = [*said["sending_applications"], *said["sending_facilities"]]
    if len(names) > 40 or any(len(name) > 120 or not name.isprintable() for name in names):
        fields["sending_applications"] = N_("Hoogstens veertig namen, elk op een regel.")
    elif claimed := claim_on(session, hospital.id, said["sending_applications"], said["sending_facilities"]):
        fields["sending_applications"] = claimed
    return fields | _wrong_address(said, profiles, loopback=loopback)


def _wrong_address(said: Mapping[str, Any], profiles: Profiles, *, loopback: bool) -> dict[str, str]:
    fields: dict[str, str] = {}
    channel, wire = said["channel_out"], profiles.wires.get(said["profile_out"])
    if channel is Channel.MLLP:
        if not HOST.fullmatch(said["host_out"]):
            fields["host_out"] = N_("Vul de naam of het adres in van de computer die brieven aanneemt.")
        if not 0 < said["port_out"] < 65_536:
            fields["port_out"] = N_("Vul een poort in tussen 1 en 65535.")
    elif said["application_ack_out"]:
        fields["channel_out"] = N_(
            "Los bevestigen kan alleen als brieven over HL7 v2 (MLLP) gaan: over die lijn gaat ook de bevestiging."
        )
    if channel is Channel.FHIR and not is_url(said["url_out"], loopback=loopback):
        fields["url_out"] = NO_URL
    if channel in _WIRES and wire is not _WIRES[channel]:
        fields.setdefault("profile_out", N_("Kies een profiel dat bij deze weg hoort: HL7 v2 of FHIR."))
    if len(said["token_out"]) > 4_000 or not said["token_out"].isascii():
        fields["token_out"] = N_("Een token is hoogstens 4000 tekens, zonder bijzondere letters.")
    return fields


def is_url(text: str, *, loopback: bool) -> bool:
    """Whether this may be an address of a hospital's server; `loopback`: also one on this machine without TLS."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text and not (parts.query or parts.fragment or parts.username)
    here = loopback and parts.hostname in _HERE and parts.scheme == "http"
    return plain and bool(parts.hostname) and (parts.scheme == "https" or here)
