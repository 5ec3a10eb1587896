"""Which board the sender means, by the place that names one."""

from __future__ import annotations

from .places import Reading, found
from .words import is_report, names_board


def board_hint(reading: Reading) -> tuple[str, str]:
    """(words, place): of the profile's places the first that names a board and no report of one; else the first that says anything."""
    rules = reading.profile["referral"]
    each = [found(reading, [place]) for place in rules["board_hint"]]
    said = [(words.strip(), place) for words, place in each if words.strip()]
    boards = (one for one in said if names_board(one[0], rules["recognised"]) and not is_report(one[0], rules["recognised"]))
    return next(boards, said[0] if said else ("", ""))
