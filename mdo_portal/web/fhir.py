"""/fhir: the FHIR door of hospitals, straight to reception; and how a Task that was handed in stands."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import structlog
from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from mdo_portal import reception, wiring, wiring_profiles
from mdo_portal.errors import whereabouts
from mdo_portal.exchange import Answer, MessageHeader, Reader, Verdict, Wire
from mdo_portal.reception import Sorted
from mdo_portal.services.inbox import handed_in, polls
from mdo_portal.services.links import hospitals, link_tokens
from mdo_portal.services.links.hospitals import LinkRow
from mdo_portal.web import bodies, fhir_again, fhir_conditions, limits, refused_calls
from mdo_portal.web.context import database, settings, transaction
from mdo_portal.web.fhir_envelope import said, trouble
from mdo_portal.web.guard import machine

blueprint = Blueprint("fhir", __name__, url_prefix="/fhir")
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Comer:
    """Who came in, by which token."""

    link: LinkRow
    token: str


class Refused(Exception):
    """Not let in."""

    def __init__(self, status: int, answer: Answer) -> None:
        super().__init__(answer.reason)
        self.status = status
        self.answer = answer


@blueprint.post("")
@blueprint.post("/")
@machine("a hospital's system proves itself with its bearer token")
def receive() -> Response:
    """Keep the message and answer; it is understood afterwards. 401 without a known token, 415 when it is no FHIR."""
    return _received("")


@blueprint.post("/$process-message", strict_slashes=False)
@machine("a hospital's system proves itself with its bearer token")
def message() -> Response:
    """The same, for who sends messages (FHIR messaging): answered at once with an OperationOutcome, with or without `async`."""
    return _received("Bundle")


@blueprint.post("/<kind>", strict_slashes=False)
@machine("a hospital's system proves itself with its bearer token")
def create(kind: str) -> Response:
    """The same for one resource; with If-None-Exist, what is here under that number is not taken again."""
    return _received(kind)


@blueprint.put("/Task")
@blueprint.put("/Task/<resource_id>")
@machine("a hospital's system proves itself with its bearer token")
def change(resource_id: str = "") -> Response:
    """A newer version of a Task that was handed in: a message like any other, also when it withdraws a notice.

    Sent to the address that the Task was given here, that stays its address.
    """
    return _received("Task", uuid_of(resource_id))


@blueprint.get("/Task/<resource_id>")
@machine("a hospital's system proves itself with its bearer token")
def task(resource_id: str) -> Response:
    """How a Task stands that this hospital handed in: received, accepted or rejected, and why. No patient data."""
    try:
        comer = _enter(writes=False)
    except Refused as refused:
        return say(refused.status, refused.answer)
    with database().transaction(link=comer.token) as db:
        found = handed_in.task_of(db, comer.link.hospital_id, uuid_of(resource_id))
    if found is None:
        return nothing_here(404)
    return said(wiring.fhir_task(*found))


@blueprint.post("/Subscription/notice", strict_slashes=False)
@machine("a hospital's system proves itself with its bearer token")
def notice() -> Response:
    """The hospital's server says that something changed (Subscription, rest-hook): it is asked at once what.

    Whatever stands in the notice is not read: what is new is only believed from the registered server itself.
    """
    try:
        comer = _enter(writes=True)
    except Refused as refused:
        return say(refused.status, refused.answer)
    with database().transaction(link=comer.token) as db:
        if not polls.noticed(db, comer.link.link_id, now=datetime.now(UTC)):
            return nothing_here(404)
    return Response(status=204)


@blueprint.route("/Subscription/notice/<kind>/<resource_id>", methods=["PUT", "DELETE"])
@machine("a hospital's system proves itself with its bearer token")
def notice_of(kind: str, resource_id: str) -> Response:
    """The same from a server that was told to send the resource along: it then writes it below the address (HAPI does)."""
    return notice()


def _received(kind: str, address: uuid.UUID | None = None) -> Response:
    came = let_in_with(kind)
    if isinstance(came, Response):
        return came
    comer, raw = came
    asked = fhir_conditions.number_in(request.headers.get("If-None-Exist", "").lstrip("?"))
    if asked and (there := fhir_again.here(comer.token, comer.link.link_id, kind, asked)):
        return _here_already(asked.value, there)
    sorted_ = sorted_in(raw, comer, kind)
    try:
        answer = kept(sorted_, comer, fhir_again.once(comer.link.link_id, kind, asked) if asked else None)
    except fhir_again.HereAlready as there_now:
        return _here_already(there_now.number, there_now.known)
    if answer.verdict is not Verdict.STORED:
        return say(None, answer)
    location, is_known = _location(comer, sorted_, address)
    return say(200 if is_known else None, answer, sorted_.arrival.header, location)


def let_in_with(kind: str) -> tuple[Comer, bytes] | Response:
    """Who came in, with what; or what they hear instead. `kind`: what is taken at this address, "" for anything."""
    comer = _let_in()
    try:  # read it all, also when it is refused: the line may carry the next message
        if isinstance(comer, Refused):
            bodies.passed_over(request)
            return say(comer.status, comer.answer)
        raw = bodies.whole(request)
    except bodies.Broken:
        return say(400, Answer(Verdict.REFUSED, "", reason="broken", text="the body did not come whole; send it again"))
    except RequestEntityTooLarge:
        return _too_large(comer)
    if kind and kind not in wiring_profiles.fhir_kinds(comer.link.profile_in):
        return nothing_here(404)
    return comer, raw


def kept(sorted_: Sorted, comer: Comer, if_: Callable[[Session], None] | None = None) -> Answer:
    """The answer to what is stored now, or to what could not be. `if_`: as reception.keep has it."""
    try:
        (answer,) = reception.keep(database(), [sorted_], link=comer.token, if_=if_)
        if answer.at != sorted_.answer.at and fhir_again.is_made_anew(comer.token, sorted_):
            reception.keep(database(), [sorted_], link=comer.token)
    except SQLAlchemyError as error:
        log.error("fhir.not_stored", **whereabouts(error))
        return Answer(Verdict.NOT_NOW, "", reason="not_stored", text="could not be stored now; send again")
    return sorted_.answer


def _too_large(comer: Comer | Refused) -> Response:
    """Of whom it came from its beginning is kept, as a row for a person."""
    if isinstance(comer, Comer) and (start := bodies.beginning(request)):
        with suppress(SQLAlchemyError):
            reception.keep(database(), [as_it_came(start, comer, "too_large")], link=comer.token)
    most = f"larger than {settings().message_limit:,} bytes; send large documents by themselves"
    return say(413, Answer(Verdict.REFUSED, "", reason="too_large", text=most))


def _let_in() -> Comer | Refused:
    """Asked before anything of the body is read: without a token nobody fills this process with bodies."""
    try:
        return _enter(writes=True)
    except Refused as refused:
        return refused


def _enter(*, writes: bool) -> Comer:
    """Raises Refused."""
    token = bearer()
    with transaction() as db:
        link = hospitals.link_by_token(db, token) if token else None
        may = link is not None and link_tokens.may(db, token, writes=writes)
    try:
        limits.ask_link(request.headers.get("Authorization", ""), known=link is not None)
    except limits.TooMany:
        raise Refused(429, Answer(Verdict.NOT_NOW, "", reason="busy", text="too many requests; send again later")) from None
    if link is None:
        refused_calls.no_token(token)
        raise Refused(401, Answer(Verdict.NOT_HERE, "", reason="login", text="bearer token missing or unknown"))
    if not may:
        raise Refused(403, Answer(Verdict.NOT_HERE, "", reason="forbidden", text="the token's scopes do not cover this"))
    return Comer(link, token)


def bearer() -> str:
    """The token of this request; "" without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def sorted_in(raw: bytes, comer: Comer, kind: str) -> Sorted:
    """Kept in any case; refused at once when the envelope says it is something else, or the address asks for another."""
    found = as_it_came(raw, comer, trouble(wiring_profiles.fhir_version(comer.link.profile_in)))
    if kind and not found.arrival.reason and found.arrival.header.kind.partition("/")[0] != kind:
        return reception.because(as_it_came(raw, comer, "broken"), f"no {kind}, and this address takes nothing else")
    if not found.arrival.reason and fhir_conditions.is_unmet(raw):
        return as_it_came(raw, comer, "condition")
    return found


