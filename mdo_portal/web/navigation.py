"""What stands in the header: where this person may go, and who they are now."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

from flask import Flask, g, request, url_for
from flask_babel import get_locale, gettext, pgettext
from flask_login import current_user

from mdo_portal.domain import caution
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Act
from mdo_portal.domain.readiness import ITEMS
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_
from mdo_portal.services.people.sessions import SignedIn
from mdo_portal.web.assets import Assets
from mdo_portal.web.context import SignedInUser, now, settings
from mdo_portal.web.guard import csrf_token
from mdo_portal.web.navigation_counts import Number, counts
from mdo_portal.web.patients import banner_of

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
LINK_PAGES = (
    "providers", "links", "again", "trying", "taking", "places", "gp_channel", "line", "agreements", "launching", "way_back",
)  # fmt: skip
POST_PAGES = ("post_week", "receipt_lists")
MEETING_PAGES = ("rescheduling", "rooms", "year_figures", "leave", "undecided")
KEEPING_PAGES = ("destruction",)
PEOPLE_PAGES = ("people", "rights", "boards", "letter_templates")
SUBJECTS = (
    ("inbox", LINK_PAGES),
    ("post", POST_PAGES),
    ("follow_ups", FOLLOW_PAGES),
    ("meetings", MEETING_PAGES),
    ("retention", KEEPING_PAGES),
)


class NavItem(NamedTuple):
    label: str
    url: str
    active: bool
    count: Number = None  # type: ignore[assignment]


def install(app: Flask) -> None:
    app.context_processor(_for_every_page)
    app.jinja_env.globals.update(asset=Assets.read(), csrf_token=csrf_token, csp_nonce=lambda: g.get("csp_nonce", ""))


def _for_every_page() -> dict[str, Any]:
    user = current_user._get_current_object() if current_user else None
    signed = user.signed if isinstance(user, SignedInUser) else None
    numbers = counts(signed.viewer) if signed and signed.proof.strong else {}
    theme = request.cookies.get("theme", "auto")
    return {
        "region": settings().network,
        "demo": settings().demo,
        "made_at": f"{now().timestamp():.6f}",
        "me": _me(signed) if signed else None,
        "nav": navigation(signed.viewer, numbers) if signed and signed.proof.strong else [],
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
        "caution_words": caution.WORDS,
        "caution_to_do": caution.TO_DO,
        "doubts": caution.DOUBTS,
        "banner_of": banner_of,
        "rights_overdue": numbers.get("people.page"),
    }


def _me(signed: SignedIn) -> SimpleNamespace:
    roles = set(signed.viewer.hospital_roles).union(*signed.viewer.board_roles.values())
    word = next((gettext(text) for role, text in ROLE_WORDS.items() if role in roles), "")
    return SimpleNamespace(
        works_as=signed.viewer.works_as,
        name=signed.viewer.name,
        role=word,
        hospital=signed.hospital_name,
        gives_roles=signed.viewer.may_for_own_hospital_or_board(Act.PEOPLE_MANAGE),
    )


def navigation(viewer: Viewer, numbers: Mapping[str, Number]) -> list[NavItem]:
    """The pages this viewer has any use for, with how much there is to look at."""
    here = (request.blueprint or "").partition(".")[0]  # the views of the log are blueprints inside it
    for page, others in SUBJECTS:
        here = page if here in others else here
    family = PEOPLE_PAGES if here in PEOPLE_PAGES else (here,)
    return [
        NavItem(label, url_for(endpoint), endpoint.partition(".")[0] in family, numbers.get(endpoint))
        for label, endpoint in _pages(viewer)
    ]


def _pages(viewer: Viewer) -> list[tuple[str, str]]:
    """(label, endpoint), in the order of the header."""
    looks_after_links = viewer.may_for_own_hospital_or_board(Act.LINK_READ) or Role.ADMINISTRATOR in viewer.hospital_roles
    pages = [
        (gettext("Werklijst"), "worklist.page", viewer.may_for_own_hospital_or_board(Act.WORKLIST_READ)),
        (gettext("Aanmelden"), "forms.page", viewer.may_for_own_hospital(Act.CASE_REGISTER)),
        (gettext("Vergaderingen"), "meetings.page", bool(viewer.boards_for(Act.MEETING_READ))),
        (gettext("Post"), "post.page", viewer.may_for_own_hospital_or_board(Act.POST_READ)),
        (gettext("Opvolging"), "follow_ups.page", viewer.may_for_own_hospital_or_board(Act.FOLLOW_READ)),
        (gettext("Koppelingen"), "inbox.links", looks_after_links),
        (gettext("Wie is dit?"), "identities.page", viewer.may_for_own_hospital(Act.IDENTITY_READ)),
        (gettext("Logboek"), "log.page", viewer.may_for_own_hospital(Act.LOG_READ)),
        (gettext("Mensen"), "people.page", viewer.may_at_all(Act.PEOPLE_READ)),
        (pgettext("page", "Bewaren"), "retention.page", viewer.may_at_all(Act.RETENTION_READ)),
    ]
    return [(label, endpoint) for label, endpoint, shown in pages if shown]


def first_page(viewer: Viewer) -> str:
    """Where a person lands after signing in."""
    if Role.LINK_MANAGER in viewer.hospital_roles:
        return url_for("inbox.links")
    pages = _pages(viewer)
    return url_for(pages[0][1]) if pages else url_for("signing_in.nothing")
