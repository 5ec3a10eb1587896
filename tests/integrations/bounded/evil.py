"""Readers that do to their process what a message says: for the children of these tests, and of the faults."""

from __future__ import annotations

import ctypes
import os
import signal
import tempfile
import time
from collections.abc import Callable, Mapping

from integrations import readers as real
from mdo_portal.exchange import Explainer, Explanation, Incoming, MessageHeader, Reader, Wire


def _loop() -> None:
    while True:
        pass


def _bomb() -> None:
    held = []
    while True:
        held.append(bytearray(16 * 1024 * 1024))


def _deep() -> None:
    _deep()


def _write() -> None:
    descriptor, path = tempfile.mkstemp()
    os.unlink(path)
    os.write(descriptor, b"x")


WORDS: Mapping[bytes, Callable[[], object]] = {
    b"gif:lus": _loop,
    b"gif:slaap": lambda: time.sleep(3600),
    b"gif:geheugen": _bomb,
    b"gif:dood": lambda: os._exit(9),
    b"gif:segfault": lambda: ctypes.string_at(0),
    b"gif:diep": _deep,
    b"gif:stuk": lambda: [][0],
    b"gif:schrijven": _write,
    b"gif:stil": lambda: os.kill(os.getpid(), signal.SIGSTOP),
}


class Evil:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def header(self, raw: bytes) -> MessageHeader:
        return self._reader.header(raw)

    def read(self, raw: bytes, profile: str, charset: str = "") -> Incoming:
        _suffer(raw)
        if b"gif:kop" in raw:
            return MessageHeader()  # type: ignore[return-value]
        return self._reader.read(raw, profile, charset)


class EvilExplainer:
    def __init__(self, explainer: Explainer) -> None:
        self._explainer = explainer

    def explain(self, raw: bytes, profile: str, charset: str = "") -> Explanation:
        _suffer(raw)
        return self._explainer.explain(raw, profile, charset)


def _suffer(raw: bytes) -> None:
    for word, act in WORDS.items():
        if word in raw:
            act()


def readers() -> Mapping[Wire, Reader]:
    return {wire: Evil(reader) for wire, reader in real.readers().items()}


def explainers() -> Mapping[Wire, Explainer]:
    return {wire: EvilExplainer(explainer) for wire, explainer in real.explainers().items()}