def as_it_came(raw: bytes, comer: Comer, why: str) -> Sorted:
    """What came, with its answer; `why` it is refused whatever stands in it, "" where its envelope is as it should be."""
    reader = cast(Reader, current_app.extensions["mdo_readers"][Wire.FHIR])
    return reception.sort(raw, wire=Wire.FHIR, reader=reader, links=[], now=datetime.now(UTC), link=comer.link, refused=why)


def _here_already(number: str, message: handed_in.Known) -> Response:
    """Conditional create: `If-None-Exist: identifier=system|number` of something this hospital handed in before, or in this moment."""
    answer = Answer(Verdict.STORED, number, text="Stored before.")
    return say(200, answer, MessageHeader(), f"/fhir/Task/{message.id}" if message.kind == "Task" else "")


def _location(comer: Comer, sorted_: Sorted, address: uuid.UUID | None) -> tuple[str, bool]:
    """Where a Task can be asked for (nothing else can be read here), and whether that is where it was sent: `address` is of a Task of
    theirs.
    """
    header, link_id = sorted_.arrival.header, comer.link.link_id
    if header.kind != "Task":
        return "", False
    with database().transaction(link=comer.token) as db:
        known = handed_in.own_task(db, link_id, address)
        found = known or handed_in.of_bytes(db, link_id, header.control_id, sorted_.arrival.digest)
    return f"/fhir/Task/{found}" if found else "", known is not None


def uuid_of(text: str) -> uuid.UUID | None:
    """The number that this part of an address is; None for anything else."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def nothing_here(status: int, methods: Iterable[str] = ()) -> Response:
    """Of an address that takes something else it is said what (`methods`)."""
    reason, words = (
        ("not-found", "nothing is read or taken at this address") if status == 404 else ("not-allowed", "not at this address")
    )
    response = say(status, Answer(Verdict.NOT_HERE, "", reason=reason, text=words))
    response.allow.update(methods)
    return response


def broken(error: Exception) -> Response:
    """What a machine hears of what nobody expected. With the database away nothing was kept: the same may do in a minute."""
    text = "could not be handled now; send again"
    return say(503 if isinstance(error, SQLAlchemyError) else 500, Answer(Verdict.NOT_NOW, "", reason="not_stored", text=text))


def say(status: int | None, answer: Answer, header: MessageHeader | None = None, location: str = "") -> Response:
    """The answer as FHIR; its own status when none is given."""
    told = header or MessageHeader()
    if answer.verdict is Verdict.STORED and (passed := fhir_conditions.passed_over()):
        told = told._replace(flaws=(*told.flaws, *passed))
    is_brief = fhir_conditions.wants_little()
    found, body = wiring.fhir_answer(answer, told, location, is_brief=is_brief)
    response = said(body, status or found)
    if is_brief and answer.verdict is Verdict.STORED and not told.flaws:
        response.headers["Preference-Applied"] = "return=minimal"
    if location:
        response.headers["Location"] = location
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
