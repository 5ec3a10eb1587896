"""What a hospital withdraws or replaces that is not here: written down, for it may be waiting for a person and be read at last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mdo_portal.domain.case import CaseFact
from mdo_portal.exchange import ORDERED, Fact, Section
from mdo_portal.services.dossier.telling import Telling

GONE = "withdrawn"
ANNOUNCED = "Document zonder inhoud"


def document_is_over(telling: Telling, name: str, known: Iterable[str], rows: Sequence[CaseFact], status: str) -> bool:
    """Write down that the document of this name is over, unless it is here (`known` are the names of those). Returns whether it was."""
    return name not in known and _written_down(telling, name, ANNOUNCED, rows, status)


def order_is_over(telling: Telling, name: str, rows: Sequence[CaseFact]) -> None:
    """The same of an order and all that stands under it. Nobody is told: laboratories cancel many an order that nobody heard of."""
    _written_down(telling, name, ORDERED, rows, GONE)


def _written_down(telling: Telling, name: str, label: str, rows: Sequence[CaseFact], status: str) -> bool:
    if not name or any(one.source_key == name or one.source_key.startswith(f"{name}/") for one in rows):
        return False
    row = telling.add(Fact(Section.OTHER, name, label, key=name, status=status))
    row.superseded_at = telling.source.at
    return True


def among(rows: Iterable[CaseFact]) -> list[CaseFact]:
    """Those of these that say that something is over."""
    return [
        one for one in rows if one.label in (ANNOUNCED, ORDERED) and one.superseded_at is not None and one.text == one.source_key
    ]


def over(telling: Telling, key: str, rows: Iterable[CaseFact]) -> CaseFact | None:
    """The newer word by which something of this name is over; None when there is none."""
    told = among(rows)
    about = (one for one in told if one.source_key and (key == one.source_key or key.startswith(f"{one.source_key}/")))
    return next((one for one in about if not telling.is_after(one)), None)
