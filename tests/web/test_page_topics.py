"""A page that shows a patient says what it is about: when its reader may not see that any more, it leaves the screen."""

from __future__ import annotations

from mdo_portal.settings import PACKAGE

TEMPLATES = PACKAGE.parent / "templates"
OTHERWISE = {
    "cases/page.html": "its pieces follow the case",
    "rooms/page.html": "its pieces follow the meeting and the case that is on",
    "retention/patient.html": "for who judges a request, who reads no case: there is nothing to follow",
    "retention/request.html": "for who judges a request, who reads no case: there is nothing to follow",
}


def test_every_page_with_a_patient_follows_what_it_is_about() -> None:
    """Forms and letters stood there for as long as a session lasts, after access was taken back or the patient objected."""
    pages = {str(one.relative_to(TEMPLATES)): one.read_text() for one in TEMPLATES.glob("*/*.html")}
    with_patient = {
        name for name, text in pages.items() if ("patient_banner(" in text or "/_banner.html" in text) and "extends" in text
    }

    assert {name for name in with_patient if "{% block topics %}case:" not in pages[name]} == set(OTHERWISE)
    assert len(with_patient) > len(OTHERWISE)
