"""The same letter by others: text, a list of people, the same length; no tags, no PDF/A."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from io import BytesIO
from typing import Any


def _texts(value: Any) -> list[str]:
    """Every text of the letter, in order."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [text for one in inside for text in _texts(one)]


def reportlab_letter(data: Mapping[str, Any]) -> bytes:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    style, page = getSampleStyleSheet()["Normal"], BytesIO()
    SimpleDocTemplate(page).build([Paragraph(escape(text), style) for text in _texts(data)])
    return page.getvalue()


def weasyprint_letter(data: Mapping[str, Any]) -> bytes:
    from weasyprint import HTML

    made: bytes = HTML(string="".join(f"<p>{escape(text)}</p>" for text in _texts(data))).write_pdf()
    return made
