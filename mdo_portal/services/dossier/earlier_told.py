"""What a hospital told of its referral before: what it tells anew stands on top of the page, and what stood there stays to be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from mdo_portal.domain.case import NO_DATE, Case
from mdo_portal.exchange import Fact, Section
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import case_facts

EARLIER = {
    "question_board": "Eerdere vraag aan het MDO",
    "question_radiology": "Eerdere vraag aan de radiologie",
    "question_pathology": "Eerdere vraag aan de pathologie",
    "urgency": "Eerdere urgentie",
    "due_on": "Eerder uiterlijk zinvol op",
    "referrer_name": "Eerdere verwijzer",
    "referrer_number": "Eerder nummer van de verwijzer",
    "referrer_phone": "Eerder telefoonnummer van de verwijzer",
    "treating_name": "Eerdere behandelaar",
    "case_manager_name": "Eerdere casemanager",
    "gp_name": "Eerdere huisarts",
    "request_task": "Eerdere taak van het verzoek",
    "cautions": "Eerder voorbehoud van de afzender",
}
"""By column of a case: the label under which its earlier value stands among the earlier values."""
LABELS = frozenset(EARLIER.values())
Stood = str | date | Sequence[str]
"""What stood in such a column; of cautions their codes."""
_DAY = "%d-%m-%Y"


def keep(session: Session, case: Case, before: Mapping[str, Stood], source: Source) -> None:
    """Of each column that this message changed, what stood there.

    Also that nothing did: it is shown to nobody, and found when it turns out that the message was about somebody else (unsaying.py).
    """
    for column, value in before.items():
        said = Fact(Section.FORM, written(value), EARLIER[column])
        earlier = case_facts.fact_row(case, said, source)
        earlier.superseded_at = source.at
        session.add(earlier)


def written(value: Stood | None) -> str:
    """A column's value as text: a day as people write it, no day as nothing, cautions by code."""
    if isinstance(value, date):
        return value.strftime(_DAY) if value < NO_DATE else ""
    return value if isinstance(value, str) else " ".join(value or ())


def put_back(case: Case, column: str, text: str) -> None:
    """What `written` wrote, back in its column."""
    setattr(case, column, _day(text) if column == "due_on" else text.split() if column == "cautions" else text)


def _day(text: str) -> date:
    if not text:
        return NO_DATE
    day, month, year = map(int, text.split("-"))
    return date(year, month, day)
