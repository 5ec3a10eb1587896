"""Opening the portal from a hospital's EPD (SMART App Launch, EHR launch): where we go, what we keep meanwhile, and about whom it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from mdo_portal.exchange.people import PatientIdentity
from mdo_portal.exchange.sending import Address


@dataclass(frozen=True)
class LaunchServer:
    """One EPD that may open us, as its link says. `address`: its FHIR server, token address and our client id there."""

    address: Address
    iss: str  # the FHIR server as the EPD names it, to the letter
    authorize_url: str  # where a browser is sent
    signs: bool  # we prove who we are with our own key; else we are a public client


@dataclass(frozen=True)
class LaunchAttempt:
    """What is remembered between sending a browser to the EPD and seeing it back."""

    state: str
    verifier: str


@dataclass(frozen=True)
class Launched:
    """Whom the EPD had on the screen, as its server says; believed as far as its word goes."""

    patient: PatientIdentity
    has_second_bsn: bool = False  # more than one is said to hold: none was taken


@dataclass(frozen=True)
class LaunchOffer:
    """What a server says of itself (`.well-known/smart-configuration`), for whoever writes the agreement down."""

    authorize_url: str
    token_url: str
    takes_pkce: bool
    takes_launch: bool


class NotLaunched(Exception):
    """Nothing was opened. `code`: why, never a value; `again`: another try from the EPD may do."""

    def __init__(self, code: str, *, again: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.again = again


class Launcher(Protocol):
    """Our side of a launch. Keeps nothing: a token is gone when `finish` ends."""

    def start(self, server: LaunchServer, *, launch: str, back_to: str) -> tuple[str, LaunchAttempt]:
        """Where to send the browser, and what to remember until it is back."""

    def finish(self, server: LaunchServer, attempt: LaunchAttempt, answer: Mapping[str, str], *, back_to: str) -> Launched:
        """About whom it is, from what the browser brought back. Raises NotLaunched."""

    def look(self, iss: str, address: Address) -> LaunchOffer:
        """What the server says of itself. Raises NotLaunched."""
