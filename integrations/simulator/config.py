"""What one simulated hospital is told at its start."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from integrations.simulator.region import HospitalSeed, region


@dataclass(frozen=True)
class Endpoint:
    """A host and a port; port 0 lets the system choose."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """`127.0.0.1:8101`. Raises ValueError for anything else."""
        host, _, port = text.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            raise ValueError(f"not host:port: {text!r}")
        return cls(host, int(port))

    @property
    def is_loopback(self) -> bool:
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, kw_only=True)
class Config:
    """One hospital of the region. Raises KeyError for an unknown hospital, ValueError for a door that is not on loopback."""

    hospital: str
    page: Endpoint
    state_dir: Path
    mllp: Endpoint | None = None  # where letters come in, HL7 v2 only
    portal_mllp: Endpoint | None = None
    portal_fhir: str = ""
    token: str = ""  # one bearer token for both directions: what we show the portal and what we ask of it
    notified_pull: bool = False  # lay data ready and tell the portal, instead of sending them
    application_ack: bool = False  # HL7 v2: ask for a commit at once and for the application's word too (MSH-15 and MSH-16 AL)
    send_every: float = 0.0  # send one more case every so many seconds; 0: only when asked
    answer_seconds: float = 10.0  # how long we wait for the portal's word before we send again
    retry_seconds: float = 5.0

    def __post_init__(self) -> None:
        if self.hospital not in {one.code for one in region().hospitals}:
            raise KeyError(f"no hospital {self.hospital!r} in the region")
        if not all(door.is_loopback for door in (self.page, self.mllp) if door):
            raise ValueError("a simulated hospital listens on loopback only")

    @property
    def seed(self) -> HospitalSeed:
        return region().hospital(self.hospital)

    @property
    def wire(self) -> str:
        """How its referrals leave: `hl7v2`, `fhir` or `form`."""
        return next((link.wire for link in self.seed.links if link.direction == "out"), "form")

    @property
    def profile(self) -> str:
        """The portal's profile that reads what this hospital sends."""
        return next((link.profile for link in self.seed.links if link.direction == "out"), "")

    @property
    def fhir_version(self) -> str:
        return "STU3" if "stu3" in self.profile else "R4"
