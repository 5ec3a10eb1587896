"""The only reader of the environment. Every setting is typed, has a meaning and is documented in docs/operating."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from mdo_portal.errors import Unsafe

DEMO_SECRET = "demo-secret-only-for-loopback"
DEBUGGING = ("FLASK_DEBUG", "WERKZEUG_DEBUG_PIN", "PYTHONDEVMODE")
PACKAGE = Path(__file__).parent
NOWHERE = "none"
Value = TypeVar("Value")


@dataclass(frozen=True)
class Settings:
    """What the portal needs to know about the place it runs in."""

    #: MDO_DATABASE_URL: PostgreSQL >= 15, `postgresql+psycopg://…`
    database_url: str = ""
    #: MDO_SECRET_KEY: signs cookies and forms; at least 32 characters
    secret_key: str = field(default="", repr=False)
    #: MDO_KEYRING: `id:base64key,id:base64key`, newest first; 32-byte keys that seal BSN, messages, documents and letters
    keyring: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    #: MDO_BIND: host and port of the web process
    bind: str = "127.0.0.1:8000"
    #: MDO_MLLP_BIND: host and port of the MLLP listener
    mllp_bind: str = "127.0.0.1:2575"
    #: MDO_MLLP_TLS_BIND: host and port of the MLLP listener with TLS and client certificates; none = there is no such listener
    mllp_tls_bind: str = NOWHERE
    #: MDO_MLLP_TLS_CERTIFICATE: PEM file with the certificate it shows, and its chain
    mllp_tls_certificate: str = NOWHERE
    #: MDO_MLLP_TLS_KEY: PEM file with the key of that certificate
    mllp_tls_key: str = NOWHERE
    #: MDO_MLLP_TLS_AUTHORITIES: PEM file with the authorities whose client certificates may call, and the lists of what they withdrew (CRL)
    mllp_tls_authorities: str = NOWHERE
    #: MDO_PUBLIC_URL: the address people type; also the only allowed origin of sockets
    public_url: str = "http://127.0.0.1:8000"
    #: MDO_NETWORK: the name of the oncology network, shown on screens and letters
    network: str = "Oncologienetwerk"
    #: MDO_PROXIES: how many proxies stand in front and set X-Forwarded-*; 0 = none is believed
    proxies: int = 0
    #: MDO_TRUSTED_HOSTS: other names than that of MDO_PUBLIC_URL under which may be asked, with commas; any other Host is refused
    trusted_hosts: tuple[str, ...] = ()
    #: MDO_MESSAGE_LIMIT: largest message from a hospital, and largest form with files, in bytes; other forms: two megabytes
    message_limit: int = 32 * 1024 * 1024
    #: MDO_DEMO: 1 = invented region, personas to sign in as; loopback only
    demo: bool = False
    #: MDO_SOCKETS: how many live connections one web process carries (one thread each)
    sockets: int = 200
    #: MDO_MLLP_PLAIN_ACCEPTED: 1 = MDO_MLLP_BIND may be outside loopback; whose messages are then taken stands on each link
    mllp_plain_accepted: bool = False
    #: MDO_AUDIT_ANCHOR: file to which the ends of the access log's chains are added each minute; best on another machine's disk
    audit_anchor: str = NOWHERE
    #: MDO_AUDIT_SYSLOG: the same to syslog: `host:port` (RFC 5424 over UDP), or the path of a local socket
    audit_syslog: str = NOWHERE
    #: MDO_SMTP_URL: mail server for notices without data: `smtp://user:password@host:587` (STARTTLS) or `smtps://…`; none = no mail
    smtp_url: str = field(default=NOWHERE, repr=False)
    #: MDO_MAIL_FROM: the address that those mails come from
    mail_from: str = NOWHERE

    @property
    def templates(self) -> Path:
        """The templates: beside the package in a checkout, inside it in a wheel."""
        return _beside("templates")

    @property
    def migrations(self) -> Path:
        return _beside("migrations")


def _beside(name: str) -> Path:
    packaged = PACKAGE / f"_{name}"
    return packaged if packaged.exists() else PACKAGE.parent / name


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the environment. Raises Unsafe naming everything that is missing or dangerous."""
    findings: list[str] = []
    env = os.environ if environ is None else environ
    settings = _read(env, findings)
    findings += unsafe(settings)
    findings += [
        f"{name} is set: remove it, its pages show what is in memory" for name in DEBUGGING if env.get(name, "0") not in ("", "0")
    ]
    if findings:
        raise Unsafe(findings)
    return settings


