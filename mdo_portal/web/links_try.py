"""Trying a message of a hospital: pasted or uploaded, read at once, field by field, and not kept. And the report for the vendor."""

from __future__ import annotations

import uuid
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from mdo_portal import trial, trial_report, wiring, wiring_profiles
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Link
from mdo_portal.domain.link_fields import CODE_WORDS, LABELS, PLACEABLE, SECTION_LABELS, URGENCIES
from mdo_portal.domain.policy import Act
from mdo_portal.domain.tried_reasons import BOARD_ELSEWHERE, NO_BOARD, NO_BOARDS, UNKNOWN_URGENCY
from mdo_portal.errors import N_, NotFound, PortalError
from mdo_portal.exchange import Section, Wire
from mdo_portal.letters import letters
from mdo_portal.services.dossier import routing
from mdo_portal.services.links import hospitals, links
from mdo_portal.services.links.hospitals import LinkRow
from mdo_portal.services.referrals import participation
from mdo_portal.trial import Tried
from mdo_portal.web import link_words
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.documents import as_file
from mdo_portal.web.guard import may, takes_files
from mdo_portal.web.links import LINES, log, told_before, wire_of
from mdo_portal.web.links_places import as_path
from mdo_portal.zone import AMSTERDAM

blueprint = Blueprint("trying", __name__, url_prefix="/links/<uuid:hospital_id>")
NOTHING = N_("Plak een bericht of kies een bestand. Er is niets gelezen en niets bewaard.")
TOO_LARGE = N_("Dit bericht is groter dan 5 MB. Er is niets gelezen en niets bewaard; probeer er een zonder groot document.")
NO_PROFILE = N_("Kies een profiel waarmee het bericht gelezen moet worden. Er is niets gelezen en niets bewaard.")
STALE_REPORT = N_("Dit rapport is verlopen. Er is niets bewaard; probeer het bericht opnieuw en maak dan het rapport.")
LARGEST_AGAIN = 600_000
"""Bytes of a message that the page itself holds on to, so that it can be read again once the link learnt from it."""
REPORT_SECONDS = 24 * 3600
OF_A_PRODUCT = ("epic", "hix", "nexus", "zorgdomein")
"""Profiles that are called as people call their EPD."""
ANY_V2 = "generic-v2"


@blueprint.get("/try")
@may(Act.LINK_TRY)
def page(hospital_id: uuid.UUID) -> str:
    return _page(hospital_id)


def _page(hospital_id: uuid.UUID, **given: Any) -> str:
    with transaction() as db:
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_TRY, hospital_id)
        takes_part, may_join = bool(participation.boards_of(db, hospital.id)), viewer().may(Act.BOARD_MANAGE)
        line = wire_of(link)
        chosen = request.form.get("profile", "") or (link.profile_in if link and line else _likely(hospital))
        may_manage, before = viewer().may(Act.LINK_MANAGE, hospital_id=hospital_id), told_before(db, hospital)
    given = {
        "tried": None,
        "text": "",
        "error": "",
        "report": "",
        "pasted": False,
        "again": "",
        "called": (),
        "typed": _typed(),
        "picked": frozenset(request.form.getlist("is")),
        **given,
    }
    return render_template(
        "links/try.html", hospital=hospital, link=link, line=line, has_line=line is not None, chosen=chosen,
        profiles=link_words.profiles().of_wire(*LINES), labels=LABELS, placeable=PLACEABLE,
        sections=SECTION_LABELS, every_section=tuple(Section), code_words=CODE_WORDS, no_board=NO_BOARD, no_boards=NO_BOARDS,
        board_elsewhere=BOARD_ELSEWHERE, unknown_urgency=UNKNOWN_URGENCY, urgencies=URGENCIES,
        takes_part=takes_part, may_join=may_join, may_manage=may_manage, told_before=before, **given,
    )  # fmt: skip


def _typed() -> dict[str, str]:
    """Field -> the place that somebody just typed for it: what is not there, or is no place, stays to be mended."""
    return {name: as_path(place.strip()) for name in PLACEABLE if (place := request.form.get(f"at.{name}", ""))}


def _likely(hospital: Hospital) -> str:
    """The profile to begin with while a hospital has none: of the EPD it says it has, else the one for any that sends HL7 v2."""
    named = hospital.epd.casefold()
    return next((one for one in wiring_profiles.known_profiles().titles if one in OF_A_PRODUCT and one in named), ANY_V2)


