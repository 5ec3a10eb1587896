"""What comes over the line and is no MLLP: a system that is being set up says something, waits for an answer, and nobody knows why."""

from __future__ import annotations

import re

WAIT_SECONDS = 2.0
"""So long a line may say something else before its first frame: a sender may write the VT by itself, and a little later."""
_TLS, _HTTP = b"\x16\x03", re.compile(rb"(?:POST|PUT|PRI) ")
_CHECK = re.compile(rb"(?:(?:GET|HEAD|OPTIONS) |[ -{}~]{3,60}(?:\r?\n)*\Z)")
"""What looks whether a port is open asks for a page, or says a few words; who sends brings more than a line, or bars."""
_FOR_ANOTHER = (b"PROXY ", b"\x00\r\nQUIT\n")
"""How a load balancer says for whom it calls (HAProxy's PROXY protocol, both versions): the sender himself comes after it."""
_WORDS = re.compile(rb"[!-~]{3}")
_MESSAGE = re.compile(rb"(?<![A-Za-z0-9])(?:MSH|FHS|BHS)[^A-Za-z0-9\s]")


def told_of(stray: bytes, *, is_begun: bool) -> tuple[str, bytes]:
    """Why nothing of this is a message, and the message in it that only lacks its frame; no reason when it means nothing (blanks, what
    keeps a line open) or a message may still come.

    `is_begun`: a VT came after it. In TLS and in the text of a letter that is a sign as any other.
    """
    if stray.startswith(_TLS):
        return "tls_unasked", b""
    if _HTTP.match(stray):
        return "http", b""
    if found := _MESSAGE.search(stray):
        return "not_framed", stray[found.start() :]
    if _CHECK.match(stray) and not is_begun and not stray.startswith(_FOR_ANOTHER) and _WORDS.search(stray):
        return "checked", b""
    if is_begun or stray.lstrip().startswith(_FOR_ANOTHER) or not _WORDS.search(stray):
        return "", b""
    return "not_framed", b""
