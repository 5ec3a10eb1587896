"""What a first letter, a correction, an addendum and a withdrawal are called in HL7 v2 (v2.5.1 chapters 7 and 9).

| form | document (MDM) | result (ORU^R01) |
|---|---|---|
| first | T02 | OBR-25 and OBX-11 F |
| correction | T10, TXA-13 the letter it takes the place of | C, OBR-29 that letter |
| addendum | T06, TXA-13 the letter it adds to | F, OBR-29 that letter |
| withdrawal | T11 without content, TXA-12 the letter that is taken back; or T10 | C, or W, D, X under the old number |

The message that there is no advice is written as a first letter, one in its place as a correction, its recall as a withdrawal
(`form_there`); what it is, stands in its code beside the usual one (`code_of`) and in its words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mdo_portal.exchange import DecisionForm, OutgoingDecision


@dataclass(frozen=True)
class Shape:
    """How one letter is written."""

    event: tuple[str, str, str]  # MSH-9
    number: str  # TXA-12 or OBR-3
    parent: str  # TXA-13 or OBR-29
    order_status: str = "F"  # OBR-25 (table 0123)
    status: str = "F"  # OBX-11 (table 0085)
    available: str = "AV"  # TXA-19 (table 0273)
    has_content: bool = True

    @property
    def is_document(self) -> bool:
        return self.event[0] == "MDM"


_EVENTS = {DecisionForm.FIRST: "T02", DecisionForm.CORRECTION: "T10", DecisionForm.ADDENDUM: "T06"}
_ORDER_STATUS = {"W": "C", "D": "C"}
"""Table 0123 has no W and no D: of the order as a whole those are corrections."""


def code_of(decision: OutgoingDecision, wishes: Mapping[str, Any]) -> tuple[str, ...]:
    """OBX-3 of the letter and OBR-4. The usual code of a message without advice stays first: an EPD files by it and refuses others."""
    return tuple(wishes["document_code" if decision.form.has_advice else "message_code"])


def shape_of(decision: OutgoingDecision, wishes: Mapping[str, Any]) -> Shape:
    """The shape of this letter at a recipient with these `[outgoing]` wishes."""
    form = decision.form_there
    if wishes["kind"] == "ORU^R01":
        return _result(decision, form, wishes["withdraw_status"])
    if form is DecisionForm.WITHDRAWAL and wishes["withdraw"] == "T11":
        return Shape(("MDM", "T11", "MDM_T01"), decision.replaces_document_number, "", available="CA", has_content=False)
    event = _EVENTS.get(form, "T10")
    status = "C" if event == "T10" else "F"
    return Shape(("MDM", event, "MDM_T02"), decision.document_number, decision.replaces_document_number, status=status)


def _result(decision: OutgoingDecision, form: DecisionForm, withdrawn: str) -> Shape:
    event, old, new = ("ORU", "R01", "ORU_R01"), decision.replaces_document_number, decision.document_number
    if form is DecisionForm.WITHDRAWAL and withdrawn != "C":
        return Shape(event, old, "", _ORDER_STATUS.get(withdrawn, withdrawn), withdrawn)
    status = "C" if form in (DecisionForm.CORRECTION, DecisionForm.WITHDRAWAL) else "F"
    return Shape(event, new, old, status, status)
