"""Writes docs/policy.md: who may do what, and which route and event does which act; `--check` says whether it is still true."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from mdo_portal.app import create_app
from mdo_portal.database import Database
from mdo_portal.domain.people import BOARD_ROLES, HOSPITAL_ROLES, Role
from mdo_portal.domain.policy import POLICY, Act, Relation
from mdo_portal.live.guard import EVENTS
from mdo_portal.settings import Settings
from mdo_portal.web.log_words import ACT_WORDS
from mdo_portal.web.navigation import ROLE_WORDS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "policy.md"
LETTERS = {
    Relation.ANYONE: "A",
    Relation.OWN_HOSPITAL: "Z",
    Relation.BOARD: "M",
    Relation.SECOND_READER: "L",
    Relation.TREATING_HOSPITAL: "B",
    Relation.EMERGENCY: "N",
}
MEANS = {
    Relation.ANYONE: "zonder verband met een ziekenhuis of MDO",
    Relation.OWN_HOSPITAL: "voor het eigen ziekenhuis",
    Relation.BOARD: "in het MDO waar de rol geldt",
    Relation.SECOND_READER: "wie gevraagd is mee te lezen",
    Relation.TREATING_HOSPITAL: "voor een ziekenhuis dat de patiënt ook behandelt",
    Relation.EMERGENCY: "met noodinzage",
}
ROLES = (*HOSPITAL_ROLES, *BOARD_ROLES)
HEAD = (
    "# Wie mag wat\n\n"
    "Gemaakt door `scripts/print_policy.py` uit `domain/policy.py` en uit de routes en gebeurtenissen zelf; "
    "de bouw zegt het als deze bladzijde achterloopt. Niet met de hand wijzigen.\n\n"
    "Een rol geldt alleen tussen zijn begin- en einddatum en zolang de persoon niet geblokkeerd is. "
    "Wat iemand met een bepaalde casus mag, hangt ook af van de agenda en van gegeven inzage: `services/common/access.py`.\n"
)


def mark(relation: Relation) -> str:
    """A letter for the matrix; a relation nobody gave a letter yet stands there as its own word."""
    return LETTERS.get(relation, relation.value)


def row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [row(head), row(["---"] * len(head)), *map(row, rows), ""]


def cell(act: Act, role: Role | None) -> str:
    return " ".join(sorted(mark(relation) for held, relation in POLICY[act] if held == role))


def matrix() -> Iterator[str]:
    yield "## Handelingen en rollen\n"
    yield "; ".join(f"**{mark(one)}** {MEANS.get(one, one.value)}" for one in Relation) + ". Leeg: mag niet.\n"
    head = ["handeling", "code", "iedereen", *(ROLE_WORDS[role] for role in ROLES)]
    rows = [
        [ACT_WORDS.get(act, act.value), f"`{act.value}`", cell(act, None), *(cell(act, role) for role in ROLES)] for act in Act
    ]
    yield from table(head, rows)


def routes() -> Iterator[str]:
    """Every route of the web, by address; what is public says why."""
    yield "## Routes\n"
    app = create_app(Settings(secret_key="s" * 40, demo=True), database=Database("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    app.extensions["mdo_live_stop"].set()
    rows = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        act = getattr(view, "act", None)
        does = f"`{act.value}`" if act else f"open: {getattr(view, 'public', 'bestanden van het scherm')}"
        methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        rows.append([f"`{rule.rule}`".replace("|", "\\|"), methods, f"`{rule.endpoint}`", does])
    yield from table(["adres", "methode", "endpoint", "handeling"], sorted(rows))


def events() -> Iterator[str]:
    yield "## Gebeurtenissen (Socket.IO)\n"
    yield from table(["gebeurtenis", "handeling"], sorted([f"`{name}`", f"`{act.value}`"] for name, act in EVENTS.items()))


def page() -> str:
    return "\n".join([HEAD, *matrix(), *routes(), *events()]).rstrip() + "\n"


def main() -> int:
    made = page()
    if "--check" not in sys.argv:
        PAGE.write_text(made, encoding="utf-8")
        return 0
    kept = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    for line in unified_diff(kept.splitlines(), made.splitlines(), "docs/policy.md", "the code", lineterm="", n=0):
        print(line)
    if kept != made:
        print("docs/policy.md is stale: run scripts/print_policy.py")
    return int(kept != made)


if __name__ == "__main__":
    sys.exit(main())
