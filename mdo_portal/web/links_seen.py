"""Two people who change one link at once: the second hears of the first before anything is overwritten, and loses nothing typed."""

from __future__ import annotations

import uuid

from flask import request
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.link import Changed
from mdo_portal.errors import N_
from mdo_portal.services.links import link_history
from mdo_portal.web.words import when

SETTINGS = (Changed.MADE, Changed.SETTINGS, Changed.SENDER)
PLACES = (Changed.OTHERWISE,)
COPIES = (Changed.COPIES,)
"""Which changes a form overwrites."""
_NOTHING_YET = "-"
TOO_LATE = N_(
    "%(who)s wijzigde dit intussen (%(when)s). Uw wijziging is niet opgeslagen; wat u typte, staat er nog. "
    "Bekijk in een ander venster wat er nu staat, en sla nog eens op als het zo moet worden."
)


def seen(db: Session, hospital_id: uuid.UUID, *what: Changed) -> str:
    """The change that a form shows, for its field of that name.

    Asked before what is shown is read: who changes it in between is then heard of once too often, and not never.
    """
    change = link_history.newest(db, hospital_id, *what)
    return str(change.id) if change else _NOTHING_YET


def overtaken(db: Session, hospital_id: uuid.UUID, *what: Changed) -> str:
    """Who changed since the form was opened what it would overwrite, in a sentence; "" when nobody did. Whoever calls locked the link."""
    shown = request.form.get("seen", "")
    change = link_history.newest(db, hospital_id, *what)
    if not shown or change is None or shown == str(change.id):
        return ""
    who = change.by_name or gettext("De opdrachtregel")
    words = {"who": who, "when": when(change.at)}
    return str(gettext(TOO_LATE, **words))
