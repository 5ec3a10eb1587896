"""`python -m tests.bench [NAME …]`: measure, print one JSON line per bench. Exit 1 when a goal is missed, 2 when one broke."""

from __future__ import annotations

import importlib
import json
import sys
import traceback
from contextlib import ExitStack

from mdo_portal.commands.process import configure_logging

from .house import postgres

BENCHES = {
    "er7-read": "er7_read:measure",
    "mllp-durable": "mllp:mllp_durable",
    "mllp-one": "mllp:mllp_one",
    "mllp-mdm": "mllp:mllp_mdm",
    "feed": "mllp:feed",
    "understand": "understand:measure",
    "fhir-in": "fhir_in:measure",
    "fhir-heavy": "fhir_heavy:measure",
    "worklist": "worklist:measure",
    "relay": "relay:measure",
    "audited-read": "worklist:audited_read",
    "who-looked": "who_looked:measure",
    "sign-to-received": "sign_to_received:measure",
    "letter": "letter:measure",
    "start": "start:measure",
}
WITHOUT_DATABASE = {"er7-read", "letter", "fhir-heavy"}


def run(names: list[str]) -> int:
    """Run these benches one after another; what breaks says so on its line and does not stop the others."""
    with ExitStack() as stack:
        url = "" if WITHOUT_DATABASE.issuperset(names) else stack.enter_context(postgres())
        return max((_one(name, url) for name in names), default=0)


def _one(name: str, url: str) -> int:
    module, _, function = BENCHES[name].partition(":")
    try:
        measure = getattr(importlib.import_module(f"tests.bench.{module}"), function)
        figures = measure() if name in WITHOUT_DATABASE else measure(url)
    except Exception as error:  # one broken bench must not take the other figures along
        traceback.print_exc(file=sys.stderr)
        print(json.dumps({"bench": name, "ours": None, "ok": False, "error": type(error).__name__}), flush=True)
        return 2
    return 0 if figures.print() else 1


def main() -> int:
    configure_logging()
    wanted = [name for name in sys.argv[1:] if not name.startswith("-")]
    names = list(BENCHES) if not wanted or wanted == ["all"] else wanted
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no such bench: {', '.join(unknown)}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    return run(names)


if __name__ == "__main__":
    sys.exit(main())
