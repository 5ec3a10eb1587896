"""The structured half of a conclusion, as somebody fills it in during the exercise: two recommendations and who tells the patient."""

from __future__ import annotations

import re
from datetime import date, timedelta

from mdo_portal.commands.demo.screens import UUID, Screen, first

FIRST = {
    "kind": "imaging",
    "text": "Aanvullende beeldvorming volgens protocol",
    "intent": "diagnostic",
    "responsible": "de aanmelder",
    "place": "",
}
SECOND = {
    "kind": "surgery",
    "text": "Operatie volgens het besproken plan",
    "intent": "curative",
    "condition": "als de beeldvorming geen metastasen toont",
    "responsible": "dr. F.J. Wiersma",
    "place": "Deltamond UMC",
}


def recommend(screen: Screen, meeting_id: str, round_id: str, *, today: date) -> int:
    """Fill in what this round recommends; says how many recommendations that were."""
    there = f"/meetings/{meeting_id}/room/advice/{round_id}"
    for said, days in ((FIRST, 7), (SECOND, 28)):
        screen.send(there, {})
        item = re.findall(rf'id="item-({UUID})"', _piece(screen, meeting_id, round_id))[-1]
        due_on = (today + timedelta(days=days)).isoformat()
        screen.send(f"{there}/{item}", said | {"due_on": due_on, "revision": "1"})
    screen.send(f"{there}/answers", {"told_by": "de behandelaar", "wish": "besproken", "revision": "0"})
    return 2


def followed(screen: Screen) -> int:
    """How many recommendations stand on this person's list of what is to be followed."""
    first(r"<h1[^>]*>\s*(Opvolging)", screen.read("/follow-up"), "list to follow")
    return len(re.findall(rf'data-row="{UUID}"', screen.read("/follow-up")))


def _piece(screen: Screen, meeting_id: str, round_id: str) -> str:
    return screen.read(f"/meetings/{meeting_id}/room/piece/advice?round={round_id}")
