"""The status of what a hospital told, in Dutch as the page of a case says it: for paper and for files, which are in Dutch."""

from __future__ import annotations

STATUS_WORDS = {
    "preliminary": "voorlopig",
    "corrected": "gecorrigeerd",
    "withdrawn": "ingetrokken door het ziekenhuis",
    "unobtainable": "niet te bepalen",
    "unfinished": "formulier nog niet af",
    "stopped": "formulier niet afgemaakt",
}
