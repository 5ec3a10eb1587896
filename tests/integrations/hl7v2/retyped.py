"""Short messages of which a few lines matter, for what a secretary would else retype or phone for."""

from __future__ import annotations

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingReferral

from .few_lines import read


def refers(*lines: str) -> IncomingReferral:
    found = read("REF^I12", *lines)
    assert isinstance(found, IncomingReferral)
    return found


def asked(*lines: str) -> str:
    return refers("OBR|1|A1||MDO^MDO long", *lines).question_board


def with_pid(pid: str, *lines: str) -> IncomingReferral:
    message = ["MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||REF^I12|M1|P|2.5", pid, *lines, "OBR|1|A1||MDO^MDO long", ""]
    found = Hl7Reader().read("\r".join(message).encode(), "generic-v2")
    assert isinstance(found, IncomingReferral)
    return found
