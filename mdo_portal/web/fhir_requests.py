"""/fhir/ServiceRequest/7 (STU3: ReferralRequest): a hospital writes its request at the address it has there, or deletes it."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, request

from mdo_portal import wiring
from mdo_portal.exchange import Answer, MessageHeader, Unreadable, Verdict
from mdo_portal.reception import Sorted, because
from mdo_portal.web import fhir_conditions
from mdo_portal.web.fhir import Comer, as_it_came, kept, let_in_with, nothing_here, say, sorted_in
from mdo_portal.web.guard import machine

blueprint = Blueprint("fhir_requests", __name__, url_prefix="/fhir")


@blueprint.put("/ServiceRequest/<resource_id>", defaults={"kind": "ServiceRequest"})
@blueprint.put("/ReferralRequest/<resource_id>", defaults={"kind": "ReferralRequest"})
@machine("a hospital's system proves itself with its bearer token")
def change(kind: str, resource_id: str) -> Response:
    """As when it is POSTed; and told again at this address it is the same referral, also without a number. 400 when it says another id."""
    came = let_in_with(kind)
    if isinstance(came, Response):
        return came
    comer, raw = came
    sorted_ = sorted_in(raw, comer, kind)
    header = sorted_.arrival.header
    if not sorted_.arrival.reason:
        sorted_ = _at(sorted_, comer, kind, resource_id)
    return _answered(sorted_, comer, header, f"/fhir/{kind}/{resource_id}")


@blueprint.put("/ServiceRequest", defaults={"kind": "ServiceRequest"})
@blueprint.put("/ReferralRequest", defaults={"kind": "ReferralRequest"})
@machine("a hospital's system proves itself with its bearer token")
def change_by_number(kind: str) -> Response:
    """Conditional update (`?identifier=system|number`): as when it is POSTed under that number. 412 when it has another, or none."""
    if not fhir_conditions.is_any():
        return nothing_here(405, ["POST"])
    came = let_in_with(kind)
    if isinstance(came, Response):
        return came
    comer, raw = came
    sorted_ = sorted_in(raw, comer, kind)
    return _answered(sorted_, comer, sorted_.arrival.header)


@blueprint.delete("/ServiceRequest/<resource_id>", defaults={"kind": "ServiceRequest"})
@blueprint.delete("/ReferralRequest/<resource_id>", defaults={"kind": "ReferralRequest"})
@machine("a hospital's system proves itself with its bearer token")
def delete(kind: str, resource_id: str) -> Response:
    """The referral of that address is taken back, as by a deletion in a Bundle. Nothing of a body is read."""
    came = let_in_with(kind)
    if isinstance(came, Response):
        return came
    if not wiring.at_address.is_address(kind, resource_id):
        return nothing_here(404)
    told = wiring.at_address.deleted(kind, resource_id, str(uuid.uuid4()))
    return _answered(as_it_came(told, came[0], ""), came[0], MessageHeader())


@blueprint.delete("/ServiceRequest", defaults={"kind": "ServiceRequest"})
@blueprint.delete("/ReferralRequest", defaults={"kind": "ReferralRequest"})
@machine("a hospital's system proves itself with its bearer token")
def delete_by_number(kind: str) -> Response:
    """Conditional delete (`?identifier=system|number`): the referral under that number is taken back. 412 for any other condition."""
    if not fhir_conditions.is_any():
        return nothing_here(405, ["POST"])
    came = let_in_with(kind)
    if isinstance(came, Response):
        return came
    asked = fhir_conditions.number_in(request.query_string.decode("ascii", "replace"))
    if asked is None:
        return say(412, Answer(Verdict.REFUSED, "", reason="condition", text="say one identifier, and nothing else"))
    told = wiring.at_address.deleted_by_number(kind, asked.system, asked.value, str(uuid.uuid4()))
    return _answered(as_it_came(told, came[0], ""), came[0], MessageHeader())


def _at(sorted_: Sorted, comer: Comer, kind: str, number: str) -> Sorted:
    """The same with its address. It stands in the inbox under its own kind and number."""
    raw, header = sorted_.arrival.raw, sorted_.arrival.header
    try:
        found = as_it_came(wiring.at_address.written(raw, kind, number), comer, "")
    except Unreadable as no:
        return because(as_it_came(raw, comer, no.reason), no.where)
    if not found.arrival.reason:
        found.arrival.header = header._replace(referral_names=found.arrival.header.referral_names)
    return found


def _answered(sorted_: Sorted, comer: Comer, header: MessageHeader, location: str = "") -> Response:
    """202, as of one that is POSTed: it is read afterwards."""
    answer = kept(sorted_, comer)
    is_stored = answer.verdict is Verdict.STORED
    return say(202, answer, header, location) if is_stored else say(None, answer)
