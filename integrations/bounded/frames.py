"""Frames on the line between us and a child: what is said (JSON), and bytes beside it."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

_HEAD = struct.Struct("!IQ")
LARGEST = 512 * 1024 * 1024
"""A frame above this is not one of ours."""


class Gone(Exception):
    """The other side is no more, or talks nonsense."""


def send(line: socket.socket, said: Any, blobs: Sequence[bytes] = ()) -> None:
    """Raises Gone, and TimeoutError when the line has a time-out."""
    text = json.dumps([said, [len(one) for one in blobs]], separators=(",", ":")).encode()
    try:
        line.sendall(_HEAD.pack(len(text), sum(map(len, blobs))) + text)
        for one in blobs:
            line.sendall(one)
    except TimeoutError:
        raise
    except OSError as error:
        raise Gone() from error


def receive(line: socket.socket, *, until: float | None = None) -> tuple[Any, list[bytes]]:
    """The next frame. Raises Gone; TimeoutError when it is not whole at `until` (monotonic seconds)."""
    size, beside = _HEAD.unpack(_exactly(line, _HEAD.size, until))
    if size + beside > LARGEST:
        raise Gone()
    text, everything = _exactly(line, size, until), memoryview(_exactly(line, beside, until))
    try:
        said, sizes = json.loads(text)
        ends = list(accumulate(sizes, initial=0))
        return said, [bytes(everything[at:end]) for at, end in pairwise(ends)]
    except (ValueError, TypeError, RecursionError) as error:
        raise Gone() from error


def _exactly(line: socket.socket, size: int, until: float | None) -> bytearray:
    found, at = bytearray(size), 0
    view = memoryview(found)
    while at < size:
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            line.settimeout(left)
        try:
            got = line.recv_into(view[at:])
        except TimeoutError:
            raise
        except OSError as error:
            raise Gone() from error
        if not got:
            raise Gone()
        at += got
    return found
