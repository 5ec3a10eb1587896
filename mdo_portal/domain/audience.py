"""For whom a letter is."""

from __future__ import annotations

from enum import StrEnum


class Audience(StrEnum):
    """For whom a letter is: each has its own words, and its own pieces in their own order."""

    REFERRER = "referrer"
    GP = "gp"
    PATIENT = "patient"
