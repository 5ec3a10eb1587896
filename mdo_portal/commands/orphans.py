"""Children that do not outlive their parent, also when the parent is killed."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)  # loaded here: nothing may be loaded between fork and exec


def die_with(parent: int, number: int) -> Callable[[], None]:
    """What a child does before exec: get signal `number` when the parent's thread dies, or end now when it died just before.

    Linux only. The signal follows the *thread* that forked: start children from a thread that stays.
    """

    def arm() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arm
