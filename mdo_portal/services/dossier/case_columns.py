"""Question, urgency, who refers: what the sender of a referral tells of a case in columns of its own."""

from __future__ import annotations

from collections.abc import Iterable

from mdo_portal.domain.case import NO_DATE, Case
from mdo_portal.domain.caution import Caution, cautions_in
from mdo_portal.exchange import IncomingReferral
from mdo_portal.services.dossier.earlier_told import Stood

TOLD = (
    "question_board", "question_radiology", "question_pathology", "urgency", "due_on", "referrer_name", "referrer_number",
    "referrer_phone", "treating_name", "case_manager_name", "gp_name", "request_task",
)  # fmt: skip
"""The columns of a case that the sender of its referral tells."""
CAUTIONS = "cautions"
"""The column of what its messages say against themselves."""


def take_over(case: Case, referral: IncomingReferral, *, newest: bool, whole: bool = False) -> dict[str, Stood]:
    """What stood in each column that changes by it.

    Newest word of the sender wins; what it leaves out stays, and an older word only fills what was empty. Asked again as it
    should be, a referral is no test any more; an addition that asks nothing only adds to what is said against it.

    `whole`: nothing but this referral told the case, so what it leaves out was never said.
    """
    told = (
        referral.question_board,
        referral.question_radiology,
        referral.question_pathology,
        referral.urgency,
        referral.latest_useful_on or NO_DATE,
        referral.referrer.name or referral.referrer.organisation,
        referral.referrer.number,
        referral.referrer.phone,
        referral.treating.name,
        referral.case_manager.name,
        referral.gp.name,
        referral.request_task,
    )
    stood = {column: getattr(case, column) for column in (*TOLD, CAUTIONS)}
    if whole or newest:
        asks = whole or bool(referral.question_board or referral.board_hint)
        case.cautions = [] if asks else case.cautions
        beware(case, referral.unmapped)
    for column, value in zip(TOLD, told, strict=True):
        is_said = value not in ("", NO_DATE)
        if whole or (is_said and (newest or stood[column] in ("", NO_DATE))):
            setattr(case, column, value)
    return {column: value for column, value in stood.items() if value != getattr(case, column)}


def beware(case: Case, names: Iterable[str]) -> dict[str, Stood]:
    """What a message says against itself is said of the case that it told something; `names`: of what found no place.

    Gives what stood there, if that changes.
    """
    stood, said = case.cautions, {*case.cautions, *cautions_in(names)}
    case.cautions = [one.value for one in Caution if one in said]
    return {CAUTIONS: stood} if stood != case.cautions else {}
