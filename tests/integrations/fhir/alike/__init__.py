"""The same message written otherwise: what a sender may change without meaning anything else.

A rewriting takes the tree of a message and gives another that says the same; what it may change of a reading all the same is in MAY_CHANGE.
"""

from __future__ import annotations

from .bundled import ADDRESSED, WRAPPED
from .files import FILES
from .numbered import NUMBERED
from .placed import PLACED
from .said import SAID
from .silent import SILENT
from .tree import Rewriting
from .worded import WORDED

REWRITINGS: dict[str, Rewriting] = {**WRAPPED, **ADDRESSED, **PLACED, **NUMBERED, **SAID, **WORDED, **FILES, **SILENT}

ONLY_R4 = {"with the type of what is pointed at", *(name for name in FILES if "Binary" in name)}
"""What STU3 has no word for, or another."""

_ADDRESS = ("key", "known_as", "request_task")
"""Under which address on the sender's server a fact, a document and a Task are known: only where the sender says that they live there (ADR 0052)."""
MAY_CHANGE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*WRAPPED, *ADDRESSED, *PLACED), _ADDRESS),
    "with other ids": (*_ADDRESS, "reference", "documents_taken_back"),  # a document without a number is known by its id
    "with its facts inside": (*_ADDRESS, "reference"),
    "with what its server says": ("version", "asked_at", "known_as"),
    "with codes of its own": ("code", "code_system"),
    "with loud types of files": ("media_type",),  # as sent
}
ANY_ORDER = {"turned round", "each entry twice", *PLACED}
"""What changes the order in which the resources stand; of several in one field the first is still taken first."""
