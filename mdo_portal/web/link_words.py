"""What stands in a link's settings, as people say it: profiles by their titles, and who changed which field from what into what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import gettext

from mdo_portal import wiring_profiles
from mdo_portal.errors import N_
from mdo_portal.services.links.link_form import Profiles

#: titles of the profiles that come with the portal, for the catalogue; a product's own name needs no translation
TITLES = (
    N_("FHIR R4, algemeen"), N_("FHIR R4, algemeen, met behandelplan"), N_("FHIR STU3, algemeen"),
    N_("Formulier en documenten, zonder koppeling"), N_("HL7 v2, algemeen"),
    N_("HL7 v2, algemeen, bevestigd door de toepassing"), N_("Map: wat er ligt is afgegeven"),
    N_("Map: wat is opgehaald is ontvangen"),
)  # fmt: skip
FIELDS = {
    "name": N_("Naam"), "city": N_("Plaats"), "phone": N_("Telefoon"), "epd": N_("EPD"), "ura": "URA", "agb": "AGB",
    "level": N_("Hoe ver dit ziekenhuis is"), "profile_in": N_("Profiel van wat binnenkomt"), "profile_out": N_("Profiel van de brief"),
    "charset_in": N_("Tekenset"), "channel_out": N_("Brieven gaan"), "host_out": N_("Computer van de ontvanger"),
    "port_out": N_("Poort van de ontvanger"), "url_out": N_("FHIR-adres van de ontvanger"),
    "tls_out": N_("Brieven over TLS"), "application_ack_out": N_("Bevestiging van verwerking apart"),
    "token_url_out": N_("Tokenadres van het ziekenhuis"), "client_id_out": N_("Onze client-id daar"), "scopes_out": N_("Onze scopes daar"),
    "client_id_in": N_("Client-id van het ziekenhuis bij ons"), "inside_networks": N_("Intern netwerk"),
    "jwks_url_in": N_("Adres van de publieke sleutels van het ziekenhuis"),
    "jwks_in": N_("Publieke sleutels van het ziekenhuis (kenmerk)"), "trust_out": N_("Uitgever van hun certificaat (kenmerk)"),
    "poll": N_("Zoekvraag naar wat nieuw is"), "poll_every": N_("Seconden tussen twee keer vragen"),
    "subscribes": N_("De server meldt zelf dat er iets nieuws is"), "topic": N_("Onderwerp (topic) van die melding"),
    "launch_is_on": N_("Openen vanuit het EPD"), "launch_iss": N_("Adres dat het EPD meegeeft (iss)"),
    "launch_authorize_url": N_("Aanmeldadres van het EPD"), "launch_token_url": N_("Tokenadres van het EPD"),
    "launch_client_id": N_("Onze client-id bij het EPD"), "launch_signs": N_("Het portaal ondertekent"),
    "launch_scopes": N_("Scopes bij openen"), "launch_profile": N_("Profiel van de patiënt"),
    "channel": N_("Brieven gaan"), "host": N_("Computer van de ontvanger"), "port": N_("Poort van de ontvanger"),
    "url": N_("Adres van de ontvanger"), "folder": N_("Map op deze server"), "mail_to": N_("Wie een e-mail krijgt"),
    "certificate": N_("Certificaat"), "certificate_name": N_("Elk certificaat met de naam"), "bound_by": N_("Gekoppeld door"),
    "accepted_by": N_("Aanvaard door"), "accepted_why": N_("Reden"), "accepted_until": N_("Tot en met"),
}  # fmt: skip
_WAYS = {
    "paper": N_("op papier"), "mllp": N_("HL7 v2-bericht"), "fhir": "FHIR", "folder": N_("in een map"),
    "hook": N_("naar een webadres"), "notice": N_("als bericht per mail"),
}  # fmt: skip
_YES_NO = {"True": N_("ja"), "": N_("nee")}
VALUES = {
    "level": {"form": N_("Formulier"), "document": N_("Document"), "hl7v2": "HL7 v2", "fhir": "FHIR", "pull": N_("Ophalen")},
    "channel_out": _WAYS,
    "channel": _WAYS | {"": N_("nee")},
    "application_ack_out": _YES_NO,
    "tls_out": _YES_NO,
    "subscribes": _YES_NO,
    "launch_is_on": _YES_NO,
    "launch_signs": _YES_NO,
}


class Difference(NamedTuple):
    """One field that was changed; an empty side had nothing."""

    field: str
    before: str
    after: str


def way(channel: str) -> str:
    """How letters go, in words; empty for what is no way."""
    words = VALUES["channel_out"].get(channel)
    return gettext(words) if words else ""


def profiles() -> Profiles:
    """The profiles there are, their titles in the reader's language."""
    known = wiring_profiles.known_profiles()
    return Profiles({name: gettext(title) for name, title in known.titles.items()}, known.wires)


def differences(before: str, after: str) -> list[Difference]:
    """The lines of two versions of the settings (`level: form`), side by side. A line that is no field stands as it is."""
    sides = [dict(_line(line) for line in text.splitlines() if line.strip()) for text in (before, after)]
    titles = profiles().titles
    return [
        Difference(_field(name), *(_value(name, side.get(name, ""), titles) for side in sides))
        for name in dict.fromkeys([*sides[0], *sides[1]])
    ]


def _line(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    return (name, value.strip()) if colon and (name in FIELDS or name in ("MSH-3", "MSH-4")) else ("", line)


def _field(name: str) -> str:
    return gettext(FIELDS[name]) if name in FIELDS else name


def _value(name: str, value: str, titles: Mapping[str, str]) -> str:
    if name in ("profile_in", "profile_out", "launch_profile"):
        return titles.get(value, value)
    words = VALUES.get(name, {}).get(value, value)
    return gettext(words) if words else ""