def _read(env: Mapping[str, str], findings: list[str]) -> Settings:
    """The settings as they stand; what cannot be read becomes a finding. An empty value is no value."""

    def read(name: str, default: Value, as_value: Callable[[str], Value]) -> Value:
        try:
            return as_value(env[name]) if env.get(name) else default
        except ValueError:
            findings.append(f"{name} cannot be read: see its line in docs/operating")
            return default

    base = Settings()
    return Settings(
        database_url=read("MDO_DATABASE_URL", base.database_url, str),
        secret_key=read("MDO_SECRET_KEY", base.secret_key, str),
        keyring=read("MDO_KEYRING", base.keyring, read_keyring),
        bind=read("MDO_BIND", base.bind, _address),
        mllp_bind=read("MDO_MLLP_BIND", base.mllp_bind, _address),
        mllp_tls_bind=read("MDO_MLLP_TLS_BIND", base.mllp_tls_bind, _maybe_address),
        mllp_tls_certificate=read("MDO_MLLP_TLS_CERTIFICATE", base.mllp_tls_certificate, str),
        mllp_tls_key=read("MDO_MLLP_TLS_KEY", base.mllp_tls_key, str),
        mllp_tls_authorities=read("MDO_MLLP_TLS_AUTHORITIES", base.mllp_tls_authorities, str),
        public_url=read("MDO_PUBLIC_URL", base.public_url, str),
        network=read("MDO_NETWORK", base.network, str),
        proxies=read("MDO_PROXIES", base.proxies, int),
        trusted_hosts=read("MDO_TRUSTED_HOSTS", base.trusted_hosts, _hosts),
        message_limit=read("MDO_MESSAGE_LIMIT", base.message_limit, int),
        demo=read("MDO_DEMO", base.demo, _switch),
        sockets=read("MDO_SOCKETS", base.sockets, int),
        mllp_plain_accepted=read("MDO_MLLP_PLAIN_ACCEPTED", base.mllp_plain_accepted, _switch),
        audit_anchor=read("MDO_AUDIT_ANCHOR", base.audit_anchor, str),
        audit_syslog=read("MDO_AUDIT_SYSLOG", base.audit_syslog, _syslog),
        smtp_url=read("MDO_SMTP_URL", base.smtp_url, _smtp),
        mail_from=read("MDO_MAIL_FROM", base.mail_from, str),
    )


def _address(text: str) -> str:
    host_port(text)
    return text


def _maybe_address(text: str) -> str:
    return text if text == NOWHERE else _address(text)


def _hosts(text: str) -> tuple[str, ...]:
    """Names, not patterns: a name that begins with a dot would let in everything below it."""
    found = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    if any(not re.fullmatch(r"[a-z0-9\[][a-z0-9.:\]-]*", name) for name in found):
        raise ValueError(text)
    return found


def _syslog(text: str) -> str:
    return text if text == NOWHERE or text.startswith("/") else _address(text)


def _smtp(text: str) -> str:
    """A mail server, encrypted or one that is asked to be; the wiring takes it apart."""
    found = urlsplit(text)
    if text != NOWHERE and (found.scheme not in ("smtp", "smtps") or not found.hostname or found.path.strip("/") or found.query):
        raise ValueError("no mail server")
    return text


def _switch(text: str) -> bool:
    """1 or 0: `true` that silently means no would be worse than a refusal."""
    if text not in ("0", "1"):
        raise ValueError(text)
    return text == "1"


def read_keyring(text: str) -> tuple[tuple[str, bytes], ...]:
    """`id:base64,id:base64` as pairs; newest first."""
    pairs = (item.partition(":") for item in text.split(",") if item.strip())
    return tuple((name.strip(), base64.b64decode(value, validate=True)) for name, _, value in pairs)


def unsafe(settings: Settings) -> list[str]:
    """Everything that must stop the start, in sentences that name the setting."""
    findings = []
    if not settings.database_url.startswith("postgresql+psycopg://"):
        findings.append("MDO_DATABASE_URL must be a postgresql+psycopg:// address")
    if len(settings.secret_key) < 32 and not settings.demo:
        findings.append("MDO_SECRET_KEY is missing or shorter than 32 characters")
    if not settings.keyring or any(len(key) != 32 for _, key in settings.keyring):
        findings.append("MDO_KEYRING must hold at least one 32-byte key as id:base64")
    findings += _unsafe_addresses(settings)
    return findings


def _unsafe_addresses(settings: Settings) -> list[str]:
    findings = []
    public = urlsplit(settings.public_url)
    if public.scheme != "https" and not is_loopback(public.hostname or ""):
        findings.append("MDO_PUBLIC_URL must be https outside loopback")
    if settings.demo and not is_loopback(host_port(settings.bind)[0]):
        findings.append("MDO_DEMO is for loopback only: MDO_BIND must be a loopback address")
    if settings.secret_key == DEMO_SECRET and not settings.demo:
        findings.append("MDO_SECRET_KEY is the demo's own key")
    if not is_loopback(host_port(settings.mllp_bind)[0]) and not settings.mllp_plain_accepted:
        findings.append("MDO_MLLP_BIND is outside loopback without MDO_MLLP_PLAIN_ACCEPTED=1: use MDO_MLLP_TLS_BIND")
    files = (settings.mllp_tls_certificate, settings.mllp_tls_key, settings.mllp_tls_authorities)
    if settings.mllp_tls_bind != NOWHERE and NOWHERE in files:
        findings.append("MDO_MLLP_TLS_BIND needs MDO_MLLP_TLS_CERTIFICATE, MDO_MLLP_TLS_KEY and MDO_MLLP_TLS_AUTHORITIES")
    if settings.smtp_url != NOWHERE and "@" not in settings.mail_from:
        findings.append("MDO_SMTP_URL needs MDO_MAIL_FROM: the address that notices come from")
    return findings


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def host_port(bind: str) -> tuple[str, int]:
    """`127.0.0.1:8000` as its two halves."""
    host, _, port = bind.rpartition(":")
    return host.strip("[]"), int(port)
