"""How a message travels, and what it means that nobody can read it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Wire(StrEnum):
    """How a message travelled."""

    HL7V2 = "hl7v2"
    FHIR = "fhir"
    FORM = "form"
    PAPER = "paper"


class Unreadable(Exception):
    """The message cannot be understood. It is kept; a person sees `reason` and decides.

    `reason` is a code of `UNREADABLE_REASONS` (mdo_portal/domain/inbound.py gives the sentence for people),
    `where` names the place in the message (`PID-3`, `Bundle.entry[2]`), never a value of a patient.
    """

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(f"{reason} {where}".strip())
        self.reason = reason
        self.where = where


class NobodyReads(Exception):
    """No reader can begin at this moment (no memory for one, its code is being replaced): it says nothing about any message."""


class WrongProfile(Unreadable):
    """A profile, or what a link says otherwise, cannot be read: at which key, what is wrong, and what could stand there."""

    def __init__(self, key: str, problem: str, value: str = "", known: tuple[str, ...] = ()) -> None:
        super().__init__("wrong_profile", key)
        self.key, self.problem, self.value, self.known = key, problem, value, known

    def __str__(self) -> str:
        among = f"; there are: {', '.join(self.known)}" if self.known else ""
        return f"{self.key or 'profile'}: {self.problem.replace('_', ' ')} {self.value!r}{among}"


Profile = Mapping[str, Any]
"""One TOML of integrations/profiles, as read: data, no expressions."""


def profile_of_link(name: str, otherwise: str) -> str:
    """How the profile of one link is asked for: its name and, below it, the TOML of what this hospital puts elsewhere."""
    return f"{name}\n{otherwise}" if name and otherwise.strip() else name
