"""`letter`: a decision letter as PDF/A and PDF/UA, beside reportlab and WeasyPrint where somebody installed them."""

from __future__ import annotations

from importlib.util import find_spec

from mdo_portal.letters import letters
from tests.letter_samples import AT, NORMAL

from .figures import SERVER_CORE, Figures, cpu_ms, interleaved, pinned
from .letter_peers import reportlab_letter, weasyprint_letter

ABSENT = (
    "peer not installed here, not in the lock; knowledge/performance.md 7 saw reportlab 11.7 ms, WeasyPrint 93 ms, typst 8.6 ms"
)
BOARD = 50


def measure() -> Figures:
    """CPU milliseconds, warm."""
    figures = Figures("letter")
    data = NORMAL.as_json()
    peers = {"WeasyPrint": ("weasyprint", weasyprint_letter, 0.2), "reportlab": ("reportlab", reportlab_letter, 1.5)}
    with pinned(SERVER_CORE):
        contenders = {"ours": lambda: cpu_ms(lambda: letters.render("decision", data, at=AT), seconds=0.7)}
        contenders |= {
            name: lambda make=make: cpu_ms(lambda: make(data), seconds=0.7)
            for name, (module, make, _) in peers.items()
            if find_spec(module)
        }
        took = interleaved(contenders)
        for name, (_, _, most) in peers.items():
            if name in took:
                figures.against("one letter", "CPU ms", took["ours"], (name, took[name]), at_most=most)
        if len(took) == 1:
            figures.limit("one letter", "CPU ms", sorted(took["ours"])[1], note=ABSENT)
        many = [cpu_ms(lambda: letters.render_many("decision", [data] * BOARD, at=AT), seconds=0.5) / BOARD for _ in range(3)]
        figures.limit("one of a board's fifty in one file", "CPU ms", sorted(many)[1])
    return figures
