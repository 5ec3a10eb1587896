"""The form of a template as its words. What is wrong with them, services/letters/letter_template_rules.py says."""

from __future__ import annotations

import re

from flask import request

from mdo_portal.domain.pictures import LARGEST_FILE
from mdo_portal.letters.letter_template import LetterTemplate, Section

_SHA256 = re.compile("[0-9a-f]{64}")
_TEXTS = ("name", "phone", "salutation", "intro", "closing", "footer")


def typed() -> LetterTemplate:
    """Texts without white space around them; the pieces in the order of the numbers beside them."""
    texts = {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in _TEXTS}
    kept = request.form.get("logo_kept", "")
    return LetterTemplate(
        **texts,
        lines=tuple(line.strip() for line in request.form.get("lines", "").splitlines() if line.strip()),
        logo=kept if _SHA256.fullmatch(kept) and "logo_away" not in request.form else "",
        sections=_sections(),
        participants="participants" in request.form,
        quorum="quorum" in request.form,
        bsn="bsn" in request.form,
    )


def _sections() -> tuple[Section, ...]:
    keys = request.form.getlist("section")
    places = {key: _whole(request.form.get(f"place-{key}", ""), at) for at, key in enumerate(keys, start=1)}
    pieces = [Section(key, request.form.get(f"heading-{key}", "").strip(), f"shown-{key}" in request.form) for key in keys]
    return tuple(sorted(pieces, key=lambda one: places[one.key]))


def picture() -> bytes:
    """The picture that was chosen, or nothing."""
    upload = request.files.get("logo")
    return upload.stream.read(LARGEST_FILE + 1) if upload and upload.filename else b""


def seen() -> int:
    """The version that the person's page read."""
    return number("seen")


def number(name: str) -> int:
    return _whole(request.values.get(name, ""), 0)


def _whole(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch("[0-9]{1,6}", text) else otherwise
