"""Who it is about, and who is named in it: as sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


def initials_of(text: str) -> list[str]:
    """`JThM` is J, Th and M: a small letter belongs to the capital before it. Of small letters alone each is one."""
    letters = "".join(filter(str.isalpha, text))
    found: list[str] = []
    for letter in letters:
        if found and letter.islower() and not letters.islower():
            found[-1] += letter
        else:
            found.append(letter)
    return found


def dotted(initials: str) -> str:
    """`J.Th.M.`"""
    return "".join(f"{one}." for one in initials_of(initials))


@dataclass(frozen=True)
class PersonName:
    """A person's name as sent. `family` is the whole surname as it should be shown."""

    family: str = ""
    own_prefix: str = ""
    own_family: str = ""
    partner_prefix: str = ""
    partner_family: str = ""
    initials: str = ""
    given: str = ""

    @property
    def shown(self) -> str:
        """`J.P. van Putten`: initials and surname as Dutch hospitals print them."""
        return " ".join(part for part in (dotted(self.initials) or self.given, self.family) if part)


@dataclass(frozen=True)
class PatientIdentity:
    """Who the patient is according to the sender. An empty string means: not sent."""

    local_number: str = ""  # the number the sending hospital uses
    local_authority: str = ""  # who gave that number, as sent (PID-3.4, Identifier.system)
    bsn: str = ""  # nine digits as sent; the eleven-test flags, it never refuses
    name: PersonName = field(default_factory=PersonName)
    birth_on: date | None = None
    sex: str = ""  # "M", "F", "X" (other) or "" (unknown / not sent)
    deceased: bool = False
    other_numbers: tuple[tuple[str, str], ...] = ()  # (authority, number), everything else that was sent
    alive: bool = False  # the sender says in so many words that the patient lives (PID-30 N): a mistaken death is taken back


@dataclass(frozen=True)
class Contact:
    """A professional or department named in the message."""

    name: str = ""
    number: str = ""  # AGB, UZI or local, as text: leading zeros matter
    authority: str = ""
    organisation: str = ""
    phone: str = ""
    role: str = ""
