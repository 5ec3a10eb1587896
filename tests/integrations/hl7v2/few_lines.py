"""A message of a few lines about one patient, read with the general profile."""

from __future__ import annotations

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import Incoming, IncomingReferral, IncomingResult

PID = "PID|1||71^^^ZEED^PI||Giessen^J||19600101|F"
ASKS = ("ORC|NW|A1||G1", "OBR|1|A1||MDO^MDO oncologie^L")


def read(kind: str, *lines: str, country: str = "") -> Incoming:
    """About PID, where the lines name no patient of their own."""
    header = f"MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||{kind}|M1|P|2.5|||||{country}|UNICODE UTF-8"
    about = () if any(line.startswith("PID|") for line in lines) else (PID,)
    return Hl7Reader().read("\r".join([header, *about, *lines, ""]).encode(), "generic-v2")


def refers(*lines: str, kind: str = "REF^I12") -> IncomingReferral:
    found = read(kind, *lines)
    assert isinstance(found, IncomingReferral)
    return found


def referral(*lines: str) -> IncomingReferral:
    found = read("ORM^O01", *ASKS, *lines)
    assert isinstance(found, IncomingReferral)
    return found


def result(*lines: str) -> IncomingResult:
    found = read("ORU^R01", *lines)
    assert isinstance(found, IncomingResult)
    return found


def labelled(found: object) -> dict[str, str]:
    """The facts by what stands above them."""
    return {fact.label: fact.text for fact in getattr(found, "facts", ())}
