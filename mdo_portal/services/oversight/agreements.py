"""What is agreed with a hospital about its line: letters over TLS or not, whom we trust there, who gets a token where, what we ask.

A link manager writes it down on a page, the administrator on the command line; both hear these rules. Where letters go stands with the
settings (link_form.py); networks and our own certificate are the administrator's alone. PostgreSQL holds that too (migration 0050).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mdo_portal.domain.certificate_refusals import HOLDS_KEY
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.link import Link
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete
from mdo_portal.services.inbox import polls
from mdo_portal.services.links import link_history, subscription_form
from mdo_portal.services.links.link_form import NO_URL, is_url

LONGEST_ID, LONGEST_SCOPES, LARGEST = 200, 500, 64 * 1024
SHORTEST, USUAL, LONGEST = 30, 300, 86_400
"""Seconds between two looks at what is new."""
NO_ID = N_("Hoogstens 200 gewone letters, cijfers en tekens.")
_ONE_CLIENT = "uq_links_client_id_in"
TAKEN = N_(
    "Onder deze client-id haalt een ander ziekenhuis al een token: van wie een bericht is, zou dan niet te zeggen zijn. "
    "Laat het EPD een andere gebruiken."
)
KEYS = {
    "no keys": N_("Dit zijn geen publieke sleutels. Plak de JWKS zoals de leverancier die geeft; die begint met een accolade."),
    "private": N_(
        "Hier staat een privésleutel bij. Er is niets van bewaard. Die sleutel hoort het EPD niet te verlaten: "
        "vraag alleen de publieke, en meld dat deze is rondgestuurd."
    ),
    "not usable": N_(
        "Een van deze sleutels is niet te gebruiken. Elke heeft een eigen kid, en is van het soort EC, of RSA van minstens 2048 bits."
    ),
}
SEARCHES = {
    "kind": N_("Een zoekvraag begint met ServiceRequest? of (bij STU3) ReferralRequest?."),
    "ours": N_("_lastUpdated, _sort en _count vult het portaal zelf in. Laat ze weg."),
    "person": N_("Een zoekvraag noemt geen persoon: het portaal vraagt naar alle aanmeldingen die nieuw zijn."),
    "not_allowed": N_("Deze zoekvraag kan het portaal niet stellen: alleen een soort, een vraagteken en zoekparameters."),
}


@dataclass(frozen=True)
class Agreed:
    """What to write down; None = leave as it is, empty = no more."""

    tls: bool | None = None  # letters over HL7 v2 go over TLS
    trust: str | None = None  # PEM: the roots their servers are signed by
    url: str | None = None  # base address of their FHIR server
    token_url: str | None = None  # where we get a token
    client_id: str | None = None  # who we are there
    scopes: str | None = None
    their_client_id: str | None = None  # who their system is when it asks us for a token
    their_keys: str | None = None  # JWKS
    their_keys_url: str | None = None  # where those are fetched from; what was pasted holds until then
    search: str | None = None  # asked from time to time
    every: int | None = None  # seconds between two looks
    subscribes: bool | None = None  # their server tells by itself that something is new
    topic: str | None = None  # the topic of theirs by which it does; empty = by the search alone


@dataclass(frozen=True)
class Checks:
    """What only the integrations can tell."""

    keys: Callable[[str], str]  #: a code of KEYS; "" = good
    search: Callable[[str], str]  #: a code of SEARCHES; "" = good
    roots: Callable[[str], bool]


NONE: dict[str, Any] = {"search": "", "every": None, "subscribes": False, "topic": ""}
_COLUMNS = {
    "tls": "tls_out", "trust": "trust_out", "url": "url_out", "token_url": "token_url_out", "client_id": "client_id_out",
    "scopes": "scopes_out", "their_client_id": "client_id_in", "their_keys": "jwks_in",
    "their_keys_url": "jwks_url_in",
}  # fmt: skip


def as_agreed(session: Session, link: Link) -> Agreed:
    """How it stands now."""
    poll = polls.of_link(session, link.id)
    now = {name: getattr(link, column) for name, column in _COLUMNS.items()}
    asked = (
        {"search": poll.query, "every": poll.every_seconds, "subscribes": poll.subscribes, "topic": poll.topic} if poll else NONE
    )
    return Agreed(**now, **asked)


def save(
    session: Session,
    hospital: Hospital,
    link: Link,
    said: Agreed,
    checks: Checks,
    *,
    viewer: Viewer,
    now: datetime,
    loopback: bool,
) -> None:
    """Write it down, and who did. Raises Incomplete with a sentence per field; then nothing changed."""
    before = as_text(session, hospital, link)
    write(session, link, said, checks, now=now, loopback=loopback)
    link_history.remember_settings(session, hospital.id, before, as_text(session, hospital, link), viewer=viewer, now=now)


def write(session: Session, link: Link, said: Agreed, checks: Checks, *, now: datetime, loopback: bool) -> None:
    """The same without the history. `loopback`: an address on this machine may go without TLS."""
    if wrong := _wrong(session, link, said, checks, loopback=loopback):
        raise Incomplete(wrong)
    for name, column in _COLUMNS.items():
        if (value := getattr(said, name)) is not None:
            setattr(link, column, value)
    try:
        session.flush()
    except IntegrityError as taken:  # somebody was quicker
        if getattr(getattr(taken.orig, "diag", None), "constraint_name", "") != _ONE_CLIENT:
            raise
        raise Incomplete({"their_client_id": TAKEN}) from None
    _ask(session, link, said, now=now)


def as_text(session: Session, hospital: Hospital, link: Link) -> str:
    """The settings and what is agreed as lines, for the history: no token and no key in it."""
    poll = polls.of_link(session, link.id)
    asked = [f"poll: {poll.query if poll else ''}", f"poll_every: {poll.every_seconds if poll else ''}"]
    if poll and (poll.subscribes or poll.topic):
        asked += [f"subscribes: {poll.subscribes or ''}", f"topic: {poll.topic}"]
    return "\n".join([link_history.as_text(hospital, link), *asked])


def _ask(session: Session, link: Link, said: Agreed, *, now: datetime) -> None:
    """What stands as it stood is not begun anew: a server that fails would look as if nobody had asked it yet."""
    stood = as_agreed(session, link)
    search = stood.search if said.search is None else said.search
    every = said.every or stood.every or USUAL
    if not search:
        polls.end(session, link)
    elif (search, every) != (stood.search, stood.every):
        polls.register(session, link, search, every=timedelta(seconds=every), now=now)
    subscribes = stood.subscribes if said.subscribes is None else said.subscribes
    topic = stood.topic if said.topic is None else said.topic
    polls.tells(session, link, subscribes=bool(subscribes), topic=topic or "", now=now)
    session.flush()


def _wrong(session: Session, link: Link, said: Agreed, checks: Checks, *, loopback: bool) -> dict[str, str]:
    stood = as_agreed(session, link)
    then = replace(stood, **{one.name: value for one in fields(stood) if (value := getattr(said, one.name)) is not None})
    return (
        _wrong_line(link, said, checks)
        | _wrong_server(link, said, then, checks, loopback=loopback)
        | _wrong_client(session, link, said, then, checks, loopback=loopback)
        | subscription_form.wrong(said.subscribes, said.topic, search=then.search or "")
    )


def _wrong_line(link: Link, said: Agreed, checks: Checks) -> dict[str, str]:
    found = {}
    if said.tls is False and link.tls_out and not link.inside_networks:
        found["tls"] = N_(
            "Zonder TLS gaan brieven alleen naar een geregistreerd netwerk, en er is er geen: ze zouden blijven staan. "
            "Vraag eerst de beheerder van het portaal het netwerk te registreren."
        )
    if said.trust and "PRIVATE KEY" in said.trust:
        found["trust"] = HOLDS_KEY
    elif said.trust and (len(said.trust) > LARGEST or not checks.roots(said.trust)):
        found["trust"] = N_(
            "Hiermee is geen server te controleren. Plak het certificaat van de uitgever (PEM); het begint met -----BEGIN CERTIFICATE-----."
        )
    return found


def _wrong_server(link: Link, said: Agreed, then: Agreed, checks: Checks, *, loopback: bool) -> dict[str, str]:
    found = {
        name: NO_URL for name in ("url", "token_url") if (text := getattr(said, name)) and not is_url(text, loopback=loopback)
    }
    if said.url == "" and link.channel_out is Channel.FHIR:
        found["url"] = N_("Brieven gaan nu naar dit adres. Kies eerst bij Instellingen een andere weg voor brieven.")
    if then.search and not then.url:
        found.setdefault("url", N_("Vul het adres van hun FHIR-server in: daar wordt de zoekvraag gesteld."))
    if not _is_plain(said.client_id or "", LONGEST_ID):
        found["client_id"] = NO_ID
    if not _is_plain(said.scopes or "", LONGEST_SCOPES):
        found["scopes"] = N_("Hoogstens 500 gewone letters, cijfers en tekens, met een spatie ertussen.")
    if then.token_url and not then.client_id:
        found["client_id"] = N_("Vul in onder welke client-id dat ziekenhuis ons kent: zonder geeft het geen token.")
    if said.search and (code := checks.search(said.search)):
        found["search"] = SEARCHES[code]
    if said.every is not None and not SHORTEST <= said.every <= LONGEST:
        found["every"] = N_("Kies een tijd tussen 30 seconden en een dag.")
    return found


def _wrong_client(session: Session, link: Link, said: Agreed, then: Agreed, checks: Checks, *, loopback: bool) -> dict[str, str]:
    found = {}
    if said.their_keys_url and not is_url(said.their_keys_url, loopback=loopback):
        found["their_keys_url"] = NO_URL
    if said.their_keys and (code := checks.keys(said.their_keys) if len(said.their_keys) <= LARGEST else "no keys"):
        found["their_keys"] = KEYS[code]
    elif then.their_client_id and not then.their_keys and not then.their_keys_url:
        found["their_keys"] = N_("Geef ook hun publieke sleutels, of het adres daarvan: daaraan wordt gezien dat zij het zijn.")
    if not _is_plain(said.their_client_id or "", LONGEST_ID):
        found["their_client_id"] = NO_ID
    elif (then.their_keys or then.their_keys_url) and not then.their_client_id:
        found["their_client_id"] = N_("Vul ook de client-id in waaronder hun systeem zich meldt.")
    elif said.their_client_id and session.scalar(
        select(Link.id).where(Link.client_id_in == said.their_client_id, Link.id != link.id).limit(1)
    ):
        found["their_client_id"] = TAKEN
    return found


def _is_plain(text: str, longest: int) -> bool:
    return len(text) <= longest and text.isascii() and text.isprintable()
