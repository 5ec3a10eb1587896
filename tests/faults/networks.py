"""Networks of our own (Linux network namespaces): two machines with a wire that can be cut, and a world in which every address is here."""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from tests.faults.house import NotHere

_libc = ctypes.CDLL(None, use_errno=True)
_NEW_MOUNTS, _NEW_NETWORK = 0x00020000, 0x40000000
_numbers = count(1)
NETWORK, NAMES = "FAULT_NETWORK", "FAULT_NAMES"


class Network:
    """One network namespace. Sockets that are made inside stay inside, whoever holds them."""

    def __init__(self) -> None:
        self.name = f"mdo-{os.getpid()}-{next(_numbers)}"
        try:
            _ip("netns", "add", self.name)
        except (OSError, subprocess.CalledProcessError):
            raise NotHere("only root may make a network") from None
        self.ip("link", "set", "lo", "up")

    def ip(self, *words: str) -> None:
        _ip("-n", self.name, *words)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """This thread is inside."""
        with open(f"/proc/self/task/{threading.get_native_id()}/ns/net") as back:
            enter(self.name)
            try:
                yield
            finally:
                _call("setns", back.fileno(), _NEW_NETWORK)

    def close(self) -> None:
        with suppress(subprocess.CalledProcessError):
            _ip("netns", "del", self.name)


def enter(name: str) -> None:
    """From now on this thread, and the threads it starts, are in that network."""
    with open(f"/run/netns/{name}") as network:
        _call("setns", network.fileno(), _NEW_NETWORK)


def enter_as_told(env: dict[str, str]) -> None:
    """For a process at its start: into the network its environment names, with the name server it names."""
    if network := env.pop(NETWORK, ""):
        enter(network)
    if folder := env.pop(NAMES, ""):
        _call("unshare", _NEW_MOUNTS)
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        for name in ("resolv.conf", "nsswitch.conf"):
            subprocess.run(["mount", "--bind", f"{folder}/{name}", f"/etc/{name}"], check=True)


class Wire:
    """Two networks and the wire between them. Cut, everything on it is gone without a word; neither side is told."""

    HERE, THERE = "10.99.0.1", "10.99.0.2"

    def __init__(self) -> None:
        self.here, self.there = Network(), Network()
        _ip("link", "add", "here", "netns", self.here.name, "type", "veth", "peer", "name", "there", "netns", self.there.name)
        for network, device, address in ((self.here, "here", self.HERE), (self.there, "there", self.THERE)):
            network.ip("addr", "add", f"{address}/24", "dev", device)
            network.ip("link", "set", device, "up")

    def cut(self) -> None:
        self.there.ip("link", "set", "there", "down")

    def mend(self) -> None:
        self.there.ip("link", "set", "there", "up")

    def close(self) -> None:
        self.here.close()
        self.there.close()


class World(Network):
    """Every address of IPv4 and IPv6 is this machine: whoever is called anywhere, is called here."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.ip("route", "add", "local", "0.0.0.0/0", "dev", "lo")
        self.ip("-6", "route", "add", "local", "::/0", "dev", "lo")
        self.folder = folder / self.name
        self.folder.mkdir()
        (self.folder / "resolv.conf").write_text("nameserver 127.0.0.53\noptions timeout:1 attempts:1\n")
        (self.folder / "nsswitch.conf").write_text("hosts: files dns\n")

    @property
    def environment(self) -> dict[str, str]:
        """For a process that lives in it."""
        return {NETWORK: self.name, NAMES: str(self.folder)}


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _call(name: str, *arguments: int) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
