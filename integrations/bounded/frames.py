"""Frames on the line between us and a child: what is said (JSON), and bytes beside it."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Any

_HEAD = struct.Struct("!IQ")
LARGEST = 512 * 1024 * 1024
"""A frame above this is not one of ours."""
LATE_LOOKS = 64
"""When no time is left, what is here already counts: so many pieces of it."""


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


def receive(line: socket.socket, *, left: Callable[[], float] | None = None) -> tuple[Any, list[bytes]]:
    """The next frame. Raises Gone; TimeoutError when it is not whole and no seconds are `left`."""
    size, beside = _HEAD.unpack(_exactly(line, _HEAD.size, left))
    if size + beside > LARGEST:
        raise Gone()
    text, everything = _exactly(line, size, left), memoryview(_exactly(line, beside, left))
    try:
        said, sizes = json.loads(text)
        ends = _ends(sizes, beside)
        return said, [bytes(everything[at:end]) for at, end in pairwise(ends)]
    except (ValueError, TypeError, RecursionError) as error:
        raise Gone() from error


def _ends(sizes: Any, beside: int) -> list[int]:
    """Where each piece of the bytes ends. Raises ValueError unless all are there, each once: a child could count one a million times."""
    ends = list(accumulate(sizes, initial=0))
    if any(type(one) is not int or one < 0 for one in sizes) or ends[-1] != beside:
        raise ValueError("bytes that were not sent")
    return ends


def _exactly(line: socket.socket, size: int, left: Callable[[], float] | None) -> bytearray:
    found, at = bytearray(size), 0
    view, late = memoryview(found), 0
    while at < size:
        if left is not None:
            seconds = left()
            late += seconds <= 0
            if late > LATE_LOOKS:
                raise TimeoutError
            line.settimeout(max(seconds, 0.0))
        try:
            got = line.recv_into(view[at:])
        except (TimeoutError, BlockingIOError):
            if late:
                raise TimeoutError from None
            continue
        except OSError as error:
            raise Gone() from error
        if not got:
            raise Gone()
        at += got
    return found
