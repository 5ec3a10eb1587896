"""The reasons that the room offers for deferring a case: what is chosen is kept in the words of whoever chose it."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from mdo_portal.errors import N_

OFTEN_DEFERRED = (
    N_("Beeldvorming ontbreekt"),
    N_("Pathologie ontbreekt"),
    N_("Herbeoordeling is niet klaar"),
    N_("Niemand kent de patiënt"),
    N_("Quorum onvoldoende"),
    N_("Geen tijd meer"),
)
LANGUAGES = ("nl", "en")


def often_deferred() -> list[str]:
    """As choices in the reader's language."""
    return [gettext(reason) for reason in OFTEN_DEFERRED]


def in_every_language() -> dict[str, list[str]]:
    """Each reason with the words it may be kept in."""
    found: dict[str, list[str]] = {reason: [] for reason in OFTEN_DEFERRED}
    for language in LANGUAGES:
        with force_locale(language):
            for reason, said in found.items():
                said.append(gettext(reason))
    return found