@blueprint.post("/try")
@may(Act.LINK_TRY)
@takes_files
def show(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """Read it, show it, leave a line in the log; keep nothing of it."""
    with transaction() as db:
        _, link = links.hospital_for(db, viewer(), Act.LINK_TRY, hospital_id)
        row, _ = _row(db, link)
    raw, error = _asked(row)
    if error:
        return _page(hospital_id, text=request.form.get("message", ""), error=gettext(error)), 422
    return shown(hospital_id, raw, pasted=bool(request.form.get("message", "").strip()) and not _upload())


def shown(hospital_id: uuid.UUID, raw: bytes, *, pasted: bool) -> ResponseReturnValue:
    """How this message is read now, with a line in the log. Keeps nothing of it."""
    with transaction() as db:
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_TRY, hospital_id)
        (row, rows), boards, network = _row(db, link), routing.boards_of(db, hospital), routing.every_board(db)
        if not _has_line(row):
            return _page(hospital_id, text=request.form.get("message", ""), error=gettext(NO_PROFILE)), 422
        log(db, Act.LINK_TRY, hospital_id, f"{_wire(row).value} {len(raw)} bytes", object_type="message")
    reading = wiring.bounded_explainers()
    tried = trial.try_message(raw, link=row, links=rows, now=now(), explainers=reading, boards=boards, network=network)
    sealed = _sealed(hospital, tried, len(raw))
    again = b64encode(raw).decode() if len(raw) <= LARGEST_AGAIN else ""
    text = request.form.get("message", "")
    return _page(hospital_id, tried=tried, text=text, report=sealed, pasted=pasted, again=again, called=boards)


def _row(db: Session, link: Link | None) -> tuple[LinkRow, Sequence[LinkRow]]:
    """The link as the readers take it, with the profile that was chosen on the page when it is another."""
    if link is None:
        raise NotFound()
    row = hospitals.link_of(db, link.id)
    profile = request.form.get("profile", "")
    known = wiring_profiles.known_profiles()
    chosen = trial.with_profile(row, profile if known.wires.get(profile) in LINES else "")
    return chosen, hospitals.links(db)


def _asked(row: LinkRow) -> tuple[bytes, str]:
    """(the bytes to read, "") or (nothing, why not)."""
    if not _has_line(row):
        return b"", NO_PROFILE
    upload = _upload()
    raw = upload or wiring.pasted(_wire(row), request.form.get("message", "").strip(), row.charset_in) or held_on_to()
    if not raw:
        return b"", NOTHING
    return (b"", TOO_LARGE) if len(raw) > trial.LARGEST else (raw, "")


def held_on_to() -> bytes:
    """The message that the page held on to; nothing where it was too large for that."""
    try:
        return b64decode(request.form.get("again", ""), validate=True)
    except ValueError:
        return b""


def _has_line(row: LinkRow) -> bool:
    return bool(row.profile_in) and _wire(row) in LINES


def _wire(row: LinkRow) -> Wire:
    return wiring_profiles.wire_of(row.profile_in)


def _upload() -> bytes:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return b""
    upload.stream.seek(0)
    return upload.stream.read(trial.LARGEST + 1)


def _sealed(hospital: Hospital, tried: Tried, size: int) -> str:
    """The report's data, signed: the message is gone when the report is asked for. No value of the message is in it."""
    number = f"CONF-{hospital.code}-{now().astimezone(AMSTERDAM):%Y%m%d-%H%M%S}"
    report = trial_report.report_of(tried, network=settings().network, hospital=hospital.name, number=number, size=size)
    return str(_signer(hospital.id).dumps(report.as_json()))


def _signer(hospital_id: uuid.UUID) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=f"conformance {hospital_id} {viewer().person_id}")


@blueprint.post("/report")
@may(Act.LINK_TRY)
def report(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """The conformance report as PDF, for the vendor of the EPD."""
    with transaction() as db:
        links.hospital_for(db, viewer(), Act.LINK_TRY, hospital_id)
        log(db, Act.LINK_TRY, hospital_id, "report")
    try:
        data = _signer(hospital_id).loads(request.form.get("report", ""), max_age=REPORT_SECONDS)
    except BadData:
        raise PortalError(STALE_REPORT) from None
    return as_file(letters.render("conformance", data, at=now()), "application/pdf", str(data["number"]).lower(), download=True)
