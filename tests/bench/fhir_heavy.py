"""`fhir-heavy`: what the heaviest message costs the web process before it is answered, refused or taken."""

from __future__ import annotations

from contextlib import suppress

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import Unreadable
from tests.integrations.fhir.heavy import JUST_TAKEN, TOO_MUCH

from .figures import SERVER_CORE, Figures, cpu_ms, pinned


def measure() -> Figures:
    """CPU milliseconds of the dearest of each kind; the issue's own bound is a second."""
    figures = Figures("fhir-heavy")
    with pinned(SERVER_CORE):
        for what, messages in (("refused", TOO_MUCH), ("taken", JUST_TAKEN)):
            took = {name: _cost(make()) for name, make in messages.items()}
            dearest = max(took, key=lambda name: took[name])
            figures.limit(f"the dearest that is {what}", "ms", took[dearest], at_most=1_000, note=dearest)
    return figures


def _cost(raw: bytes) -> float:
    def header() -> None:
        with suppress(Unreadable):
            FhirReader().header(raw)

    return cpu_ms(header)
