"""The lock files name versions and hashes only: no addresses to fetch from, no folders of somebody's machine."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"[a-z+]+://|^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b|\s@\s", re.IGNORECASE)
MACHINE = re.compile(r"(^|[\s\"'=:])(/(root|home|Users|work|opt|tmp|mnt|srv)/|[A-Z]:\\|file:)")


def of_python(name: str) -> list[str]:
    """Lines with an address or a folder, and packages without a hash."""
    text = (ROOT / name).read_text()
    code = [(number, line) for number, line in enumerate(text.splitlines(), 1) if not line.startswith("#")]
    wrong = [f"{name}:{number}: {line.strip()}" for number, line in code if ADDRESS.search(line) or MACHINE.search(line)]
    entries = re.split(r"\n(?=[A-Za-z0-9])", text)
    return wrong + [
        f"{name}: {entry.split()[0]} has no hash" for entry in entries if "==" in entry.split("\n")[0] and "--hash=" not in entry
    ]


def of_node(name: str) -> list[str]:
    """Packages with an address, and packages without a hash. The addresses of makers' own pages (funding) are not fetched from."""
    packages: dict[str, dict[str, object]] = json.loads((ROOT / name).read_text())["packages"]
    wrong = [f"{name}: {path} has an address" for path, facts in packages.items() if "resolved" in facts]
    wrong += [
        f"{name}: {path} has no hash"
        for path, facts in packages.items()
        if path and not facts.get("integrity") and not facts.get("inBundle")
    ]
    text = (ROOT / name).read_text().splitlines()
    return wrong + [
        f"{name}:{number}: names a folder of a machine" for number, line in enumerate(text, 1) if MACHINE.search(line)
    ]


def main() -> int:
    findings = of_python("requirements.lock") + of_python("scripts/uv.txt") + of_node("package-lock.json")
    findings += ["uv.lock records addresses: remove it"] if (ROOT / "uv.lock").exists() else []
    print("\n".join(findings) or "lock files: versions and hashes only", file=sys.stderr if findings else sys.stdout)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
