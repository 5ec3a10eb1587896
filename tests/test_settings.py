"""Settings: read once, typed, documented; a missing or dangerous one stops the start and names itself."""

from __future__ import annotations

import base64
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from mdo_portal import settings as module
from mdo_portal.errors import Unsafe
from mdo_portal.settings import DEMO_SECRET, Settings, from_environment

ROOT = Path(__file__).parents[1]
KEY = base64.b64encode(b"k" * 32).decode()
GOOD = {
    "MDO_DATABASE_URL": "postgresql+psycopg://mdo@db/mdo",
    "MDO_SECRET_KEY": "s" * 32,
    "MDO_KEYRING": f"2026a:{KEY}",
    "MDO_PUBLIC_URL": "https://mdo.example.nl",
}


def findings(**change: str) -> list[str]:
    try:
        from_environment(GOOD | change)
    except Unsafe as unsafe:
        return unsafe.findings
    return []


def test_a_good_environment_starts() -> None:
    read = from_environment(GOOD | {"MDO_PROXIES": "1", "MDO_NETWORK": "Duin & Delta"})

    assert (read.proxies, read.network, read.keyring) == (1, "Duin & Delta", (("2026a", b"k" * 32),))
    assert not read.demo


REFUSED: dict[str, dict[str, str]] = {
    "no database": {"MDO_DATABASE_URL": ""},
    "another database": {"MDO_DATABASE_URL": "sqlite:///mdo.db"},
    "no secret": {"MDO_SECRET_KEY": ""},
    "a short secret": {"MDO_SECRET_KEY": "geheim"},
    "no keys": {"MDO_KEYRING": ""},
    "a short key": {"MDO_KEYRING": "a:" + base64.b64encode(b"k" * 16).decode()},
    "a key that is no key": {"MDO_KEYRING": "a:geen base64!"},
    "http outside this machine": {"MDO_PUBLIC_URL": "http://mdo.example.nl"},
    "plain MLLP outside this machine": {"MDO_MLLP_BIND": "0.0.0.0:2575"},
    "proxies in words": {"MDO_PROXIES": "een"},
    "an address without a port": {"MDO_BIND": "127.0.0.1"},
    "a switch in words": {"MDO_DEMO": "true"},
    "a pattern of hosts": {"MDO_TRUSTED_HOSTS": ".example.nl"},
    "mail over another wire": {"MDO_SMTP_URL": "http://mail.example.nl"},
    "mail from nobody": {"MDO_SMTP_URL": "smtp://mail.example.nl"},
    "the debugger": {"FLASK_DEBUG": "1"},
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_it_refuses_to_start_and_names_the_setting(change: dict[str, str]) -> None:
    (name,) = change

    assert any(name in finding for finding in findings(**change))


def test_the_demos_own_secret_is_refused_in_earnest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DEMO_SECRET", "d" * 32)

    assert any("demo's own key" in finding for finding in findings(MDO_SECRET_KEY="d" * 32))


@pytest.mark.parametrize("bind", ["0.0.0.0:8000", "192.168.1.4:8000", ":8000", "[::]:8000"])
def test_the_demo_is_for_this_machine_only(bind: str) -> None:
    demo = {"MDO_DEMO": "1", "MDO_SECRET_KEY": DEMO_SECRET, "MDO_PUBLIC_URL": "http://127.0.0.1:8000"}

    assert findings(**demo) == []
    assert any("MDO_BIND" in finding for finding in findings(**demo, MDO_BIND=bind))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert len(findings(MDO_SECRET_KEY="", MDO_KEYRING="", MDO_PROXIES="een")) == 3


def test_an_accepted_plain_line_starts() -> None:
    assert findings(MDO_MLLP_BIND="0.0.0.0:2575", MDO_MLLP_PLAIN_ACCEPTED="1") == []


def test_secrets_do_not_stand_in_the_text_of_the_settings() -> None:
    mail = {"MDO_SMTP_URL": "smtp://mdo:geheimwoord@mail.example.nl", "MDO_MAIL_FROM": "mdo@example.nl"}
    shown = repr(from_environment(GOOD | mail))

    assert "s" * 32 not in shown and "kkkk" not in shown and "geheimwoord" not in shown


def documented() -> dict[str, str]:
    """MDO_X -> the comment above its field."""
    source = Path(module.__file__).read_text()
    return dict(re.findall(r"^    #: (MDO_\w+): (.+)$", source, re.MULTILINE))


def default(name: str) -> str:
    value: Any = getattr(Settings(), name.removeprefix("MDO_").lower())
    if name in GOOD and name != "MDO_PUBLIC_URL":
        return "(must be set)"
    if value == ():
        return "(none)"
    return f"`{int(value) if isinstance(value, bool) else value}`"


def test_every_setting_has_a_comment_and_the_name_of_its_field() -> None:
    assert {name.removeprefix("MDO_").lower() for name in documented()} == {field.name for field in fields(Settings)}


def test_nothing_else_reads_the_environment_for_a_setting() -> None:
    readers = [path for path in (ROOT / "mdo_portal").rglob("*.py") if re.search(r"os\.environ", path.read_text())]

    assert {path.relative_to(ROOT / "mdo_portal").as_posix() for path in readers} <= {
        "settings.py",
        "commands/demo/places.py",  # hands it on to the demo's own processes
        "commands/demo/story.py",
    }


def test_the_operating_manual_has_every_setting() -> None:
    rows = [f"| `{name}` | {default(name)} | {meaning} |" for name, meaning in documented().items()]
    table = "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows])
    manual = (ROOT / "docs" / "operating" / "operating.md").read_text()
    found = re.search(r"<!-- SETTINGS:.*?-->\n(.*?)\n<!-- /SETTINGS -->", manual, re.DOTALL)

    assert found is not None and found[1] == table, f"the table should be:\n{table}"
