"""What stands in the header: where this person may go, and who they are now."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

from flask import Flask, current_app, g, request, url_for
from flask_babel import get_locale, gettext
from flask_login import current_user

from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Act
from mdo_portal.domain.readiness import ITEMS
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_
from mdo_portal.services import conflict_rows, follow_up_rows, inbox, post, rights_reviews
from mdo_portal.services.sessions import SignedIn
from mdo_portal.web import log_overdue
from mdo_portal.web.assets import Assets
from mdo_portal.web.context import SignedInUser, is_fragment, now, settings, transaction
from mdo_portal.web.guard import csrf_token
from mdo_portal.web.patients import banner_of
from mdo_portal.web.words import AMSTERDAM

#: how roles are called in the header
ROLE_WORDS = {
    Role.CHAIR: N_("Voorzitter"),
    Role.SECRETARY: N_("MDO-coördinator"),
    Role.SCRIBE: N_("Notulist"),
    Role.LINK_MANAGER: N_("Koppelingsbeheerder"),
    Role.PRIVACY_OFFICER: N_("Functionaris gegevensbescherming"),
    Role.ADMINISTRATOR: N_("Beheerder"),
    Role.CASE_MANAGER: N_("Casemanager"),
    Role.SPECIALIST: N_("Specialist"),
    Role.MEMBER: N_("Lid"),
    Role.OBSERVER: N_("Toehoorder"),
}


#: blueprints that are one subject in the header
FOLLOW_PAGES = ("follow_ups", "follow_up_figures")
LINK_PAGES = ("providers", "links", "trying", "places", "gp_channel")
POST_PAGES = ("post_week",)
PEOPLE_PAGES = ("people", "rights", "boards", "letter_templates")
STALE = timedelta(minutes=5)


class NavItem(NamedTuple):
    label: str
    url: str
    active: bool
    count: int | str | None = None  # type: ignore[assignment]


def install(app: Flask) -> None:
    app.context_processor(_for_every_page)
    app.jinja_env.globals.update(asset=Assets.read(), csrf_token=csrf_token, csp_nonce=lambda: g.get("csp_nonce", ""))


def _for_every_page() -> dict[str, Any]:
    user = current_user._get_current_object() if current_user else None
    signed = user.signed if isinstance(user, SignedInUser) else None
    theme = request.cookies.get("theme", "auto")
    return {
        "region": settings().network,
        "demo": settings().demo,
        "made_at": f"{now().timestamp():.6f}",
        "me": _me(signed) if signed else None,
        "nav": navigation(signed.viewer) if signed and signed.proof.strong else [],
        "session_ends": (signed.idle_until.timestamp(), signed.ends_at.timestamp()) if signed else None,
        "locale": str(get_locale()),
        "theme": theme if theme in ("light", "dark") else "auto",
        "urls": {
            "home": url_for("home"),
            "sign_out": url_for("signing_in.sign_out"),
            "language": url_for("signing_in.language"),
            "profile": url_for("account.page"),
            "glass": url_for("grants.glass") if signed and signed.viewer.may_at_all(Act.GLASS_BREAK) else None,
        },
        "readiness_words": ITEMS,
        "banner_of": banner_of,
        "rights_overdue": overdue(signed.viewer) if signed else None,
    }


def _me(signed: SignedIn) -> SimpleNamespace:
    roles = set(signed.viewer.hospital_roles).union(*signed.viewer.board_roles.values())
    word = next((gettext(text) for role, text in ROLE_WORDS.items() if role in roles), "")
    return SimpleNamespace(person_id=signed.viewer.person_id, name=signed.viewer.name, role=word, hospital=signed.hospital_name)


def navigation(viewer: Viewer) -> list[NavItem]:
    """The pages this viewer has any use for."""
    here = request.blueprint or ""
    for page, others in (("inbox", LINK_PAGES), ("post", POST_PAGES), ("follow_ups", FOLLOW_PAGES)):
        here = page if here in others else here
    pages = [
        (gettext("Werklijst"), "worklist.page", _any(viewer, Act.WORKLIST_READ)),
        (gettext("Aanmelden"), "forms.page", viewer.may_for_own_hospital(Act.CASE_REGISTER)),
        (gettext("Vergaderingen"), "meetings.page", bool(viewer.boards_for(Act.MEETING_READ))),
        (gettext("Post"), "post.page", _any(viewer, Act.POST_READ)),
        (gettext("Opvolging"), "follow_ups.page", _any(viewer, Act.FOLLOW_READ)),
        (gettext("Koppelingen"), "inbox.links", _any(viewer, Act.LINK_READ) or Role.ADMINISTRATOR in viewer.hospital_roles),
        (gettext("Wie is dit?"), "identities.page", viewer.may_for_own_hospital(Act.IDENTITY_READ)),
        (gettext("Logboek"), "log.page", viewer.may_for_own_hospital(Act.LOG_READ)),
        (gettext("Mensen"), "people.page", viewer.may_at_all(Act.PEOPLE_READ)),
        (gettext("Bewaren"), "retention.page", viewer.may_at_all(Act.RETENTION_READ)),
    ]
    family = PEOPLE_PAGES if here in PEOPLE_PAGES else (here,)
    late = log_overdue.count(viewer) if viewer.may_for_own_hospital(Act.LOG_REVIEW) and not is_fragment() else 0
    counts = {
        "people.page": overdue(viewer), "log.page": late or None, "inbox.links": waiting_too_long(viewer),
        "identities.page": questions(viewer), "post.page": letters(viewer), "follow_ups.page": pressing(viewer),
    }  # fmt: skip
    return [
        NavItem(label, url_for(endpoint), endpoint.partition(".")[0] in family, counts.get(endpoint))
        for label, endpoint, shown in pages
        if shown
    ]


def overdue(viewer: Viewer) -> int | None:
    """Rights reviews that are due, asked at most once in five minutes: the header stands on every page."""
    if not viewer.may_at_all(Act.RIGHTS_REVIEW) or is_fragment():
        return None
    known: dict[tuple[uuid.UUID, uuid.UUID], tuple[datetime, int]] = current_app.extensions.setdefault("mdo_overdue", {})
    key = (viewer.person_id, viewer.hospital_id)
    at, count = known.get(key, (datetime.min.replace(tzinfo=UTC), 0))
    if now() - at > STALE:
        with transaction() as db:
            count = rights_reviews.overdue(db, viewer, now=now())
        known[key] = (now(), count)
    return count or None


def waiting_too_long(viewer: Viewer) -> int | None:
    """Messages that wait longer than they should, of the hospitals whose links this viewer looks after."""
    if is_fragment() or not viewer.may_at_all(Act.INBOX_READ):
        return None
    with transaction() as db:
        return sum(inbox.alarms(db, viewer, now=now())) or None


def questions(viewer: Viewer) -> int | None:
    """Messages of the own hospital that wait for somebody to say who the patient is."""
    if is_fragment() or not viewer.may_for_own_hospital(Act.IDENTITY_DECIDE):
        return None
    with transaction() as db:
        return conflict_rows.waiting(db, viewer, now=now()).open or None


def letters(viewer: Viewer) -> int | None:
    """Letters that somebody should look at: late, stuck, or with an advice that is soon to be carried out."""
    if is_fragment() or not _any(viewer, Act.POST_READ):
        return None
    with transaction() as db:
        return post.waiting(db, viewer, now=now()).pressing or None


def pressing(viewer: Viewer) -> int | str | None:
    """Recommendations that this viewer looks after and that are late, or nearly so."""
    if is_fragment() or not _any(viewer, Act.FOLLOW_CLOSE):
        return None
    with transaction() as db:
        found = follow_up_rows.pressing(db, viewer, today=now().astimezone(AMSTERDAM).date())
    return f"{found - 1}+" if found >= follow_up_rows.MOST_COUNTED else found or None


def forget_overdue() -> None:
    """A review was signed: count again, for everybody of this process."""
    current_app.extensions["mdo_overdue"] = {}


def _any(viewer: Viewer, act: Act) -> bool:
    return viewer.may_for_own_hospital(act) or bool(viewer.boards_for(act))


def first_page(viewer: Viewer) -> str:
    """Where a person lands after signing in."""
    if Role.LINK_MANAGER in viewer.hospital_roles:
        return url_for("inbox.links")
    items = navigation(viewer)
    return items[0].url if items else url_for("signing_in.nothing")
